"""A day as it is planned and as it runs: routes, positions, what technicians are told of changes."""
