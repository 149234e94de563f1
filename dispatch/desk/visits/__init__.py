"""One visit on its way through its states: how it is found, whose it is, how a deed on it begins."""
