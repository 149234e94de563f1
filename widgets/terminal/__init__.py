"""What passes between the program and a terminal: keys, cells, sizes."""
