"""Which paragraphs recur in a source: the state behind the table `boilerplate`, kept in SQLite.

Derived from committed articles, as the ledger's index is, and made again from them when it is lost.
Every article gives each of its paragraphs two witnesses of its story; a paragraph is marked once it
was seen with STORIES different values of both (tasks/dedup/boilerplate.py says why). The two sets
only grow, to STORIES values, so the marks are the same in any order and any batches, an article may
be added twice, and what is marked stays marked.

A paragraph takes 24 bytes, so a million articles of 20 paragraphs take 480 MB; an article costs 0.1
ms of CPU to preview and 0.3 ms to add (at 100,000 articles: the same command with --state 100000).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

# Measured on 10,000 Senate releases of 112 senators (148,202 different paragraphs, split at runs of
# three blanks; python -m tests.bench.boilerplate RELEASES): paragraphs marked, how often they stand
# there, how many have nine words or more, how many would be marked by counting articles; and of 539
# releases grown to 36-96 versions with two lines reworded each time, the lines marked wrongly.
#
#   STORIES  marked  standing  of 9 words  by count alone  wrong in grown, of 83,591
#         3     965     17793         122            1489           15872
#         4     642     16574          47             947            7356
#         5     495     15879          31             723            3284
#         6     422     15427          23             607            1470
#         7     368     15018          17             505             655
#         8     331     14395          15             451             289
#
# 50 drawn of those at 5 were contacts, names of months, places and offices, "said Senator Snowe",
# "30", "We", and one sentence of a form ("Grants have been approved for the following companies").
# Of nine words or more, those at 3 are often sentences of a story told again ("Supporting parks
# increases local tourism"), those at 6 and more mottos, duties of the senator, rules of the house,
# and what every release about a grant explains. Missed are sentences of such releases whose whole
# text is the form. 1,498 Spanish articles of 321 hosts and 350 pages have no paragraph in 6
# articles of one host, and none is marked there.
STORIES = 6

TABLES = """
CREATE TABLE IF NOT EXISTS recurring_source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS recurring (
    source INTEGER, paragraph INTEGER, lows BLOB NOT NULL, highs BLOB NOT NULL,
    PRIMARY KEY (source, paragraph)) WITHOUT ROWID;
