"""Technicians' own calendars on servers: their visits are put there, and their busy times are absences where that is permitted."""
