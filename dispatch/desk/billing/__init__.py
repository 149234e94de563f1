"""What a lead does to a charge, and the hand-over to the invoice."""