"""

_PARAGRAPH_DIGITS = 12  # 48 bits: at 10^7 paragraphs of a source a new one meets another in 10^-7
_BYTES = 4  # of a witness: of equal ones by chance nothing comes but a mark one article later
_SLICE = 500  # keys of one query; SQLite takes 999 in its oldest builds


class Seen(NamedTuple):
    """A paragraph in an article of a source. `unit` holds the two witnesses of the story."""

    source: str
    text_sha256: str
    unit: int  # 64 bits: the lower witness in the upper half, the higher one in the lower
    article_id: str


class Marked(NamedTuple):
    """A paragraph that is boilerplate of a source, and an article that has it."""

    source: str
    text_sha256: str
    article_id: str


_Key = tuple[str, int]  # source, first bits of text_sha256
_Witnesses = tuple[bytes, bytes]  # up to STORIES lower and higher ones, sorted
_NONE: _Witnesses = (b"", b"")


class Recurring:
    """The state in an open connection; TABLES are made when they are missing.

    It neither begins by itself nor ends a transaction of the caller's. Raises sqlite3.Error when
    the file cannot be read or written.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        for statement in TABLES.split(";"):  # executescript would end the caller's transaction
            connection.execute(statement)

    def is_marked(self, source: str | None, hashes: Iterable[str]) -> set[str]:
        """Return those of `hashes` (text_sha256) that are boilerplate of `source`."""
        if source is None:
            return set()
        wanted = {each: (source, _paragraph(each)) for each in hashes}
        known = self._known(wanted.values())
        return {each for each, key in wanted.items() if _is_enough(known.get(key, _NONE))}

    def preview(self, seen: Sequence[Seen]) -> list[Marked]:
        """Return what would become boilerplate if `seen` were added, in order; writes nothing.

        What is marked already is not returned. Of the articles in `seen` that have the paragraph
        the smallest id is named.
        """
        new = {key for key, each in self._changed(seen).items() if _is_enough(each)}
        examples: dict[tuple[str, str], str] = {}
        for each in seen if new else ():
            if _key(each) in new:
                place = each.source, each.text_sha256
                examples[place] = min(each.article_id, examples.get(place, each.article_id))
        return [Marked(*place, article) for place, article in sorted(examples.items())]

    def add(self, seen: Sequence[Seen]) -> None:
        """Take in paragraphs of committed articles, in the transaction that is open or begins."""
        changed = self._changed(seen)
        self._connection.executemany(
            "INSERT OR IGNORE INTO recurring_source (name) VALUES (?)",
            [(source,) for source in sorted({source for source, _ in changed})],
        )
        numbers = self._numbers({source for source, _ in changed})
        self._connection.executemany(
            "INSERT OR REPLACE INTO recurring VALUES (?, ?, ?, ?)",
            sorted((numbers[key[0]], key[1], *witnesses) for key, witnesses in changed.items()),
        )

    def _changed(self, seen: Iterable[Seen]) -> dict[_Key, _Witnesses]:
        """Return what will be known of the paragraphs in `seen` that are not marked yet."""
        units: dict[_Key, set[int]] = {}
        for each in seen:
            units.setdefault(_key(each), set()).add(each.unit)
        known = self._known(units)
        return {
            key: _with(known.get(key, _NONE), news)
            for key, news in units.items()
            if not _is_enough(known.get(key, _NONE))
        }

    def _known(self, keys: Iterable[_Key]) -> dict[_Key, _Witnesses]:
        """Return what is known of paragraphs, for those that were seen."""
        wanted: dict[str, list[int]] = {}
        for source, paragraph in keys:
            wanted.setdefault(source, []).append(paragraph)
        found: dict[_Key, _Witnesses] = {}
        for source, number in self._numbers(wanted).items():
            for paragraph, lows, highs in self._rows(number, wanted[source]):
                found[source, paragraph] = lows, highs
        return found

    def _numbers(self, sources: Iterable[str]) -> dict[str, int]:
        query = "SELECT id FROM recurring_source WHERE name = ?"
        found = {name: self._connection.execute(query, (name,)).fetchone() for name in sources}
        return {name: row[0] for name, row in found.items() if row}

    def _rows(self, source: int, paragraphs: Sequence[int]) -> Iterator[tuple[int, bytes, bytes]]:
        ordered = sorted(paragraphs)  # neighbours of the tree together
        for start in range(0, len(ordered), _SLICE):
            part = ordered[start : start + _SLICE]
            yield from self._connection.execute(
                "SELECT paragraph, lows, highs FROM recurring WHERE source = ? "
                f"AND paragraph IN ({', '.join('?' * len(part))})",
                (source, *part),
            )


def _key(seen: Seen) -> _Key:
    return seen.source, _paragraph(seen.text_sha256)


def _paragraph(text_sha256: str) -> int:
    return int(text_sha256[:_PARAGRAPH_DIGITS], 16)


def _is_enough(witnesses: _Witnesses) -> bool:
    return all(len(each) == STORIES * _BYTES for each in witnesses)


def _with(witnesses: _Witnesses, units: Iterable[int]) -> _Witnesses:
    """Return the witnesses and those of `units`, at most STORIES: all that a mark needs."""
    both = [unit.to_bytes(2 * _BYTES) for unit in units]
    if witnesses == _NONE and len(both) == 1:  # nearly always: spares the sets
        return both[0][:_BYTES], both[0][_BYTES:]
    lows = _split(witnesses[0]) | {each[:_BYTES] for each in both}
    highs = _split(witnesses[1]) | {each[_BYTES:] for each in both}
    return b"".join(sorted(lows)[:STORIES]), b"".join(sorted(highs)[:STORIES])


def _split(blob: bytes) -> set[bytes]:
    return {blob[k : k + _BYTES] for k in range(0, len(blob), _BYTES)}
