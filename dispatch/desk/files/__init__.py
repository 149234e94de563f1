"""Files that people hand over, read into rows, and the verdict on each row."""
