"""Reader of one article as a JSON object, whichever tool or standard wrote its keys."""

from __future__ import annotations

import html
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tasks.clean import clean_line
from tasks.decode import decode
from tasks.layout import split_paragraphs
from tasks.readers.fragment import is_html, paragraphs_in
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
_PART_KEYS = ("summary", "headline", "paragraphs", "sections")  # Fundus, in this order
_TEXT_KEYS = ("rendered", "value", "text", "content", "html", "paragraph", "body", "data")
_LIST_KEYS = ("blocks", "items", "children")
# Types of blocks, as editors name them, that are no body text: NO_BODY ones stand elsewhere in
# the article (TREC Washington Post puts title, author and date among the contents).
_BLOCK_KINDS = {
    **dict.fromkeys(("header", "heading", "subhead", "subheading"), "subhead"),
    **dict.fromkeys(("image", "image_caption", "caption", "video", "gallery"), "caption"),
    **dict.fromkeys(("quote", "blockquote", "pullquote"), "quote"),
    **dict.fromkeys(("list", "list_item"), "list_item"),
    "table": "table",
}
_NO_BODY = frozenset(
    ("title", "kicker", "byline", "author_info", "date", "deck", "tweet", "embed", "html_embed")
)

_MARKUP = re.compile(r"<[a-zA-Z/!][^<>]*>")
_KEYWORD_BREAK = re.compile(r"\s*[,;|、，；]\s*")
_WORD = re.compile(r"\w+")
_TYPES = {bool: "boolean", int: "number", float: "number", str: "string", list: "array"}
_BODY_KINDS = frozenset(("body", "list_item", "quote", "table"))


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


@dataclass(frozen=True, slots=True)
class _Body:
    paragraphs: tuple[DraftParagraph, ...]
    removed: Mapping[str, int]
    path: str


