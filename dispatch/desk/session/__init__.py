"""A member of staff at one open database: who they are, what they may read, why a deed is refused, what is kept for them."""
