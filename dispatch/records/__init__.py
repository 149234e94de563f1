"""What the records of the firm's book consist of: one table of fields each."""
