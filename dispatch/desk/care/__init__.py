"""What is due to clients beside visits, and a client on one page."""
