"""What the records of the firm consist of: one table of fields each."""
