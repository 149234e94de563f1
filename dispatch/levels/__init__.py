"""Service levels: calendars, clocks, targets, capacity and the month's figures (design/service-levels.md D1 to D8)."""
