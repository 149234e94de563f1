"""Textual widgets of the board: they know the model's types, and nothing of the store or of what people may do."""
