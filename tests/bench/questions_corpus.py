"""The corpus of the bench of the questions: a sample, ingested and annotated, then multiplied.

Annotating 200,000 articles would take hours, so one commit's worth is put through `ingest` and
`enrich`, and its rows are written again and again through the store: a commit of articles and one
of annotations each time, as that many daily runs would have left them; then files are merged as
`maintain` does. Every repeat has ids of its own, other outlets, later dates, and other words in its
texts: one in twenty is replaced by one of the same length, so that offsets stay true. Names that
few articles of the sample have are other names in every repeat, and half of the facts are other
facts; so an answer has about as many rows as it would have over texts that were never repeated.
"""

from __future__ import annotations

import random
import re
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from tasks.annotate.enrichment import Order, enrich_articles
from tests.bench.questions_sample import DAYS, OUTLETS, write_sample
from tests.making import ingest
from warehouse import compaction, shingle_upkeep, store
from warehouse.catalog import open_catalog, refresh
from warehouse.columns import DAY, INSTANT
from warehouse.live_files import WHOLE_TABLES
from warehouse.location import Location, locate
from warehouse.schema import COMMIT_COLUMNS, LATE_TABLES, TABLES, columns

FEW = 3  # articles of the sample; a name that more of them have is the same in every repeat
FIRST_RUN = datetime(2026, 1, 1, 4, tzinfo=UTC)
IDS = {
    "article_id", "article_a", "article_b", "document_id", "link_id", "group_id", "alias_of",
    "revision_candidate_of", "sha256", "file_sha256", "text_sha256", "identity_sha256",
    "subject_id",
}  # fmt: skip
ONCE = ("annotators", "decisions")  # written when there is something new, not by every run
WORD = re.compile("[a-z\u00e0-\u00ff]{3,}")  # no name and no figure


def corpus_in(folder: Path, sources: Sequence[Path], articles: int) -> Location:
    """Return the corpus in `folder` of at least so many articles, made if it is not there."""
    corpus, unfinished = locate(str(folder / "corpus")), locate(str(folder / "unfinished"))
    if corpus.path.exists():
        return corpus
    sample = locate(str(folder / "sample"))
    if not (folder / "sample.done").exists():
        make_sample(sample, folder / "in", sources)
        (folder / "sample.done").touch()
    for left in (unfinished.path, unfinished.state):  # by a call that was killed
        shutil.rmtree(left, ignore_errors=True)
    store.prepare(unfinished)
    multiply(sample, unfinished, articles)
    compact(unfinished)
    refresh(unfinished)  # makes the folder of state
    unfinished.state.rename(corpus.state)
    unfinished.path.rename(corpus.path)
    return corpus


def make_sample(sample: Location, raw: Path, sources: Sequence[Path]) -> None:
    """Ingest and annotate what the others repeat."""
    for left in (sample.path, sample.state, raw):
        shutil.rmtree(left, ignore_errors=True)
    raw.mkdir(parents=True)
    say("sample: ingest")
    write_sample(raw / "sample.jsonl", sources)
    ingest(sample.path, raw)
    say("sample: enrich")
    enrich_articles(Order(location=sample))


