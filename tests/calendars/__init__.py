"""Technicians' calendars on a server."""
