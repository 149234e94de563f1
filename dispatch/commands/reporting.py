def add_parsers(groups):
    pass
