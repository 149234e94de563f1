"""The ids of our own events in other calendars: they last, say nothing, and are known again when a file brings them back."""

from __future__ import annotations

import hashlib
import hmac

_NAMED, _CHECKED = 24, 16
"""So many hexadecimal digits say which event it is, and so many more that it is ours."""


def own_uid(salt: str, named: str) -> str:
    """The UID of an event of ours: the same for the same name, and nobody can tell the name from it without the salt."""
    digits = _digest(salt, named)[:_NAMED]
    return digits + _digest(salt, f"ours {digits}")[:_CHECKED]


def is_own(salt: str, uid: str) -> bool:
    """Whether a UID was made by `own_uid` with this salt."""
    digits, check = uid[:_NAMED], uid[_NAMED:]
    return len(uid) == _NAMED + _CHECKED and hmac.compare_digest(
        check.encode(), _digest(salt, f"ours {digits}")[:_CHECKED].encode()
    )


def _digest(salt: str, text: str) -> str:
    return hmac.new(salt.encode(), text.encode(), hashlib.sha256).hexdigest()
