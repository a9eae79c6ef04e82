"""Runs: every document accounted for, nothing twice, the same rows in any cut and on any day."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import time_machine

from tasks import batch as batch_module
from tasks.batch import Limits
from tasks.discover import Filter, discover
from tasks.records import RawFile
from tasks.run import ingest_files
from tasks.settling import Slice, settle
from tests.making import a_text, an_article, an_order, ask, ingest, outcomes, sentences, write
from warehouse.errors import UnsoundRun
from warehouse.schema import CHUNK_TABLES, columns

SEEDS = Path(__file__).parents[1] / "seeds"
RUN_COLUMNS = {"run_id", "commit_id", "subject_commit_id"}


def mixed(folder: Path) -> Path:
    """Articles, copies of every kind, a container and things that are no articles."""
    write(
        folder / "inbox",
        a__json=an_article(1),
        b__json=an_article(1),
        c__json=an_article(1, author="Ann Lee"),
        d__json=an_article(1, url="https://example.org/1"),
        e__txt=a_text(2),
        f__jsonl="\n".join(an_article(n) for n in range(3, 8)) + "\n17\n",
        g__txt="",
        h__bin=bytes(range(256)) * 20,
        i__txt__gz=gzip.compress(a_text(9).encode())[:-20],
    )
    return folder / "inbox"


def test_every_document_ends_as_exactly_one_outcome(tmp_path: Path) -> None:
    """found = known + article + same_bytes + same_text + rejected + left; the container apart."""
    row = ingest(tmp_path / "corpus", mixed(tmp_path)).row

    assert (row.found_count, row.known_count, row.left_count) == (14, 0, 0)
    assert outcomes(tmp_path / "corpus") == {
        "article": 8, "same_bytes": 1, "same_text": 1, "rejected": 4, "container": 1,
    }  # fmt: skip
    assert row.is_conserved


def test_a_second_run_writes_nothing_but_its_own_row(tmp_path: Path) -> None:
    """Every document is known; no table but `runs` gets a new version."""
    source, corpus = mixed(tmp_path), tmp_path / "corpus"
    ingest(corpus, source)
    before = sorted(str(path) for path in corpus.rglob("*.parquet") if "runs" not in path.parts)

    row = ingest(corpus, source).row

    after = sorted(str(path) for path in corpus.rglob("*.parquet") if "runs" not in path.parts)
    assert (row.found_count, row.known_count, row.commit_count) == (14, 14, 0)
    assert before == after


def test_a_second_run_without_hints_reads_and_still_writes_nothing(tmp_path: Path) -> None:
    """--rehash: the content decides, the hint only saves the reading."""
    source = mixed(tmp_path)
    ingest(tmp_path / "corpus", source)

    row = ingest(tmp_path / "corpus", source, rehash=True).row

    assert (row.known_count, row.commit_count) == (14, 0)


BY_ARRIVAL = ("superseded", "links", "groups", "group_aliases", "shingles")
EDGES = """
SELECT article_id, canonical_article_id, relation, jaccard, containment, containment_other
FROM group_members
"""


def rows_of(corpus: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of every table that a chunk writes, without run and commit ids.

    Of duplicates what is promised: exact links, and for every article its story and its edge to the
    canonical article. Numbers, leaders and which other links were met are not (DESIGN section 5).
    """
    tables = {name: name for name in CHUNK_TABLES if name not in BY_ARRIVAL}
    found = {
        name: sorted(ask(corpus, f"SELECT {_stable(table)} FROM {table}"), key=repr)
        for name, table in tables.items()
    }
    exact = f"SELECT {_stable('links')} FROM links WHERE relation = 'exact'"
    return {
        **found,
        "exact": sorted(ask(corpus, exact), key=repr),
        "stories": sorted(ask(corpus, EDGES), key=repr),
    }


def _stable(table: str) -> str:
    return ", ".join(name for name in columns(table) if name not in RUN_COLUMNS)


def test_rows_do_not_depend_on_chunks_batches_or_the_clock(tmp_path: Path) -> None:
    """The same files in one run, cut otherwise and ten years later, give equal rows."""
    source = mixed(tmp_path)
    ingest(tmp_path / "one", source, SEEDS)
    rows = rows_of(tmp_path / "one")
    for chunk, batch in ((9, 1), (13, 1_000)):
        where = tmp_path / f"by {chunk}"
        order = an_order(where, SEEDS, source, chunk_documents=chunk)
        order = replace(order, limits=replace(order.limits, batch_documents=batch))
        with time_machine.travel("2036-02-29 12:00:00 +0000"):
            ingest_files(order)
        assert rows_of(where) == rows, (chunk, batch)


