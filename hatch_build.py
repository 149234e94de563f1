"""The sample firm goes into the wheel as it is kept, so that the first `dispatch demo` of an installation only copies it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class SampleFirm(BuildHookInterface[Any]):
    """Makes the sample firm with the code that is being packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add it to a wheel; where it cannot be made the first `dispatch demo` makes it."""
        if self.target_name != "wheel" or version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory(prefix="dispatch-build-")
        made = subprocess.run(
            [sys.executable, "-m", "dispatch.demo", self._folder.name],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            self.app.display_warning(f"The sample firm is not in the wheel: {made.stderr.strip()[-400:]}")
        for path in Path(self._folder.name).glob("*.db"):
            build_data["force_include"][str(path)] = f"dispatch/sample/{path.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Take the draft away."""
        if self.target_name == "wheel" and version != "editable":
            self._folder.cleanup()
