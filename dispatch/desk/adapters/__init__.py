"""Forms that other programs read or speak: sshd, calendars, mail servers and messengers."""
