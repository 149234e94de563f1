"""The solver: VROOM behind one adapter, in one process of its own. Of it the program itself imports the territories only."""