def test_rows_do_not_depend_on_the_order_of_the_files(tmp_path: Path) -> None:
    """Under names that turn the order round, the articles stay the same."""
    source = mixed(tmp_path)
    ingest(tmp_path / "one", source, chunk_documents=2)
    for number, path in enumerate(sorted(source.iterdir(), reverse=True)):
        path.rename(source / f"{number:02d}-{path.name}")

    ingest(tmp_path / "two", source, chunk_documents=2)

    first, second = rows_of(tmp_path / "one"), rows_of(tmp_path / "two")
    assert all(
        first[name] == second[name]
        for name in ("articles", "paragraphs", "fields", "exact", "stories")
    )


def test_a_copy_in_another_run_points_at_the_first(tmp_path: Path) -> None:
    """What an earlier run decided stands, whatever the hashes say."""
    ingest(tmp_path / "corpus", write(tmp_path / "in", b__json=an_article(1)))
    write(tmp_path / "in", a__json=an_article(1), c__json=an_article(1, author="Ann Lee"))

    ingest(tmp_path / "corpus", tmp_path / "in")

    found = ask(tmp_path / "corpus", "SELECT path, outcome FROM files ORDER BY path")
    assert [(Path(path).name, outcome) for path, outcome in found] == [
        ("a.json", "same_bytes"),
        ("b.json", "article"),
        ("c.json", "same_text"),
    ]


def test_the_same_text_elsewhere_is_an_article_with_a_link(tmp_path: Path) -> None:
    """Who reprinted what is knowledge."""
    urls = ["", "https://a.example/1", "https://b.example/1"]
    files = {f"n{k}__json": an_article(1, url=url) for k, url in enumerate(urls)}

    ingest(tmp_path / "corpus", write(tmp_path / "in", **files))

    assert outcomes(tmp_path / "corpus") == {"article": 3}
    links = ask(tmp_path / "corpus", "SELECT article_b, relation FROM links")
    centre = ask(tmp_path / "corpus", "SELECT min(article_id) FROM articles")[0][0]
    assert links == [(centre, "exact")] * 2


def test_new_bytes_at_a_known_path_are_a_candidate_revision(tmp_path: Path) -> None:
    """Both articles stay; the ledger shows the last outcome and what was there before."""
    source = write(tmp_path / "in", a__json=an_article(1))
    ingest(tmp_path / "corpus", source)
    (old,) = ask(tmp_path / "corpus", "SELECT article_id FROM articles")
    write(source, a__json=an_article(2))

    ingest(tmp_path / "corpus", source)

    now = ask(tmp_path / "corpus", "SELECT outcome, revision_candidate_of FROM files")
    assert now == [("article", old[0])]
    assert ask(tmp_path / "corpus", "SELECT count(*) FROM files_history") == [(2,)]
    assert ask(tmp_path / "corpus", "SELECT count(*) FROM articles") == [(2,)]


def test_lines_added_to_a_known_file_are_all_that_is_new(tmp_path: Path) -> None:
    """A JSONL file that grew between two runs."""
    lines = [an_article(n) for n in range(4)]
    source = write(tmp_path / "in", a__jsonl="\n".join(lines[:2]) + "\n")
    ingest(tmp_path / "corpus", source)
    write(source, a__jsonl="\n".join(lines) + "\n")

    row = ingest(tmp_path / "corpus", source).row

    assert (row.known_count, row.article_count) == (2, 2)
    assert outcomes(tmp_path / "corpus") == {"article": 4, "container": 1}


def test_a_file_that_still_grows_is_left_and_taken_next_time(tmp_path: Path) -> None:
    """Its size changed while it was watched."""
    source = write(tmp_path / "in", a__json=an_article(1))
    (found,) = discover((str(source),), Filter())
    assert isinstance(found, RawFile)
    (settled,) = settle((Slice(file=replace(found, size=found.size - 1)),), seconds=0.05)
    assert settled[1] is not None
    assert settled[1].is_left

    growing = replace(an_order(tmp_path / "corpus", source), limits=Limits(settle_seconds=0.5))
    os.utime(source / "a.json")
    assert ingest_files(growing).row.article_count == 1


