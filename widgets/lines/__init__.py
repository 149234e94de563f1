"""Lines of coloured text, and the views and lists that are made of them."""
