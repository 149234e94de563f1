"""A JSON file that somebody hands over: read whole, refused where it is not what it seems."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dispatch.desk.files.table import Unreadable, read_text
from dispatch.desk.files.verdicts import shortened

_BYTES = 1_000_000


def read_json(path: Path, noun: str) -> Any:
    """The one document of a JSON file, which should be `noun`.

    Raises:
        Unreadable: it is not UTF-8, too large, no JSON, or names something twice.
    """
    text = read_text(path, _BYTES, "that is not JSON")
    name = shortened(path.name)
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_without_repetition)
    except json.JSONDecodeError as error:
        raise Unreadable(f"{name} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}.") from None
    except ValueError as error:
        raise Unreadable(f"{name} is not {noun}: {error}.") from None
    except RecursionError:
        raise Unreadable(f"{name} is not {noun}: it is nested too deeply.") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{shortened(repeated)} stands in it twice")
    return values
