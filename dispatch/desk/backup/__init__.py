"""A backup of everything in one archive, and the copy elsewhere: how it is kept, comes back, and who is first."""