def read(document: RawDocument) -> Draft:
    """Return the article in `document`, whose data is one JSON object in any encoding.

    Raises CannotRead: "read.bad_json" with the place of the fault, "read.not_an_object",
    "read.no_body" with the keys that there are, and what tasks.decode raises.
    """
    decoded = decode(document.data, charset=document.charset)
    levels = _levels(_parse(decoded.text))
    found = sorted(_find(levels), key=lambda each: (each.level, each.rank))
    body = _body(found, levels)
    removed = Counter(body.removed)
    candidates = tuple(_candidates(found, removed))
    used = {body.path, *(candidate.source.removeprefix("json:") for candidate in candidates)}
    extra = _extra(levels, used | set(_second_bodies(found, used, removed)))
    return Draft(
        paragraphs=_set_headline_apart(body.paragraphs, candidates),
        candidates=candidates,
        encoding=decoded.encoding,
        encoding_method=decoded.method,
        extractor=EXTRACTOR,
        removed=dict(removed),
        extra=extra,
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
    shown = f" of {len(value)} values" if isinstance(value, list) else ""
    if not shown:
        written = json.dumps(value, ensure_ascii=False)
        shown = "" if value is None else f": {written[:_LONGEST_SHOWN]}"
    return f"a JSON {_TYPES.get(type(value), 'null')} where an object was wanted{shown}"


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
            is_envelope = isinstance(value, dict) and key.lower() in ENVELOPES and value
            if is_envelope and isinstance(value, dict) and len(levels) < _MOST_ENVELOPES:
                levels.append((f"{path}{key}.", value))
    return levels


def _find(levels: Sequence[tuple[str, dict[str, object]]]) -> Iterator[_Found]:
    """Yield all values whose keys are in the table."""
    is_crawl = _is_crawl(levels)
    for number, (path, level) in enumerate(levels):
        for key, value in level.items():
            for field, rank in KEYS.get(plain_key(key), ()):
                if value is not None and not (is_crawl and key in ("date", "timestamp")):
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
                    yield Candidate(
                        field=each.field, value=text, source=f"json:{_storable(each.path)}"
                    )


def _values(found: _Found) -> Iterator[str]:
    """Yield the strings that a value offers for its field; nothing for one of the wrong kind."""
    is_address_wanted = found.field in _ADDRESS_FIELDS
    for value in _scalars(found.value, _ADDRESS_KEYS if is_address_wanted else _VALUE_KEYS):
        if isinstance(value, str):
            is_address = value.lstrip()[:8].lower().startswith(("http://", "https://"))
            if is_address_wanted and is_address:
                yield value
            elif found.field == "keyword" and isinstance(found.value, str):
                yield from _KEYWORD_BREAK.split(value)
            elif not is_address_wanted and (found.field not in ("author", "publisher")):
                yield value
            elif not is_address_wanted and not is_address:
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


def _body(found: Iterable[_Found], levels: Sequence[tuple[str, dict[str, object]]]) -> _Body:
    """Return the first body that holds text. Raises CannotRead when none does."""
    for each in found:
        for version in _versions(each) if each.field == "body" else ():
            removed: Counter[str] = Counter()
            paragraphs = tuple(_paragraphs(_blocks(version, "body"), removed))
            if any(paragraph.kind in _BODY_KINDS for paragraph in paragraphs):
                return _Body(paragraphs, removed, each.path)
    keys = [path + key for path, level in levels for key in level]
    more = ", ..." if len(keys) > _MOST_KEYS_SHOWN else ""
    shown = ", ".join(_storable(key)[:_LONGEST_SHOWN] for key in keys[:_MOST_KEYS_SHOWN])
    raise CannotRead("read.no_body", f"no key with the text of an article; keys found: {shown}{more}")


def _versions(found: _Found) -> Sequence[object]:
    """Return the same body in several formats (ninjs "bodies"), the one with paragraphs first."""
    if plain_key(found.path.rpartition(".")[2]) != "bodies" or not isinstance(found.value, list):
        return (found.value,)
    return sorted(found.value, key=lambda version: not is_html(" ".join(_texts(version))))


def _texts(value: object) -> Iterator[str]:
    return (text for text, _ in _blocks(value, "body"))


def _blocks(value: object, kind: str) -> Iterator[tuple[str, str]]:
    """Yield (raw text, kind) of the blocks in a body: a string, a list, or nested objects."""
    if isinstance(value, str):
        yield value, kind
    elif isinstance(value, list):
        for inner in value:
            yield from _blocks(inner, kind)
    elif isinstance(value, dict):
        named = str(value.get("subtype") or value.get("type") or "").lower()
        if named not in _NO_BODY:
            yield from _inner_blocks(value, _BLOCK_KINDS.get(named, kind))


def _inner_blocks(value: Mapping[str, object], kind: str) -> Iterator[tuple[str, str]]:
    parts = [key for key in _PART_KEYS if value.get(key)]
    if not parts:
        parts = [key for key in (*_TEXT_KEYS, *_LIST_KEYS) if value.get(key)][:1]
    for part in parts:
        yield from _blocks(value[part], "subhead" if part == "headline" else kind)


def _paragraphs(
    blocks: Iterable[tuple[str, str]], removed: Counter[str]
) -> Iterator[DraftParagraph]:
    """Yield clean paragraphs; plain texts in a row are laid out together."""
    plain: list[str] = []
    for text, kind in _without_html(blocks):
        if kind == "text":
            plain.append(text)
            continue
        yield from _laid_out(plain, removed)
        plain.clear()
        cleaned = clean_line(text)
        removed.update(cleaned.removed)
        if cleaned.text:
            yield DraftParagraph(text=cleaned.text, kind=kind)
    yield from _laid_out(plain, removed)


def _without_html(blocks: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield (text without tags, kind); the kind "text" is for plain text whose lines count."""
    for text, kind in blocks:
        if is_html(text):
            for part, found in paragraphs_in(text):
                yield part, kind if kind != "body" and found in ("body", "text") else found
        else:
            yield text, "text" if kind == "body" else kind


def _laid_out(texts: Sequence[str], removed: Counter[str]) -> Iterator[DraftParagraph]:
    if texts:
        layout = split_paragraphs("\n\n".join(texts))
        removed.update(layout.removed)
        for text in layout.paragraphs:
            yield DraftParagraph(text=text)


def _set_headline_apart(
    paragraphs: tuple[DraftParagraph, ...], candidates: Iterable[Candidate]
) -> tuple[DraftParagraph, ...]:
    """Mark the headline as furniture where the body begins with it and goes on."""
    headlines = {_words(each.value) for each in candidates if each.field == "headline"}
    first = paragraphs[0]
    if len(paragraphs) < 2 or first.kind not in _BODY_KINDS or _words(first.text) not in headlines:
        return paragraphs
    return (replace(first, kind="furniture"), *paragraphs[1:])


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


# ---- what is left ----------------------------------------------------------------------------


def _second_bodies(
    found: Iterable[_Found], used: set[str], removed: Counter[str]
) -> Iterator[str]:
    """Yield the keys of further copies of the text, counted; the raw document keeps them."""
    for each in found:
        is_copy = each.field == "body" and each.path not in used
        if is_copy and sum(map(len, _texts(each.value))) >= _LONG:
            removed["second_body"] += 1
            yield each.path


def _extra(
    levels: Sequence[tuple[str, dict[str, object]]], used: set[str]
) -> dict[str, object]:
    """Return the fields that nothing was made of, those of an envelope under its key path."""
    envelopes = {path.removesuffix(".") for path, _ in levels}
    extra: dict[str, object] = {}
    for path, level in levels:
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
    return value is not None and value not in ("", [], {})
