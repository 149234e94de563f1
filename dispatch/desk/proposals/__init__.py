"""What is offered to clients: written, sent, asked about, accepted, declined."""
