"""Reader of one article as a JSON object, whichever tool or standard wrote its keys."""

from __future__ import annotations

import html
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from tasks.clean import clean_line
from tasks.decode import decode
from tasks.readers.json_body import Body, count_chars, read_body
from tasks.readers.json_keys import ENVELOPES, KEYS, plain_key
from tasks.records import Candidate, Draft, DraftParagraph, RawDocument
from warehouse.errors import CannotRead

EXTRACTOR = "json 1"

# Real articles nest below 20 levels; RFC 8259 section 9 lets a parser set a limit. Below the
# recursion limit of Python, so that whoever writes the unknown fields again cannot hit it either.
MAX_DEPTH = 100
_MOST_ENVELOPES = 8  # objects searched for fields: the top one and what it holds
_LONG = 200  # characters; a second body of this length is a copy of the text, a shorter one an id
_MOST_KEYS_SHOWN = 20
_LONGEST_SHOWN = 80  # characters of a value in a message
_LONGEST_INTEGER = 18  # digits that any reader of the unknown fields takes as a 64-bit integer

_ADDRESS_FIELDS = frozenset(("url", "canonical_url", "image_url"))
# An address here is the profile of an author or the home of a publisher, not its name.
_ADDRESS_OR_NAME = _ADDRESS_FIELDS | {"author", "byline", "publisher"}
_DATE_FIELDS = frozenset(("published", "modified"))
# Written by tools in place of nothing (news-please: "None", pandas: "nan").
_NOTHING = frozenset(("", "none", "null", "nan", "n/a", "undefined"))

# Where an object keeps its value: first the keys for an address, then those for everything else.
_ADDRESS_KEYS = ("url", "@id", "contentUrl", "href", "src", "value")
_VALUE_KEYS = (
    *("name", "value", "@value", "main", "original", "rendered", "title", "text", "literal"),
    *("$date", "$numberLong", "fullname", "display_name", "label"),
)
_NAME_PARTS = (("givenName", "familyName"), ("firstname", "lastname"), ("first_name", "last_name"))
_MARKUP = re.compile(r"<[a-zA-Z/!][^<>]*>")
_KEYWORD_BREAK = re.compile(r"[,;|、，；]")
_WORD = re.compile(r"\w+")
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


@dataclass(frozen=True, slots=True)
class _Found:
    """A value whose key is in the table; `level` counts envelopes from the top object (0)."""

    field: str
    rank: int
    level: int
    path: str  # of the key as found: "metadata.url"
    value: object


def read(document: RawDocument) -> Draft:
    """Return the article in `document`, whose data is one JSON object in any encoding.

    Raises CannotRead: "read.bad_json" with the place of the fault, "read.not_an_object",
    "read.no_body" with the keys that there are, and what tasks.decode raises.
    """
    decoded = decode(document.data, charset=document.charset)
    levels = _levels(_parse(decoded.text))
    found = sorted(_find(levels), key=lambda each: (each.level, each.rank))
    body, path = _find_body(found, levels)
    removed = Counter(body.removed)
    candidates = tuple(_candidates(found, removed))
    used = {path, *_second_bodies(found, path, removed), *_exhausted(found, candidates)}
    return Draft(
        paragraphs=_set_headline_apart(body.paragraphs, candidates),
        candidates=candidates,
        encoding=decoded.encoding,
        encoding_method=decoded.method,
        extractor=EXTRACTOR,
        removed=dict(removed),
        extra=_extra(levels, used),
    )


# ---- parsing ---------------------------------------------------------------------------------


def _parse(text: str) -> dict[str, object]:
    """Return the article object in `text`; of a JSON-LD graph, the article in it."""
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
    shown = json.dumps(value, ensure_ascii=False)[:_LONGEST_SHOWN]
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


# ---- finding the fields ----------------------------------------------------------------------


def _levels(top: dict[str, object]) -> list[tuple[str, dict[str, object]]]:
    """Return the top object and the envelopes in it, outer ones first, with their key paths."""
    levels = [("", top)]
    for path, level in levels:  # grows meanwhile
        for key, value in level.items():
            if _is_envelope(value, key) and len(levels) < _MOST_ENVELOPES:
                levels.append((f"{path}{key}.", value))
    return levels


def _is_envelope(value: object, key: str) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict) and key.lower() in ENVELOPES


def _find(levels: Sequence[tuple[str, dict[str, object]]]) -> Iterator[_Found]:
    """Yield all values whose keys are in the table."""
    is_crawl = _is_crawl(levels)
    for number, (path, level) in enumerate(levels):
        for key, value in level.items():
            name = plain_key(key)
            is_silent = value is None or (is_crawl and name in ("date", "timestamp"))
            for field, rank in () if is_silent else KEYS.get(name, ()):
                if field == "body" or not _is_envelope(value, key):
                    yield _Found(field, rank, number, path + key, value)


def _is_crawl(levels: Sequence[tuple[str, dict[str, object]]]) -> bool:
    """Tell whether "date" is when a crawler came by, not when the article was published.

    So in datatrove and FineWeb made from WARC files, and in C4 (its card: "timestamp" of the
    crawl), whose rows have three keys.
    """
    if set(levels[0][1]) == {"text", "timestamp", "url"}:
        return True
    names = ("id", "file_path", "dump", "warc_date", "warc_filename")
    values = [str(level[name]) for _, level in levels for name in names if level.get(name)]
    return any("urn:uuid:" in value or "warc" in value or "CC-MAIN" in value for value in values)


