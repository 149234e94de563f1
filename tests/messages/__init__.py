"""Messages to clients: made by deeds, sent by a process of its own."""