def multiply(sample: Location, corpus: Location, articles: int) -> None:
    """Write the rows of `sample` to `corpus` until it has at least so many articles."""
    with open_catalog(sample) as connection:
        repeated = _Repeated(connection)
        count = -(-articles // repeated.article_count)
        for number in range(count):
            say(f"commit {number + 1} of {count}")
            repeated.write(corpus, number)


def compact(corpus: Location) -> None:
    """Sort and merge the files of every table, as `maintain` does.

    The rest of `maintain` reads every text again, for the local index of matching: it takes longer
    and changes nothing for readers.
    """
    writer = store.Writer(corpus, store.new_run_id(FIRST_RUN + timedelta(days=9_999), "maintain"))
    moved = {}
    for name in compaction.due(corpus):
        say(f"compact {name}")
        done = compaction.compact(corpus, name)
        if done and name not in WHOLE_TABLES:
            moved[name] = done.version
    if shingles := shingle_upkeep.compact(corpus):
        moved["shingles"] = shingles.version
    writer.commit({}, moved=moved)


def say(words: str) -> None:
    """Tell what is done; the table alone goes to standard output."""
    print(words, file=sys.stderr, flush=True)


class _Repeated:
    """The rows of the sample, to be written under other names."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        connection.execute(
            "CREATE TEMP TABLE rare AS SELECT entity_id FROM entities "
            f"GROUP BY entity_id HAVING count(*) <= {FEW}"
        )
        (self.numbers,) = self._row("SELECT max(article_number) + 1 FROM groups")
        texts = connection.sql("SELECT text FROM articles ORDER BY article_id").fetchall()
        self.words = _Words([text for (text,) in texts])
        self.article_count = len(texts)

    def write(self, corpus: Location, repeat: int) -> None:
        """One run of ingest and one of enrich."""
        at = FIRST_RUN + timedelta(days=repeat)
        read, enriched = (
            store.new_run_id(at + timedelta(hours=hours), purpose)
            for hours, purpose in ((0, ""), (1, "enrich"))
        )
        names = [name for name in TABLES if name not in ("commits", "runs")]
        names = [name for name in names if repeat == 0 or name not in ONCE]
        tables = {name: self._rows(name, repeat, f"{read}-00001") for name in names}
        late = {name: rows for name, rows in tables.items() if name in LATE_TABLES}
        store.Writer(corpus, read).commit({k: v for k, v in tables.items() if k not in late})
        store.append_run(corpus, self._run(read))
        store.Writer(corpus, enriched).commit(late)

    def _rows(self, name: str, repeat: int, commit_id: str) -> pa.Table:
        chosen = (
            f"{_other(name, column, repeat, self.numbers, commit_id)} AS {column}"
            for column in columns(name)
            if column not in COMMIT_COLUMNS
        )
        # As the store's own callers write them: the index by hash, the rest by article.
        first = {"articles": "t.article_id", "shingles": "hash, published_month, article_number"}
        order = first.get(name, "t.article_id" if "article_id" in columns(name) else "ALL")
        rows = self.connection.sql(f"SELECT {', '.join(chosen)} FROM {name} t ORDER BY {order}")
        table = rows.to_arrow_table()
        if name == "articles":
            texts = pa.array(self.words.edited(repeat), pa.string())
            table = table.set_column(table.schema.get_field_index("text"), "text", texts)
        return table

    def _run(self, run_id: str) -> pa.Table:
        query = f"SELECT * REPLACE ('{run_id}' AS run_id) FROM runs LIMIT 1"
        return self.connection.sql(query).to_arrow_table()

    def _row(self, query: str) -> tuple[int, ...]:
        return self.connection.sql(query).fetchall()[0]


def _other(name: str, column: str, repeat: int, numbers: int, commit_id: str) -> str:
    """The value of a column in a repeat, as SQL."""
    kind = columns(name)[column].type
    salted = f"left(sha256({column} || ':{repeat}'), length({column}))"
    outlet = f"""CASE WHEN starts_with(source, 'paper') THEN 'paper' || lpad(((
        source[6:8]::INTEGER + {repeat % 10 * OUTLETS // 10}) % {OUTLETS})::VARCHAR, 3, '0')
        || source[9:] ELSE source END"""
    if column in IDS:
        return salted
    if column in ("entity_id", "speaker_entity_id"):
        return f"CASE WHEN {column} IN (FROM rare) THEN {salted} ELSE {column} END"
    if name == "entities" and column in ("name", "normalized_name"):
        return f"CASE WHEN entity_id IN (FROM rare) THEN {column} || {repeat} ELSE {column} END"
    if name in ("articles", "boilerplate") and column == "source":
        return outlet
    if kind in (DAY, INSTANT) and name != "enrich_runs":
        days = repeat * DAYS
        return f"{column} + " + (f"INTERVAL {days} DAY" if kind == INSTANT else str(days))
    special = {
        "article_commit_id": f"'{commit_id}'",
        "article_number": f"({column} + {repeat * numbers})::INTEGER",
        "hash": f"xor({column}, {random.Random(repeat).getrandbits(48)})",
        "published_month": f"({column} + {repeat})::SMALLINT",
        "path": f"'{repeat}/' || {column}",
        "fact_key": f"CASE WHEN hash({column}) % 2 = 0 THEN {salted} ELSE {column} END",
        "url": f"replace(url, source, {outlet}) || '-{repeat}'",
        "canonical_url": f"replace(canonical_url, source, {outlet}) || '-{repeat}'",
    }
    return special.get(column, column)


class _Words:
    """Texts, with the places of their words."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.places = [[found.span() for found in WORD.finditer(text)] for text in texts]
        self.alike: defaultdict[int, list[str]] = defaultdict(list)
        for text in texts:
            for word in WORD.findall(text):
                self.alike[len(word)].append(word)

    def edited(self, repeat: int) -> Iterator[str]:
        """Yield the texts with one word in twenty replaced by one of its length."""
        chance = random.Random(repeat)
        for text, places in zip(self.texts, self.places, strict=True):
            pieces, end = list[str](), 0
            for low, high in sorted(chance.sample(places, len(places) // 20)):
                pieces += (text[end:low], chance.choice(self.alike[high - low]))
                end = high
            yield "".join((*pieces, text[end:]))
