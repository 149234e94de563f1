"""What somebody is guided by: one thing to do, and by what it is seen that it was done."""

from __future__ import annotations

from typing import NamedTuple


class GuideStep(NamedTuple):
    """What is said, and what then stands in the audit (`deed`) or in front (`screen`, by its name in the help).

    In what is said a binding id in braces stands for its key.
    """

    says: str
    deed: str = ""
    screen: str = ""