def test_an_unreadable_file_is_rejected_and_tried_again(tmp_path: Path) -> None:
    """A broken link today; its target is there tomorrow."""
    source = write(tmp_path / "in", a__json=an_article(1))
    (source / "b.json").symlink_to(tmp_path / "later.json")
    ingest(tmp_path / "corpus", source)
    assert ingest(tmp_path / "corpus", source).row.known_count == 2
    (tmp_path / "later.json").write_text(an_article(2))

    row = ingest(tmp_path / "corpus", source).row

    assert (row.known_count, row.article_count) == (1, 1)
    assert outcomes(tmp_path / "corpus") == {"article": 2}


def test_a_rejection_by_an_older_reader_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a reader's version changes, what it had rejected is read anew by itself."""
    from tasks import readers

    source = write(tmp_path / "in", a__json='{"headline": "only"}')
    ingest(tmp_path / "corpus", source)
    newer = readers.Reader("json 99", readers.READERS["application/json"].read)
    monkeypatch.setitem(readers.READERS, "application/json", newer)

    assert ingest(tmp_path / "corpus", source).row.rejected_count == 1
    assert ask(tmp_path / "corpus", "SELECT reader FROM files") == [("json 99",)]
    assert ingest(tmp_path / "corpus", source).row.known_count == 1


def test_a_damaged_archive_gives_what_it_holds_and_says_where_it_ends(tmp_path: Path) -> None:
    """Records before the cut are articles; the cut is one rejection."""
    body = "\n".join(an_article(n) for n in range(50)).encode()
    source = write(tmp_path / "in", a__jsonl__gz=gzip.compress(body)[:-400])

    ingest(tmp_path / "corpus", source)

    found = outcomes(tmp_path / "corpus")
    assert found["article"] >= 10
    assert found["rejected"] == found["container"] == 1
    assert ask(tmp_path / "corpus", "SELECT reason FROM files WHERE outcome = 'rejected'") == [
        ("read.truncated",)
    ]


def test_raw_bytes_are_kept_once_and_can_be_left_out(tmp_path: Path) -> None:
    """Every content of a document, also of a rejected one; a switch turns it off."""
    source = mixed(tmp_path)
    ingest(tmp_path / "with", source)
    ingest_files(replace(an_order(tmp_path / "without", source), limits=Limits(raw_bytes=0)))

    kept = ask(
        tmp_path / "with",
        "SELECT data FROM raw JOIN files USING (sha256) WHERE path LIKE '%a.json'",
    )
    assert kept == [(an_article(1).encode(),)]
    assert ask(tmp_path / "with", "SELECT count(*) - count(DISTINCT sha256) FROM raw") == [(0,)]
    assert ask(tmp_path / "without", "SELECT count(*) FROM raw") == [(0,)]


def test_a_lost_ledger_index_is_made_again(tmp_path: Path) -> None:
    """The state folder can be deleted at any time."""
    source, corpus = mixed(tmp_path), tmp_path / "corpus"
    ingest(corpus, source)
    index = tmp_path / "corpus.state" / "ledger.sqlite"
    index.write_bytes(b"not a database " * 1000)

    row = ingest(corpus, source).row

    assert (row.known_count, row.commit_count) == (14, 0)


def test_offsets_give_back_every_paragraph(tmp_path: Path) -> None:
    """Half-open ranges of code points of articles.text."""
    ingest(tmp_path / "corpus", write(tmp_path / "in", a__json=an_article(1)))

    rows = ask(
        tmp_path / "corpus",
        "SELECT text[char_start + 1 : char_end] FROM paragraphs JOIN articles USING (article_id) "
        "ORDER BY paragraph",
    )
    assert [row[0] for row in rows] == sentences(1)


