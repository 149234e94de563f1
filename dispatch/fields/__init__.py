"""One language of fields: what a record consists of, how each part is read and written, and what is typed it with."""
