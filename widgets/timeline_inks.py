"""The inks of the timeline, by variables of the theme."""

INKS = (
    *("free", "off", "grid", "lunch", "absence", "travel", "travel-now", "travel-unknown", "access", "promised", "now"),
    *("ahead", "en-route", "on-site", "closed", "ended", "late", "moved"),
    *("edge", "edge-ahead", "edge-en-route", "edge-on-site", "edge-closed", "edge-late"),
    *("ghost-feasible", "ghost-warnings", "ghost-blocked", "ghost-pending"),
    *("name", "name-dim", "name-here", "name-here-dim", "hours", "hours-now"),
)

CSS = """
Timeline { height: 1fr; }
Timeline > .ink--free { color: $foreground; }
Timeline > .ink--off { color: $foreground 40%; background: $panel; }
Timeline > .ink--grid { color: $foreground 16%; }
Timeline > .ink--lunch { color: $foreground 45%; }
Timeline > .ink--absence { color: $foreground 50%; background: $panel; }
Timeline > .ink--travel { color: $foreground 45%; }
Timeline > .ink--travel-now { color: $primary; text-style: bold; }
Timeline > .ink--travel-unknown { color: $text-warning; text-style: bold; }
Timeline > .ink--access { color: $foreground 60%; text-style: bold; }
Timeline > .ink--promised { color: $accent; }
Timeline > .ink--now { color: $accent; text-style: bold; }
Timeline > .ink--ahead { color: $foreground; background: $foreground 16%; }
Timeline > .ink--en-route { color: $text-secondary; background: $secondary-muted; }
Timeline > .ink--on-site { color: $text-primary; background: $primary-muted; }
Timeline > .ink--closed { color: $text-success; background: $success-muted; }
Timeline > .ink--ended { color: $foreground 70%; background: $foreground 12%; }
Timeline > .ink--late { color: $foreground; background: $error-muted; text-style: bold; }
Timeline > .ink--moved { color: $foreground 45%; background: $foreground 6%; }
Timeline > .ink--edge { color: $foreground 75%; }
Timeline > .ink--edge-ahead { color: $foreground 60%; }
Timeline > .ink--edge-en-route { color: $secondary; }
Timeline > .ink--edge-on-site { color: $primary; }
Timeline > .ink--edge-closed { color: $success; }
Timeline > .ink--edge-late { color: $error; }
Timeline > .ink--ghost-feasible { color: $background; background: $success; text-style: bold; }
Timeline > .ink--ghost-warnings { color: $background; background: $warning; text-style: bold; }
Timeline > .ink--ghost-blocked { color: $background; background: $error; text-style: bold; }
Timeline > .ink--ghost-pending { color: $background; background: $foreground 70%; text-style: bold; }
Timeline > .ink--name { color: $foreground; text-style: bold; }
Timeline > .ink--name-dim { color: $foreground 55%; }
Timeline > .ink--name-here { color: $accent; text-style: bold; }
Timeline > .ink--name-here-dim { color: $foreground 75%; }
Timeline > .ink--hours { color: $foreground 65%; }
Timeline > .ink--hours-now { color: $accent; text-style: bold; }
"""
