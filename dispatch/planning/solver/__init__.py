"""The solver: VROOM behind one adapter, in one process of its own. Nothing here is imported by the program itself but `solving`."""