def _candidates(found: Iterable[_Found], removed: Counter[str]) -> Iterator[Candidate]:
    """Yield what the fields but the body offer, best first, cleaned; count what cleaning did."""
    for each in found:
        if each.field != "body":
            for value in _values(each):
                text = _clean_value(each.field, value, removed)
                if text.lower() not in _NOTHING:
                    yield Candidate(field=each.field, value=text, source=_source(each.path))


def _source(path: str) -> str:
    return f"json:{_storable(path)}"


def _values(found: _Found) -> Iterator[str]:
    """Yield the strings that a value offers for its field; nothing for one of the wrong kind."""
    is_address_wanted = found.field in _ADDRESS_FIELDS
    for value in _scalars(found.value, _ADDRESS_KEYS if is_address_wanted else _VALUE_KEYS):
        if isinstance(value, str):
            is_address = value.lstrip()[:8].lower().startswith(("http://", "https://"))
            if found.field == "keyword" and isinstance(found.value, str):
                yield from _KEYWORD_BREAK.split(value)
            elif is_address == is_address_wanted or found.field not in _ADDRESS_OR_NAME:
                yield value
        elif found.field in _DATE_FIELDS and not isinstance(value, bool):
            yield str(value)
        elif found.field == "is_accessible_for_free" and isinstance(value, bool):
            yield str(value).lower()


def _scalars(value: object, keys: Sequence[str]) -> Iterator[str | int | float]:
    """Yield strings, numbers and booleans in a value; of an object, those its main key holds."""
    if isinstance(value, list):
        for inner in sorted(value, key=_is_not_main):
            yield from _scalars(inner, keys)
    elif isinstance(value, dict):
        for first, last in _NAME_PARTS:
            if value.get(last) and not value.get("name"):
                yield " ".join(str(value[part]) for part in (first, last) if value.get(part))
                return
        inner = next((value[key] for key in keys if value.get(key) is not None), None)
        yield from _scalars(inner, keys)
    elif isinstance(value, str | int | float):
        yield value


def _is_not_main(value: object) -> bool:
    """Order the values of a list that ninjs 2 and 3 give roles."""
    return not (isinstance(value, dict) and value.get("role") == "main")


def _clean_value(field: str, value: str, removed: Counter[str]) -> str:
    if field in _ADDRESS_FIELDS or field in _DATE_FIELDS:
        return _storable(value.strip())
    if "<" in value:
        value = html.unescape(_MARKUP.sub("", value))
    cleaned = clean_line(value)
    removed.update(cleaned.removed)
    return cleaned.text


def _storable(text: str) -> str:
    """Replace lone surrogates, which JSON can spell and UTF-8 cannot hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


# ---- the body --------------------------------------------------------------------------------


def _find_body(
    found: Iterable[_Found], levels: Sequence[tuple[str, dict[str, object]]]
) -> tuple[Body, str]:
    """Return the first body that holds text, and its key. Raises CannotRead when none does."""
    for each in found:
        if each.field == "body":
            body = read_body(each.value, is_choice=plain_key(each.path).endswith("bodies"))
            if body is not None:
                return body, each.path
    keys = [path + key for path, level in levels for key in level]
    shown = ", ".join(_storable(key)[:_LONGEST_SHOWN] for key in keys[:_MOST_KEYS_SHOWN])
    more = f" and {len(keys) - _MOST_KEYS_SHOWN} more" if len(keys) > _MOST_KEYS_SHOWN else ""
    raise CannotRead("read.no_body", f"no text of an article; keys found: {shown or 'none'}{more}")


def _set_headline_apart(
    paragraphs: tuple[DraftParagraph, ...], candidates: Iterable[Candidate]
) -> tuple[DraftParagraph, ...]:
    """Mark the headline as furniture where the body begins with it and goes on."""
    headlines = {_words(each.value) for each in candidates if each.field == "headline"}
    for number, paragraph in enumerate(paragraphs):
        if _words(paragraph.text) not in headlines:
            repeats = (replace(each, kind="furniture") for each in paragraphs[:number])
            return (*repeats, *paragraphs[number:])
    return paragraphs


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


# ---- what is left ----------------------------------------------------------------------------


def _second_bodies(found: Iterable[_Found], chosen: str, removed: Counter[str]) -> Iterator[str]:
    """Yield the keys of further copies of the text, counted; the raw document keeps them."""
    for each in found:
        is_other = each.field == "body" and each.path != chosen
        if is_other and count_chars(each.value) >= _LONG:
            removed["second_body"] += 1
            yield each.path


def _exhausted(found: Iterable[_Found], candidates: Iterable[Candidate]) -> Iterator[str]:
    """Yield the keys whose values are candidates now, but for objects that hold more than that."""
    offered = {candidate.source for candidate in candidates}
    for each in found:
        values = each.value if isinstance(each.value, list) else [each.value]
        holds_more = any(isinstance(value, dict) and len(value) > 1 for value in values)
        if _source(each.path) in offered and not holds_more:
            yield each.path


def _extra(levels: Sequence[tuple[str, dict[str, object]]], used: set[str]) -> dict[str, object]:
    """Return the fields that nothing was made of, those of an envelope under its key path."""
    envelopes = {path.removesuffix(".") for path, _ in levels}
    extra: dict[str, object] = {}
    for path, level in levels:
        if path.removesuffix(".") in used:
            continue
        left = {
            key: value
            for key, value in level.items()
            if path + key not in used and path + key not in envelopes and _says_something(value)
        }
        if path and left:
            extra[path.removesuffix(".")] = left
        else:
            extra.update(left)
    return extra


def _says_something(value: object) -> bool:
    if isinstance(value, str):
        return value.strip().lower() not in _NOTHING
    return value is not None and value not in ([], {})
