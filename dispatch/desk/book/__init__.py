"""The firm's book: what it writes down once and looks up all day."""
