"""Requests: taken, amended, answered."""
