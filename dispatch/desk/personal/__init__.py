"""A client's words: all of them as a file, and erased when their time is over."""
