"""Mails that come in: what they say, who wrote them, and what they are (design/records.md, Mail in). Pure."""
