"""The lead's review of ended visits."""
