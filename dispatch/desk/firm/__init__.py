"""The firm itself: how it begins, its working hours."""
