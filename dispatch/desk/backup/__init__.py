"""A backup of everything in one archive."""
