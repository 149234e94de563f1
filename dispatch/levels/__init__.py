"""Service levels: calendars, clocks, targets, capacity and the month's figures (service-levels.md D1 to D8)."""
