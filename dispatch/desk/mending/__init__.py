"""What was entered wrongly and is mended: records that are there twice, visits at the wrong client or for two days' work."""
