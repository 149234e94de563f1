"""A technician's deeds, from setting out to close-out: arrival, results, tests, evidence, time, the end."""
