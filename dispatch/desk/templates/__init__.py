"""Templates of checklists, and a template while it is edited."""
