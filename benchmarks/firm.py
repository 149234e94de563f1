"""The sample firm, as the benchmarks open it."""

from pathlib import Path

from dispatch.demo.clock import start_clock
from dispatch.demo.day import live


def sample_firm(path: Path) -> None:
    """Make the sample firm's database at `path`, its clock at Tuesday 14:07 and running on by itself."""
    live(path)
    start_clock(path)
