"""What values of JSON articles offer for the fields: clean strings out of lists and objects."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tasks.clean import clean_line
from tasks.readers.json_find import Found
from tasks.records import Candidate

_ADDRESS_FIELDS = frozenset(("url", "canonical_url", "image_url"))
# An address here is the profile of an author or the home of a publisher, not its name.
_ADDRESS_OR_NAME = _ADDRESS_FIELDS | {"author", "byline", "publisher"}
_DATE_FIELDS = frozenset(("published", "modified"))
# Written by tools in place of nothing (news-please: "None", pandas: "nan" and "[]", SQL: "\\N").
NOTHING = frozenset(("", "none", "null", "nan", "nat", "n/a", "undefined", "[]", "{}", "\\n"))

# Where an object keeps its value: first the keys for an address, then those for everything else.
_ADDRESS_KEYS = ("url", "@id", "contentUrl", "href", "src", "value")
_VALUE_KEYS = (
    *("name", "value", "@value", "main", "original", "rendered", "title", "text", "literal"),
    *("$date", "$numberLong", "fullname", "display_name", "label"),
)
_NAME_PARTS = (("givenName", "familyName"), ("firstname", "lastname"), ("first_name", "last_name"))
_MARKUP = re.compile(r"<[a-zA-Z/!][^<>]*>")
# What parts the values in one string. Names are parted later, by tasks.names.
_LISTS = {
    "keyword": re.compile(r"[,;|、，；]"),
    "section": re.compile(r";"),  # trafilatura joins categories with it
    "author": re.compile(r"\Z(?!)"),
}
# A list as Python, JSON, DuckDB and PostgreSQL write it into a cell of a table.
_ESCAPED = re.compile(r"\\(['\"\\])")
_OPENING, _CLOSING = frozenset("[{("), frozenset("]})")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'(?=\s*[,\]})])|\"((?:[^\"\\]|\\.)*)\"(?=\s*[,\]})])")


def candidates_in(found: Iterable[Found], removed: Counter[str]) -> Iterator[Candidate]:
    """Yield what the fields but the body offer, best first, cleaned; count what cleaning did."""
    for each in found:
        if each.field not in ("body", "html"):
            for value in _values(each):
                text = _clean_value(each.field, value, removed)
                if text.lower() not in NOTHING:
                    yield Candidate(field=each.field, value=text, source=source_of(each.path))


def source_of(path: str) -> str:
    """Return the source of a candidate whose key has this path."""
    return f"json:{storable(path)}"


def _values(found: Found) -> Iterator[str]:
    """Yield the strings that a value offers for its field; nothing for one of the wrong kind."""
    is_address_wanted = found.field in _ADDRESS_FIELDS
    if isinstance(found.value, str) and found.field in _LISTS:
        yield from _listed(found.field, found.value)
        return
    for value in _scalars(found.value, _ADDRESS_KEYS if is_address_wanted else _VALUE_KEYS):
        if isinstance(value, str):
            if _is_address(value) == is_address_wanted or found.field not in _ADDRESS_OR_NAME:
                yield value
        elif found.field in _DATE_FIELDS and not isinstance(value, bool):
            yield str(value)
        elif found.field == "is_accessible_for_free" and isinstance(value, bool):
            yield str(value).lower()


def _listed(field: str, value: str) -> Iterator[str]:
    """Yield the values in a string that holds several: 'a; b', "['a', 'b']", '["a", "b"]'."""
    if value[:1] in _OPENING and value.rstrip()[-1:] in _CLOSING:
        for single, double in _QUOTED.findall(value):
            yield _ESCAPED.sub(r"\1", single or double)
    elif not _is_address(value):
        yield from _LISTS[field].split(value)


def _is_address(value: str) -> bool:
    return value.lstrip()[:8].lower().startswith(("http://", "https://"))


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
        return storable(value.strip())
    if "<" in value:
        value = html.unescape(_MARKUP.sub("", value))
    cleaned = clean_line(value)
    removed.update(cleaned.removed)
    return cleaned.text


def storable(text: str) -> str:
    """Replace lone surrogates, which JSON can spell and UTF-8 cannot hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
