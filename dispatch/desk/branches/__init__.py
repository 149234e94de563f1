"""Other offices of the firm: looked at, and what goes from one to another (design/more-machines.md, Branches)."""
