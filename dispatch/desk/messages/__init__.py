"""What clients are told, ahead of a visit and by messages, and whether a message is still true when it goes."""
