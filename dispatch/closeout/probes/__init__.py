"""Tests that run: a module for each kind, what they share, and where they run from (design/close-out.md C5).

Whatever the other side sends is untrusted: it is bounded in time and in bytes, and passes `received` before it is kept.
"""
