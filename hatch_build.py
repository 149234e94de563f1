"""What a wheel has beside the packages: the pages of `dispatch help`, and what the code that is being packed makes.

That is the sample firm as it is kept, so that the first `dispatch demo` of an installation only copies it; what completes
commands in shells, and the manual page.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class MadeByTheProgram(BuildHookInterface[Any]):
    """Runs the program for each; what it cannot make is left out, and said."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add them to a wheel. Without them the program makes the sample firm itself and has no completion."""
        if self.target_name != "wheel" or version == "editable":
            return
        for page in Path(self.root, "docs").glob("*.md"):
            build_data["force_include"][str(page)] = f"dispatch/pages/{page.name}"
        self._folder = tempfile.TemporaryDirectory(prefix="dispatch-build-")
        sample, shells = Path(self._folder.name, "sample"), Path(self._folder.name, "shells")
        self._make("The sample firm", "dispatch.demo", sample)
        for path in sample.glob("*.db"):
            build_data["force_include"][str(path)] = f"dispatch/sample/{path.name}"
        self._make("Completion", "dispatch.commands.help", shells)
        for path in shells.glob("*sh"):
            build_data["force_include"][str(path)] = f"dispatch/commands/completions/{path.name}"
        for path in shells.glob("*.1"):
            build_data["shared_data"][str(path)] = f"share/man/man1/{path.name}"

    def _make(self, what: str, module: str, folder: Path) -> None:
        folder.mkdir()
        made = subprocess.run(
            [sys.executable, "-m", module, str(folder)], cwd=self.root, capture_output=True, text=True, check=False
        )
        if made.returncode:
            self.app.display_warning(f"{what} is not in the wheel: {made.stderr.strip()[-400:]}")

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Take the draft away."""
        if self.target_name == "wheel" and version != "editable":
            self._folder.cleanup()