def test_a_run_that_does_not_add_up_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document lost between reading and the commit is found out."""
    from tasks import chunk

    plain = chunk._file_rows
    monkeypatch.setattr(chunk, "_file_rows", lambda files: plain(files)[1:])

    summary = ingest(tmp_path / "corpus", mixed(tmp_path))

    assert summary.row.state == "failed"
    with pytest.raises(UnsoundRun, match="documents found and outcomes differ"):
        summary.require_sound()


def test_a_copy_points_at_the_bytes_it_equals_whatever_came_to_that_path(tmp_path: Path) -> None:
    """p was A and became B; q is a copy of A; then p is A again."""
    source, corpus = tmp_path / "in", tmp_path / "corpus"
    for files in ({"p__json": an_article(1)}, {"p__json": an_article(2)}):
        ingest(corpus, write(source, **files))
    ingest(corpus, write(source, q__json=an_article(1)))
    ingest(corpus, write(source, p__json=an_article(1)))

    pairs = ask(
        corpus,
        "SELECT f.sha256 = a.sha256, outcome FROM files f JOIN articles a USING (article_id)",
    )
    assert sorted(pairs) == [(True, "article"), (True, "same_bytes")]


def test_a_file_that_could_not_be_read_once_gets_its_role_back(tmp_path: Path) -> None:
    """Its bytes are those of the article that it gave."""
    source, corpus = write(tmp_path / "in", a__json=an_article(1)), tmp_path / "corpus"
    ingest(corpus, source)
    (source / "a.json").rename(tmp_path / "away")
    (source / "a.json").symlink_to(tmp_path / "nowhere")
    ingest(corpus, source)
    (source / "a.json").unlink()
    (tmp_path / "away").rename(source / "a.json")

    ingest(corpus, source)

    assert outcomes(corpus) == {"article": 1}


def test_a_warehouse_restored_from_a_copy_of_another_past_misses_nothing(tmp_path: Path) -> None:
    """The index of the ledger belongs to a history, not only to a folder."""
    corpus, source = tmp_path / "corpus", write(tmp_path / "in", a__json=an_article(1))
    ingest(corpus, source)
    shutil.copytree(corpus, tmp_path / "copy")
    ingest(corpus, write(source, b__json=an_article(2)))
    ingest(tmp_path / "copy", write(tmp_path / "other", c__json=an_article(3)))
    shutil.rmtree(corpus)
    (tmp_path / "copy").rename(corpus)

    assert ingest(corpus, source).row.article_count == 1


@pytest.mark.parametrize("fault", [KeyError("x"), MemoryError()])
def test_a_fault_of_ours_costs_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    """The batch is read again in halves; the file at fault is rejected by name."""
    plain = batch_module.to_arrow

    def broken(table: str, rows: Sequence[Any]) -> object:
        if table == "files" and any(row.path.endswith("b.json") and row.sha256 for row in rows):
            raise fault
        return plain(table, rows)

    monkeypatch.setattr(batch_module, "to_arrow", broken)
    files = {f"{name}__json": an_article(n) for n, name in enumerate("abcde")}

    ingest(tmp_path / "corpus", write(tmp_path / "in", **files))

    found = ask(
        tmp_path / "corpus", "SELECT path[-6:], reason FROM files WHERE outcome <> 'article'"
    )
    assert found == [("b.json", "batch.failed")]
    assert outcomes(tmp_path / "corpus") == {"article": 4, "rejected": 1}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'"\\ud800"', "read.not_an_object"),
        (b"", "read.empty"),
        (b"[]", "read.empty"),
        (b"\n\n{}\n{}\n", "read.no_body"),
    ],
)
def test_a_strange_file_is_one_readable_record(tmp_path: Path, content: bytes, reason: str) -> None:
    """No crash, nothing lost."""
    summary = ingest(tmp_path / "corpus", write(tmp_path / "in", evil__json=content))

    assert summary.row.state == "completed"
    assert {
        row[0]
        for row in ask(tmp_path / "corpus", "SELECT reason FROM files WHERE outcome = 'rejected'")
    } == {reason}


@pytest.mark.parametrize("name", ["with blank", "été", "a#b{c", "o'clock"])
def test_a_warehouse_may_have_any_printable_name(tmp_path: Path, name: str) -> None:
    """Its path goes through percent-encoding and SQL."""
    ingest(tmp_path / name, write(tmp_path / "in", a__json=an_article(1)))

    assert ask(tmp_path / name, "SELECT count(*) FROM articles") == [(1,)]


def test_the_warehouse_is_never_read_as_a_source(tmp_path: Path) -> None:
    """Also not under another name."""
    write(tmp_path / "in" / "sub", a__json=an_article(1))
    (tmp_path / "link").symlink_to(tmp_path / "in")
    for _ in range(2):
        row = ingest(tmp_path / "link" / "sub" / ".." / "corpus", tmp_path / "in").row

    assert row.found_count == 1
