"""What a visit costs: estimated, reckoned, kept, and quoted for one that does not exist."""
