"""What somebody takes along on a laptop for where there is no line, and what comes back of it (design/close-out.md C7)."""
