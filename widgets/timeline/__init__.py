"""The timeline of the board: rows of technicians over the hours of a day, its cursor, and the ghost of a visit that is moved."""
