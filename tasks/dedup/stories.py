"""What the search for copies knows of the corpus: texts by number, groups, links, decisions.

A local index like the ledger's, made from the tables (`groups` first of all) and never the truth.
It holds the text of every article once, compressed, because a pair is verified on both texts, and
fetching single rows out of Parquet files would cost whole row groups.

Every article has a number, given once, in `groups`. The smallest number among articles of one text
is the text's, the number of the text that began a group is the group's, and a group that turned
out to be part of another has an alias.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import zstandard

from tasks.dedup.fresh import ITEM_COLUMNS, Arrival, Part, StoryRows, make_fresh
from warehouse.derived import Derived
from warehouse.items import Item
from warehouse.recurring import TABLES as RECURRING_TABLES
from warehouse.recurring import Recurring

TABLES = """
CREATE TABLE article (
    number INTEGER PRIMARY KEY, article_id BLOB NOT NULL UNIQUE, text INTEGER NOT NULL,
    published INTEGER, modified INTEGER, source TEXT, agency TEXT, headline TEXT, url TEXT,
    url_key INTEGER, char_count INTEGER NOT NULL);
CREATE INDEX article_text ON article (text);
CREATE INDEX article_url ON article (url_key) WHERE url_key IS NOT NULL;
CREATE TABLE text (number INTEGER PRIMARY KEY, identity BLOB NOT NULL UNIQUE, grp INTEGER NOT NULL);
CREATE INDEX text_grp ON text (grp);
CREATE TABLE content (number INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE alias (number INTEGER PRIMARY KEY, root INTEGER NOT NULL);
CREATE INDEX alias_root ON alias (root);
CREATE TABLE link (
    a INTEGER, b INTEGER, relation TEXT, commit_id TEXT, PRIMARY KEY (a, b, relation))
    WITHOUT ROWID;
CREATE INDEX link_b ON link (b);
CREATE TABLE apart (a TEXT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
"""

# Articles whose own row or group row is new, as they stand now. A text's number is the smallest of
# its articles', and group_id is an article: the one whose text began the group.
CHANGED = """
WITH fresh AS (SELECT commit_id FROM commits WHERE sequence > $after),
changed AS (
    SELECT article_id FROM groups_history WHERE commit_id IN (FROM fresh)
    UNION SELECT article_id FROM articles_history WHERE commit_id IN (FROM fresh)),
texts AS (SELECT identity_sha256, min(article_number) AS number FROM groups GROUP BY ALL),
parts AS (
    SELECT article_id,
        list(struct_pack(char_start, char_end, kind, text_sha256) ORDER BY paragraph) AS parts
    FROM paragraphs WHERE article_id IN (FROM changed) GROUP BY article_id)
SELECT g.article_number, t.number, l.article_number, a.article_id, a.identity_sha256, a.headline,
    a.text, a.source, a.agency, a.canonical_url, a.published_at, a.modified_at, a.language_code,
    a.char_count, p.parts
FROM groups g JOIN articles a USING (article_id) JOIN parts p USING (article_id)
JOIN texts t ON t.identity_sha256 = g.identity_sha256
JOIN groups l ON l.article_id = g.group_id
WHERE g.article_id IN (FROM changed)
"""
_PAIR = "a.article_number, b.article_number"
_NEW = """
SELECT {columns} FROM {table} h JOIN commits c USING (commit_id)
JOIN groups a ON a.article_id = h.{a} JOIN groups b ON b.article_id = h.{b}
WHERE c.sequence > $after {only} ORDER BY c.sequence
"""
ALIASES = _NEW.format(columns=_PAIR, table="group_aliases", a="group_id", b="alias_of", only="")
LINKS = _NEW.format(
    columns=f"{_PAIR}, h.relation, h.commit_id",
    table="links",
    a="article_a",
    b="article_b",
    only="AND h.relation <> 'exact'",  # equal texts are one here
)
# By their ids: an article whose group is decided anew has no number for a while.
APART = """
SELECT h.article_a, h.article_b FROM decisions h JOIN commits c USING (commit_id)
WHERE c.sequence > $after ORDER BY c.sequence
"""
# Numbers of articles that were dropped stand in the index of shingles until it is rewritten.
HIGHEST = "SELECT coalesce(max(article_number), 0) FROM groups_history"
FREED = """
SELECT a.article_number FROM superseded h JOIN commits c USING (commit_id)
JOIN groups a ON a.article_id = h.subject_id
WHERE h.subject_table = 'group_aliases' AND c.sequence > $after
"""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LEVEL = 3  # of Zstandard


class Stories(Derived):
    """The index of one warehouse. Raises TryAgain when the state folder cannot be written."""

    FILE, LAYOUT, TABLES = "stories.sqlite", "2", TABLES + RECURRING_TABLES
    READS = ("articles", "paragraphs", "groups", "group_aliases", "links", "decisions")

    @property
    def recurring(self) -> Recurring:
        """The paragraphs that recur in each source."""
        return Recurring(self._connection)

    def next_number(self) -> int:
        """Return the number of the next article."""
        highest = self._one("SELECT max(number) FROM article")[0] or 0
        return 1 + max(highest, int(self._get("highest") or 0))

    def numbers(self, article_ids: Iterable[str]) -> dict[str, int]:
        """Return the numbers of those articles that are known."""
        keys = (bytes.fromhex(item) for item in article_ids)
        found = self._many("SELECT article_id, number FROM article WHERE article_id IN ({})", keys)
        return {key.hex(): number for key, number in found}

    def texts_of(self, identities: Iterable[str]) -> dict[str, int]:
        """Return the numbers of those texts that are known, by identity hash."""
        keys = (bytes.fromhex(item) for item in identities)
        found = self._many("SELECT identity, number FROM text WHERE identity IN ({})", keys)
        return {key.hex(): number for key, number in found}

    def groups_of(self, texts: Iterable[int]) -> dict[int, int]:
        """Return the group of each text, aliases followed."""
        query = "SELECT t.number, coalesce(a.root, t.grp) FROM text t LEFT JOIN alias a "
        query += "ON a.number = t.grp WHERE t.number IN ({})"
        return dict(self._many(query, texts))

    def members(self, group: int, most: int = -1) -> list[int]:
        """Return the texts of a group, those of its aliases included, in order; the first `most`
        of them unless that is negative."""
        found = self._connection.execute(
            "SELECT number FROM text WHERE grp = ?1 "
            "OR grp IN (SELECT number FROM alias WHERE root = ?1) ORDER BY number LIMIT ?2",
            (group, most),
        )
        return [row[0] for row in found]

    def aliases_of(self, group: int) -> list[int]:
        """Return the groups that are names of this one."""
        found = self._connection.execute("SELECT number FROM alias WHERE root = ?", (group,))
        return [row[0] for row in found]

    def items(self, texts: Iterable[int]) -> dict[int, Item]:
        """Return the article that stands for each text, with its text."""
        query = f"SELECT {_ITEM}, c.data FROM {_JOINED} JOIN content c ON c.number = a.number "
        return {row[0]: _item(row) for row in self._many(query + "WHERE a.number IN ({})", texts)}

    def articles(self, texts: Iterable[int]) -> dict[int, Item]:
        """Return every article of these texts by its number, without its text."""
        query = f"SELECT {_ITEM}, NULL FROM {_JOINED} WHERE a.text IN ({{}})"
        return {row[0]: _item(row) for row in self._many(query, texts)}

    def article(self, number: int) -> Item:
        """Return one article by its number, without its text."""
        query = f"SELECT {_ITEM}, NULL FROM {_JOINED} WHERE a.number = ?"
        return _item(self._one(query, number))

    def with_url(self, url: str, most: int) -> dict[int, Item]:
        """Return at most so many articles of a canonical URL by number, without their texts."""
        query = f"SELECT {_ITEM}, NULL FROM {_JOINED} WHERE a.url_key IN ({{}}) AND a.url = ? "
        found = self._many(query + "LIMIT ?", [_url_key(url)], url, most)
        return {row[0]: _item(row) for row in found}

    def text_of(self, numbers: Iterable[int]) -> dict[int, int]:
        """Return the text of each article."""
        return dict(self._many("SELECT number, text FROM article WHERE number IN ({})", numbers))

    def links_of(self, number: int) -> list[tuple[int, int, str, str]]:
        """Return the links of an article: a, b, relation, commit of the newest row."""
        query = "SELECT a, b, relation, commit_id FROM link WHERE a = ?1 OR b = ?1"
        return list(self._connection.execute(query, (number,)))

    def apart(self) -> list[tuple[str, str]]:
        """Return the pairs of articles that a person has set apart, by their ids."""
        return list(self._connection.execute("SELECT a, b FROM apart ORDER BY a, b"))

    def by_group(self, texts: int) -> Iterator[dict[int, list[int]]]:
        """Yield all groups with their texts in order, in portions of about so many texts."""
        rows = self._connection.execute(
            "SELECT coalesce(a.root, t.grp) AS root, t.number FROM text t "
            "LEFT JOIN alias a ON a.number = t.grp ORDER BY root, t.number"
        )
        portion: dict[int, list[int]] = {}
        count = 0
        for root, number in rows:
            if count >= texts and root not in portion:
                yield portion
                portion, count = {}, 0
            portion.setdefault(root, []).append(number)
            count += 1
        if portion:
            yield portion

    def note(self, run_id: str, sequence: int) -> None:
        """Take note of a commit that has nothing for this index."""
        self.apply(StoryRows(), run_id, sequence)

    def size(self) -> tuple[int, int]:
        """Return how many articles and texts are known."""
        articles, texts = self._one(
            "SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM text)"
        )
        return articles, texts

    # Keeping up

    def apply(self, rows: StoryRows, run_id: str, sequence: int) -> None:
        """Take in the rows of one commit, the next after the last one seen."""
        with self._writing():
            self._apply(rows)
            self._note_commit(run_id, sequence)

    def _take_in(self, connection: duckdb.DuckDBPyConnection, after: int) -> int:
        count = 0
        connection.execute(CHANGED, {"after": after})
        while found := connection.fetchmany(1_000):
            self._apply(StoryRows(arrivals=[_arrival(row) for row in found]))
            count += len(found)
        for rows in _links_and_aliases(connection, after):
            self._apply(rows)
        ((highest,),) = connection.execute(HIGHEST).fetchall()
        self._set("highest", str(highest))
        return count

    def _apply(self, rows: StoryRows) -> None:
        for arrival in rows.arrivals:
            self._note(arrival)
        self.recurring.add([seen for arrival in rows.arrivals for seen in arrival.seen])
        self._connection.executemany("DELETE FROM alias WHERE number = ?", rows.freed)
        for young, old in rows.aliases:
            self._alias(young, old)
        self._connection.executemany("INSERT OR REPLACE INTO link VALUES (?, ?, ?, ?)", rows.links)
        self._connection.executemany("INSERT OR IGNORE INTO apart VALUES (?, ?)", rows.apart)

    def _alias(self, young: int, old: int) -> None:
        """Note an alias so that every one names its root at once, in whatever order they come."""
        further = self._one("SELECT root FROM alias WHERE number = ?", old)
        root = further[0] if further else old
        self._connection.execute("INSERT OR REPLACE INTO alias VALUES (?, ?)", (young, root))
        self._connection.execute("UPDATE alias SET root = ? WHERE root = ?", (root, young))

    def _note(self, arrival: Arrival) -> None:
        item, number = arrival.item, arrival.number
        self._connection.execute(
            "INSERT OR REPLACE INTO article VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                bytes.fromhex(item.article_id),
                arrival.text,
                _microseconds(item.published_at),
                _microseconds(item.modified_at),
                item.source,
                item.agency,
                item.headline,
                item.canonical_url,
                _url_key(item.canonical_url) if item.canonical_url else None,
                item.char_count,
            ),
        )
        self._connection.execute(
            "INSERT INTO text VALUES (?1, ?2, ?3) ON CONFLICT (number) DO UPDATE SET grp = ?3",
            (arrival.text, bytes.fromhex(item.identity_sha256), arrival.group),
        )
        if number == arrival.text:
            self._connection.execute(
                "INSERT OR REPLACE INTO content VALUES (?, ?)", (number, _packed(item))
            )

    def _many(self, query: str, keys: Iterable[Any], *more: Any) -> Iterator[Any]:
        """Run a query with `IN ({})` over any number of keys."""
        todo = list(keys)
        for start in range(0, len(todo), 500):  # SQLite takes 999 variables and more
            part = todo[start : start + 500]
            marks = ", ".join("?" * len(part))
            yield from self._connection.execute(query.format(marks), (*part, *more)).fetchall()


_ITEM = (
    "a.number, a.article_id, t.identity, a.headline, a.source, a.agency, a.url, a.published, "
    "a.modified, a.char_count"
)
_JOINED = "article a JOIN text t ON t.number = a.text"


def _item(row: Any) -> Item:
    _, article, identity, headline, source, agency, url, published, modified, size, data = row
    content = json.loads(zstandard.decompress(data)) if data else {}
    return Item(
        article_id=article.hex(),
        identity_sha256=identity.hex(),
        headline=headline,
        text=content.get("text", ""),
        body=tuple((start, end) for start, end in content.get("body", ())),
        source=source,
        agency=agency,
        canonical_url=url,
        published_at=_moment(published),
        modified_at=_moment(modified),
        language_code=content.get("language"),
        char_count=size,
    )


def _packed(item: Item) -> bytes:
    content = {"text": item.text, "body": item.body, "language": item.language_code}
    return zstandard.compress(json.dumps(content, ensure_ascii=False).encode(), _LEVEL)


def _microseconds(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - EPOCH) // timedelta(microseconds=1)


def _moment(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else EPOCH + timedelta(microseconds=microseconds)


def _url_key(url: str) -> int:
    return int.from_bytes(hashlib.sha256(url.encode()).digest()[:8], "big", signed=True)


def _arrival(row: Any) -> Arrival:
    number, text, group, *values, parts = row
    row = dict(zip(ITEM_COLUMNS, values, strict=True))
    fresh = make_fresh(row, [Part(*part.values()) for part in parts])
    return Arrival(number, text, group, fresh.item, fresh.seen)


def _links_and_aliases(connection: duckdb.DuckDBPyConnection, after: int) -> Iterator[StoryRows]:
    queries = {"freed": FREED, "aliases": ALIASES, "links": LINKS, "apart": APART}
    for name, query in queries.items():  # freed first: an alias may have come back
        connection.execute(query, {"after": after})
        while found := connection.fetchmany(10_000):
            rows = StoryRows()
            setattr(rows, name, found)
            yield rows
