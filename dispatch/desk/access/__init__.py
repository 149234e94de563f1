"""Keys, logins over SSH, and the way into a client's network."""
