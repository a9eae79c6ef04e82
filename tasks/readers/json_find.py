"""The keys of a JSON article that mean something, in order of preference.

What a key means, the user says (`--map`), or tasks.readers.json_keys; a few keys mean something
else beside certain others, which is told here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tasks.readers.json_keys import ENVELOPES, KEYS, plain_key
from tasks.readers.json_text import parse_object
from warehouse.errors import CannotRead

_MOST_ENVELOPES = 8  # objects searched for fields: the top one and what it holds
_LONGEST_ENVELOPE = 100_000  # characters of an object that a table holds as a string
_MAPPED = -1  # rank and level of what the user named

Level = tuple[str, dict[str, object]]  # key path that ends with a dot, and the object there

# Keys that say plainly when an article was published. Where an object has one, even an empty one,
# the vague ones beside it are of the tool: when it came by, or stored the row.
_PLAIN_DATES = frozenset(
    (
        *("datepublished", "datepublish", "publishdate", "publishingdate", "publisheddate"),
        *("publicationdate", "publishedat", "published", "publishedtime", "pubdate", "datetimepub"),
    )
)
_VAGUE_DATES = frozenset(("timestamp", "time", "created", "createdat", "datetime"))
_CRAWL_DATES = frozenset(("date", "timestamp"))
_CRAWL_KEYS = ("id", "file_path", "dump", "warc_date", "warc_filename", "warc_path")
# All that rows of C4, mC4 and CulturaX have; their "timestamp" is that of the crawl (their cards).
_CRAWL_ROW = frozenset(("text", "timestamp", "url", "source"))


@dataclass(frozen=True, slots=True)
class Found:
    """A value whose key means a field; `level` counts envelopes from the top object (0)."""

    field: str
    rank: int
    level: int
    path: str  # of the key as found: "metadata.url"
    value: object

    @property
    def is_mapped(self) -> bool:
        """Did the user say what the key means?"""
        return self.rank == _MAPPED


def levels_in(top: dict[str, object], columns: Mapping[str, str]) -> list[Level]:
    """Return the top object and the envelopes in it, outer ones first, with their key paths.

    Objects on the way to a key that the user named ("source.titel") are envelopes, too.
    """
    ways = _ways(tuple(columns)) if columns else frozenset[str]()
    levels: list[Level] = [("", top)]
    for path, level in levels:  # grows meanwhile
        for key, value in level.items():
            if key.lower() in ENVELOPES or (ways and plain_key(path + key) in ways):
                inner = _as_object(value)
                if inner is not None and len(levels) < _MOST_ENVELOPES:
                    levels.append((f"{path}{key}.", inner))
    return levels


@lru_cache(maxsize=8)
def _ways(keys: tuple[str, ...]) -> frozenset[str]:
    return frozenset(
        plain_key(key[:end]) for key in keys for end in range(len(key)) if key[end] == "."
    )


def _as_object(value: object) -> dict[str, object] | None:
    """Return an object, also one that a column of a table holds as JSON."""
    if isinstance(value, str) and value[:1] == "{" and len(value) <= _LONGEST_ENVELOPE:
        try:
            return parse_object(value)
        except CannotRead:
            return None
    return value if isinstance(value, dict) else None


def names_any(columns: Mapping[str, str], article: Mapping[str, object]) -> bool:
    """Tell whether the user named one of the keys of an object."""
    return bool(columns) and not {*map(plain_key, columns)}.isdisjoint(map(plain_key, article))


def means_body(path: str, key: str, columns: Mapping[str, str]) -> bool:
    """Tell whether a key, in the object at `path`, is one for the text or the page."""
    named = {plain_key(name): field for name, field in columns.items()}
    field = named.get(plain_key(path + key)) or named.get(plain_key(key))
    fields = (field,) if field else (field for field, _ in KEYS.get(plain_key(key), ()))
    return not {"body", "html"}.isdisjoint(fields)


def find(levels: Sequence[Level], columns: Mapping[str, str]) -> list[Found]:
    """Return all values whose keys mean something, best first.

    `columns` is the user's key -> field; such a key means nothing else.
    """
    mapped = {plain_key(key): field for key, field in columns.items()}
    return sorted(_find(levels, mapped), key=lambda each: (each.level, each.rank))


def _find(levels: Sequence[Level], mapped: Mapping[str, str]) -> Iterator[Found]:
    silent = _silent(levels)
    paths = {path for path, _ in levels}
    for number, (path, level) in enumerate(levels):
        for key, value in level.items():
            name = plain_key(key)
            if mapped and (field := mapped.get(plain_key(path + key)) or mapped.get(name)):
                yield Found(field, _MAPPED, _MAPPED, path + key, value)
            elif value is not None and name not in silent and name in KEYS:
                is_envelope = f"{path}{key}." in paths
                for field, rank in KEYS[name]:
                    if field == "body" or not is_envelope:
                        yield Found(field, rank, number, path + key, value)


def _silent(levels: Sequence[Level]) -> frozenset[str]:
    """Return the keys that do not mean here what they mean elsewhere."""
    names = {plain_key(key) for _, level in levels for key in level}
    silent: frozenset[str] = frozenset()
    if not names.isdisjoint(_CRAWL_DATES) and _is_crawl(levels, names):
        silent |= _CRAWL_DATES
    if not names.isdisjoint(_PLAIN_DATES):
        silent |= _VAGUE_DATES
    if "metalang" in names:  # newspaper4k: "language" is its setting, by default English
        silent |= {"language"}
    return silent


def _is_crawl(levels: Sequence[Level], names: set[str]) -> bool:
    """Tell whether "date" is when a crawler came by, not when the article was published.

    So in datatrove and FineWeb made from WARC files, and in C4.
    """
    if "timestamp" in names and names <= _CRAWL_ROW:
        return True
    values = [str(level[name]) for _, level in levels for name in _CRAWL_KEYS if level.get(name)]
    return any("urn:uuid:" in value or "warc" in value or "CC-MAIN" in value for value in values)
