"""Mails that come in: read once, made requests or put to their visits, and those that somebody decides on."""
