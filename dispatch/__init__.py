"""A dispatch board for on-site IT visits, in one SQLite file and a terminal."""

__version__ = "0.2.0"
