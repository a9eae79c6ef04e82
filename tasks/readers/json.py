"""Reader of one article as a JSON object, whichever tool or standard wrote its keys."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from tasks.decode import decode
from tasks.readers import html
from tasks.readers.json_body import Body, count_chars, page_in, read_body
from tasks.readers.json_find import Found, Level, find, levels_in, means_body, names_any
from tasks.readers.json_keys import plain_key
from tasks.readers.json_text import LONGEST_SHOWN, parse_object
from tasks.readers.json_values import NOTHING, candidates_in, source_of, storable
from tasks.readers.ninjs import is_ninjs, read_ninjs
from tasks.records import Candidate, Decoded, Draft, DraftParagraph, RawDocument
from warehouse.errors import CannotRead

EXTRACTOR = "json 2"

_LONG = 200  # characters; a second body of this length is a copy of the text, a shorter one an id
_MOST_KEYS_SHOWN = 20
_WORD = re.compile(r"\w+")


def read(document: RawDocument) -> Draft:
    """Return the article in `document`, whose data is one JSON object in any encoding.

    `document.columns` says what keys mean that the tables do not know, or know otherwise. Where
    there is no text but a web page, that is read; an item of ninjs is left to its own reader,
    unless the user named keys of it. Raises CannotRead: "read.bad_json" with the place of the
    fault, "read.not_an_object", "read.no_body" with the keys that there are, and what
    tasks.decode and the readers of pages and ninjs raise.
    """
    decoded = decode(document.data, charset=document.charset)
    article = parse_object(decoded.text)
    if is_ninjs(article) and not names_any(document.columns, article):
        encoding, method = decoded.encoding, decoded.method
        return read_ninjs(article, encoding=encoding, encoding_method=method)
    levels = levels_in(article, document.columns)
    found = find(levels, document.columns)
    page = _mapped_page(found)
    if not page and (text := _find_body(found)):
        return _from_text(decoded, levels, found, *text)
    if page := page or _find_page(found):
        return _from_page(document, decoded, levels, found, page)
    raise _no_body(levels, document.columns)


def _from_text(
    decoded: Decoded, levels: Sequence[Level], found: Sequence[Found], body: Body, path: str
) -> Draft:
    removed = Counter(body.removed)
    candidates = tuple(candidates_in(found, removed))
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


# ---- a web page in a key ---------------------------------------------------------------------


def _mapped_page(found: Iterable[Found]) -> Found | None:
    pages = (each for each in found if each.field == "html" and each.is_mapped)
    return next((each for each in pages if isinstance(each.value, str)), None)


def _find_page(found: Iterable[Found]) -> Found | None:
    return next((each for each in found if _is_body(each) and page_in(each.value)), None)


def _from_page(
    document: RawDocument,
    decoded: Decoded,
    levels: Sequence[Level],
    found: Sequence[Found],
    page: Found,
) -> Draft:
    """Return the draft of a page, with what the keys beside it say.

    The keys that the user named and the address come first; a tool that stored the whole page has
    hardly looked into it, so what the page says of itself goes before the other keys.
    """
    removed: Counter[str] = Counter()
    first = [each for each in found if each.is_mapped or each.field == "url"]
    sure = tuple(candidates_in(first, removed))
    rest = tuple(candidates_in((each for each in found if each not in first), removed))
    url = document.url or next((each.value for each in sure if each.field == "url"), None)
    made = html.read_page(replace(decoded, text=str(page.value)), url=url)
    candidates = (*sure, *made.candidates, *rest)
    used = {page.path, *_second_bodies(found, page.path, removed), *_exhausted(found, candidates)}
    return replace(
        made,
        paragraphs=_set_headline_apart(made.paragraphs, candidates),
        candidates=candidates,
        removed=dict(removed + Counter(made.removed)),
        extra={**_extra(levels, used), **made.extra},
    )


# ---- the body --------------------------------------------------------------------------------


def _is_body(found: Found) -> bool:
    return found.field in ("body", "html")


def _find_body(found: Iterable[Found]) -> tuple[Body, str] | None:
    """Return the first body that holds text, and its key; only that of the user if there is one."""
    bodies = [each for each in found if _is_body(each)]
    for each in [body for body in bodies if body.is_mapped] or bodies:
        if not page_in(each.value):
            body = read_body(each.value, is_choice=plain_key(each.path).endswith("bodies"))
            if body is not None:
                return body, each.path
    return None


def _no_body(levels: Iterable[Level], columns: Mapping[str, str]) -> CannotRead:
    keys = [path + key for path, level in levels for key in level]
    shown = ", ".join(storable(key)[:LONGEST_SHOWN] for key in keys[:_MOST_KEYS_SHOWN])
    more = f" and {len(keys) - _MOST_KEYS_SHOWN} more" if len(keys) > _MOST_KEYS_SHOWN else ""
    empty = [key for path, level in levels for key in level if means_body(path, key, columns)]
    where = f" in {', '.join(map(storable, empty))}" if empty else ""
    remedy = "" if empty or not keys else "; --map body=KEY says which of them holds the text"
    detail = f"no text of an article{where}; keys found: {shown or 'none'}{more}{remedy}"
    return CannotRead("read.no_body", detail)


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


def _second_bodies(found: Iterable[Found], chosen: str, removed: Counter[str]) -> Iterator[str]:
    """Yield the keys of further copies of the text, counted; the raw document keeps them."""
    for each in found:
        if _is_body(each) and each.path != chosen and count_chars(each.value) >= _LONG:
            removed["second_body"] += 1
            yield each.path


def _exhausted(found: Iterable[Found], candidates: Iterable[Candidate]) -> Iterator[str]:
    """Yield the keys whose values are candidates now, but for objects that hold more than that."""
    offered = {candidate.source for candidate in candidates}
    for each in found:
        values = each.value if isinstance(each.value, list) else [each.value]
        holds_more = any(isinstance(value, dict) and len(value) > 1 for value in values)
        if source_of(each.path) in offered and not holds_more:
            yield each.path


def _extra(levels: Sequence[Level], used: set[str]) -> dict[str, object]:
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
        return value.strip().lower() not in NOTHING
    return value is not None and value not in ([], {})
