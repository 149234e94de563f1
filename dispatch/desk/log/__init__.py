"""The visit log, one visit with all that is known of it, and the audit."""
