"""Sessions over SSH: what stands between a key and the screens."""
