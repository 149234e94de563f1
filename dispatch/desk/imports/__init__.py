"""Imports: a file is read, every row gets a verdict, and all of it is written in one unit of work, or nothing is."""
