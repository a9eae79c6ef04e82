"""One JSON object out of text, with what tools write that is no JSON, and with bounds."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable

from warehouse.errors import CannotRead

# Real articles nest below 20 levels; RFC 8259 section 9 lets a parser set a limit. Below the
# recursion limit of Python, so that whoever writes the unknown fields again cannot hit it either.
MAX_DEPTH = 100
LONGEST_SHOWN = 80  # characters of a value in a message
_LONGEST_INTEGER = 18  # digits that any reader of the unknown fields takes as a 64-bit integer
_TYPES = {bool: "boolean", int: "number", float: "number", str: "string"}


def _number(text: str) -> int | str:
    """Keep integers beyond 64 bits as text: no digit is lost, and no reader chokes on them."""
    return int(text) if len(text) <= _LONGEST_INTEGER else text


def _fraction(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text  # 1e999


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Make a list of the values of a key that occurs twice; RFC 8259 leaves open what it means."""
    made = dict(pairs)
    if len(made) < len(pairs):
        times = Counter(key for key, _ in pairs)
        for key in (key for key, count in times.items() if count > 1):
            made[key] = [value for name, value in pairs if name == key]
    return made


# Not strict: dumps hold bare line breaks and tabs in strings. NaN and Infinity, which are no JSON
# but which Python and JavaScript tools write, count as null.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_number,
    parse_float=_fraction,
    parse_constant=lambda name: None,
    strict=False,
)


def parse_object(text: str) -> dict[str, object]:
    """Return the article object in `text`; of a JSON-LD graph, the article in it.

    Raises CannotRead: "read.bad_json" with the place of the fault, "read.not_an_object".
    """
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        near = text[max(0, error.pos - 20) : error.pos + 20]
        detail = f"{error.msg} at line {error.lineno} column {error.colno}, near {near!r}"
        raise CannotRead("read.bad_json", f"{detail}; one JSON object is wanted") from error
    except RecursionError as error:
        raise _too_deep() from error
    if not isinstance(value, dict):
        raise CannotRead("read.not_an_object", _not_an_object(value))
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _require_shallow(value)
    graph = value.get("@graph")
    parts = [part for part in graph if isinstance(part, dict)] if isinstance(graph, list) else []
    return next((part for part in parts if "Article" in str(part.get("@type"))), value)


def _not_an_object(value: object) -> str:
    if isinstance(value, list):
        return f"a JSON array of {len(value)} values where an object was wanted"
    shown = json.dumps(value, ensure_ascii=False)[:LONGEST_SHOWN]
    return f"a JSON {_TYPES.get(type(value), 'null')} where an object was wanted: {shown}"


def _require_shallow(value: object) -> None:
    """Raise CannotRead for a value nested deeper than MAX_DEPTH. No recursion of its own."""
    layer: list[object] = [value]
    for _ in range(MAX_DEPTH):
        layer = [inner for outer in layer for inner in _inside(outer)]
        if not layer:
            return
    raise _too_deep()


def _inside(value: object) -> Iterable[object]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [each for each in inner if isinstance(each, dict | list)]


def _too_deep() -> CannotRead:
    return CannotRead("read.bad_json", f"nested deeper than {MAX_DEPTH} levels, the most allowed")
