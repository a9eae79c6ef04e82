"""The index of shingles: the search, what counts as there, compaction and what a kill leaves."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.making import ask
from warehouse import shingle_sort, shingle_upkeep, store
from warehouse.errors import BadWarehouse, TryAgain
from warehouse.location import Location, locate
from warehouse.shingle_index import (
    NO_MONTH,
    Hits,
    Segment,
    ShingleIndex,
    search,
    shingle_table,
    sorted_segment,
)
from warehouse.shingle_upkeep import compact, rewrite, should_compact

Row = tuple[int, int, int]  # hash, article number, month
ROWS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 300), st.integers(NO_MONTH, 40)),
    max_size=400,
    unique_by=lambda row: row[:2],
)
NEEDLES = st.lists(st.tuples(st.integers(0, 8), st.integers(-3, 45)), max_size=12)


@pytest.fixture
def location(tmp_path: Path) -> Location:
    """A warehouse without rows."""
    location = locate(str(tmp_path / "corpus"))
    store.prepare(location)
    return location


@pytest.fixture(scope="module")
def empty_index(tmp_path_factory: pytest.TempPathFactory) -> ShingleIndex:
    """The index of a warehouse without rows."""
    location = locate(str(tmp_path_factory.mktemp("empty") / "corpus"))
    store.prepare(location)
    return ShingleIndex(location)


def segment(rows: Sequence[Row]) -> Segment:
    hashes, numbers, months = np.array(rows, np.int64).reshape(-1, 3).T
    return sorted_segment(hashes, numbers.astype(np.int32), months.astype(np.int16))


def table(rows: Sequence[Row], version: int = 1) -> pa.Table:
    hashes, numbers, months = np.array(rows, np.int64).reshape(-1, 3).T
    scripts = np.ones(len(rows), np.int8)
    return shingle_table(
        hashes, numbers.astype(np.int32), months.astype(np.int16), scripts, version
    )


def needles(pairs: Sequence[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    hashes, months = np.array(sorted(pairs), np.int64).reshape(-1, 2).T
    return hashes, months.astype(np.int16)


def pairs_of(hits: Hits) -> list[tuple[int, int]]:
    return list(zip(hits.needles.tolist(), hits.numbers.tolist(), strict=True))


def written_rule(
    rows: Sequence[Row], wanted: Sequence[tuple[int, int]], limit: int
) -> list[tuple[int, int]]:
    """The search as its text says it, without regard to time."""
    found = []
    for place, (needle, month) in enumerate(sorted(wanted)):
        far = [
            (0 if month < 0 else 10**6 if at < 0 else abs(at - month), number)
            for hash_, number, at in rows
            if hash_ == needle
        ]
        found += sorted((place, number) for _, number in sorted(far)[:limit])
    return found


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, wanted=NEEDLES, limit=st.integers(1, 20))
def test_a_search_gives_what_the_written_rule_says(
    rows: list[Row], wanted: list[tuple[int, int]], limit: int
) -> None:
    """Short lists, cut lists, lists longer than eight times the limit, the same needle twice."""
    hits = search(segment(rows), *needles(wanted), limit=limit)

    assert pairs_of(hits) == written_rule(rows, wanted, limit)
    counts = [sum(row[0] == needle for row in rows) for needle, _ in wanted]
    assert hits.overflowed == sum(count > limit for count in counts)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, wanted=NEEDLES, limit=st.integers(1, 20), parts=st.integers(1, 5))
def test_how_rows_are_spread_over_segments_makes_no_difference(
    empty_index: ShingleIndex,
    rows: list[Row],
    wanted: list[tuple[int, int]],
    limit: int,
    parts: int,
) -> None:
    """The same hits and the same count of cut lists."""
    spread = [segment(rows[part::parts]) for part in range(parts)]
    apart = empty_index.find(*needles(wanted), limit=limit, beside=spread)
    together = search(segment(rows), *needles(wanted), limit=limit)

    assert pairs_of(apart) == pairs_of(together)
    assert apart.overflowed == together.overflowed


def test_many_candidates_are_cut_while_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound on memory does not change the answer."""
    rows = [(number % 3, number, number % 50) for number in range(900)]
    wanted = [(hash_, month) for hash_ in range(3) for month in (NO_MONTH, 10, 49)]
    monkeypatch.setattr("warehouse.shingle_index.MOST_PENDING", 40)

    assert pairs_of(search(segment(rows), *needles(wanted), limit=7)) == written_rule(
        rows, wanted, 7
    )


def test_rows_on_disk_are_found_beside_those_in_memory(location: Location) -> None:
    """Two commits and a segment; every hash is looked at once."""
    writer = store.Writer(location, "run")
    writer.commit({"shingles": table([(5, 1, 600), (7, 1, 600)])})
    writer.commit({"shingles": table([(5, 2, NO_MONTH), (9, 2, NO_MONTH)])})
    hits = ShingleIndex(location).find(*needles([(5, 1), (8, 1)]), beside=[segment([(8, 3, 1)])])

    assert pairs_of(hits) == [(0, 1), (0, 2), (1, 3)]
    assert hits.scanned_rows == 5


def test_a_file_with_no_hash_between_the_needles_is_not_scanned(location: Location) -> None:
    """The least and the greatest hash of each row group are known from the footer."""
    store.Writer(location, "run").commit({"shingles": table([(5, 1, 600), (7, 1, 600)])})

    hits = ShingleIndex(location).find(*needles([(1, 600), (8, 600)]))
    assert (pairs_of(hits), hits.scanned_rows) == ([], 0)


def test_an_index_without_rows_answers(empty_index: ShingleIndex) -> None:
    """And a search for nothing does as well."""
    empty_index.check(1)
    assert pairs_of(empty_index.find(*needles([(1, 1)]))) == []
    assert pairs_of(search(segment([(1, 1, 1)]), *needles([]))) == []


def append_unacknowledged(location: Location, rows: Sequence[Row]) -> None:
    """What a run leaves that was killed before the commit row."""
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(store.Writer, "_acknowledge", lambda *_: (_ for _ in ()).throw(KeyError))
        with pytest.raises(KeyError):
            store.Writer(location, "killed").commit({"shingles": table(rows)})


def found(location: Location, *hashes: int) -> list[int]:
    """Article numbers that have the hashes, as the index says now."""
    hits = ShingleIndex(location).find(*needles([(each, NO_MONTH) for each in hashes]))
    return sorted(hits.numbers.tolist())


def test_rows_of_a_commit_that_never_was_do_not_exist(location: Location) -> None:
    """Not before the next commit and not after it."""
    writer = store.Writer(location, "run")
    append_unacknowledged(location, [(5, 1, 600)])
    assert found(location, 5) == []

    writer.commit({"shingles": table([(5, 2, 600)])})
    assert found(location, 5) == [2]


def test_rows_of_other_commits_in_the_same_file_are_left_out(location: Location) -> None:
    """Another tool has compacted the table."""
    writer = store.Writer(location, "run")
    append_unacknowledged(location, [(5, 1, 600)])
    writer.commit({"shingles": table([(5, 2, 600)])})
    store.open_table(location, "shingles").optimize.compact()
    writer.commit({"shingles": table([(6, 3, 600)])})

    assert (found(location, 5, 6), ShingleIndex(location).file_count) == ([2, 3], 2)
    compact(location)
    writer.commit({"shingles": table([(7, 4, 600)])})
    assert ShingleIndex(location).row_count == 3


def test_sketches_of_other_parameters_are_refused(location: Location) -> None:
    """The error names both versions and what to do."""
    writer = store.Writer(location, "run")
    writer.commit({"shingles": table([(5, 1, 600)])})
    writer.commit({"shingles": table([(5, 1, 600)], version=2)})

    told = "version 2, this copydesk makes version 1; .*copydesk maintain --rebuild-index"
    with pytest.raises(BadWarehouse, match=told):
        ShingleIndex(location).check(1)


def test_a_damaged_file_is_named(location: Location) -> None:
    """Beside the remedy."""
    store.Writer(location, "run").commit({"shingles": table([(5, 1, 600)])})
    (path,) = (location.path / "shingles").glob("*.parquet")
    whole = path.read_bytes()
    for damaged in (whole[:-9], whole[:4] + b"\xff" * 30 + whole[34:]):
        path.write_bytes(damaged)
        with pytest.raises(BadWarehouse, match=f"{path.name}.*--rebuild-index"):
            found(location, 5)


def test_an_appended_row_costs_less_than_nine_bytes(location: Location) -> None:
    """Sorted as it was given, the columns that the store adds for next to nothing."""
    random = np.random.default_rng(5)
    hashes = random.integers(0, 1 << 48, 40_000).tolist()
    rows = [(hash_, at // 40, 600 + at % 90) for at, hash_ in enumerate(hashes)]
    store.Writer(location, "run").commit({"shingles": table(rows)})

    index = ShingleIndex(location)
    (group,) = index.files[0].groups()
    assert group.hashes().tolist() == sorted(hashes)
    assert index.byte_count < 9 * index.row_count


def fill(location: Location, commits: int = 4) -> store.Writer:
    """Commit some rows, many of the same hashes, dates from before 1970 and none."""
    writer = store.Writer(location, "20260101T000000Z-aaaaaa")
    for commit in range(commits):
        rows = [(at % 17, commit * 100 + at, at % 7 * 300 - 900) for at in range(60)]
        rows += [(1 << 47, 2**31 - 1 - commit, NO_MONTH)]
        writer.commit({"shingles": table(rows)})
    return writer


COLUMNS = ["hash", "article_number", "published_month", "script", "version"]


def contents(location: Location) -> list[tuple[int | None, ...]]:
    """All rows that count, without the columns of the store, in an order of their own."""
    files = ShingleIndex(location).files
    tables = [group.table(COLUMNS) for file in files for group in file.groups()]
    return sorted((tuple(row.values()) for each in tables for row in each.to_pylist()), key=str)


def test_compaction_keeps_every_row_and_leaves_one_file(location: Location) -> None:
    """Readers see the old files until the next commit, and the same rows after it."""
    writer = fill(location)
    before = contents(location)
    done = compact(location)

    assert done is not None
    assert (done.files_before, done.files_after, done.rows_after) == (4, 1, len(before))
    assert (ShingleIndex(location).file_count, contents(location)) == (4, before)
    writer.commit({"shingles": table([(99, 9, 9)])})
    assert (ShingleIndex(location).file_count, len(contents(location))) == (2, len(before) + 1)
    assert set(before) < set(contents(location))
    assert ask(location, "SELECT count(*) FROM shingles") == [(len(before) + 1,)]


def test_a_compacted_file_is_sorted_by_all_columns(
    location: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though runs, blocks and row groups end in the middle of a hash."""
    monkeypatch.setattr(shingle_sort, "RUN_ROWS", 50)
    monkeypatch.setattr(shingle_sort, "BLOCK_ROWS", 7)
    monkeypatch.setitem(store.ROW_GROUPS, "shingles", 10)
    fill(location)
    before = contents(location)
    compact(location)

    (path,) = (location.path / "shingles").glob("sorted-*.parquet")
    rows = pq.read_table(path, columns=COLUMNS)
    keys = ("hash", "published_month", "article_number")
    order = [(key, "ascending", "at_start") for key in keys]
    assert rows.equals(rows.take(pc.sort_indices(rows, order)))
    assert sorted((tuple(row.values()) for row in rows.to_pylist()), key=str) == before


def test_nothing_is_done_where_nothing_is_to_gain(location: Location) -> None:
    """An empty table, and one that was compacted a moment ago."""
    assert compact(location) is None
    fill(location)
    assert compact(location) is not None
    assert compact(location) is None


def test_a_large_file_is_not_written_again_for_a_few_small_ones(
    location: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else new rows would cost what the old ones cost."""
    monkeypatch.setattr(shingle_upkeep, "SMALL_ROWS", 100)
    writer = fill(location, 5)
    compact(location)
    for number in range(3):
        writer.commit({"shingles": table([(number, number, 9)])})

    done = compact(location)
    assert done is not None
    assert (done.files_before, done.files_after) == (4, 2)


def test_many_small_files_ask_for_compaction(
    location: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the first commit after it."""
    monkeypatch.setattr(shingle_upkeep, "MOST_FILES", 3)
    writer = fill(location, 3)
    assert not should_compact(location)
    writer.commit({"shingles": table([(1, 1, 1)])})
    assert should_compact(location)

    compact(location)
    writer.commit({"shingles": table([(2, 2, 2)])})
    assert not should_compact(location)


def test_only_rows_that_can_never_be_acknowledged_are_dropped(location: Location) -> None:
    """Those appended since the last commit may be acknowledged in this very moment."""
    writer = fill(location, 1)
    append_unacknowledged(location, [(55, 5, 5)])
    writer.commit({"shingles": table([(66, 6, 6)])})
    append_unacknowledged(location, [(77, 7, 7)])

    done = compact(location)
    assert done is not None
    assert (done.rows_before - done.rows_after, done.files_after) == (1, 2)
    assert found(location, 55, 66, 77) == [6]


def test_a_compaction_that_no_commit_has_recorded_can_be_repeated(location: Location) -> None:
    """It builds on what the last one left, not on what readers still see."""
    writer = fill(location)
    before = contents(location)
    compact(location)
    compact(location, everything=True)
    writer.commit({"shingles": table([(99, 9, 9)])})

    assert len(contents(location)) == len(before) + 1


def test_a_rebuilt_index_holds_the_new_rows_only(location: Location) -> None:
    """Batches in any order, some empty; seen with the next commit."""
    writer = fill(location)
    rewrite(location, [table([(9, 1, 1), (3, 2, 2)], 2), table([], 2), table([(6, 3, 3)], 2)])
    ShingleIndex(location).check(1)

    writer.commit({"shingles": table([(4, 4, 4)], 2)})
    ShingleIndex(location).check(2)
    assert contents(location) == [
        (3, 2, 2, 1, 2),
        (4, 4, 4, 1, 2),
        (6, 3, 3, 1, 2),
        (9, 1, 1, 1, 2),
    ]


def test_an_index_can_be_emptied(location: Location) -> None:
    """No batch, no file."""
    fill(location, 2)
    assert rewrite(location, []).files_after == 0


def test_an_index_needs_a_commit_that_its_rows_belong_to(location: Location) -> None:
    """Rows of no commit would never be seen."""
    with pytest.raises(BadWarehouse, match="nothing was committed yet"):
        rewrite(location, [table([(1, 1, 1)])])


def test_rows_appended_meanwhile_are_kept(location: Location) -> None:
    """No lease held them off."""
    writer = fill(location, 2)

    def batches() -> Iterator[pa.Table]:
        writer.commit({"shingles": table([(50, 50, 50)])})
        yield table([(1, 1, 1)])

    rewrite(location, batches())
    writer.commit({"shingles": table([(60, 60, 60)])})
    assert [row[0] for row in contents(location)] == [1, 50, 60]


def test_of_two_compactions_the_second_fails(location: Location) -> None:
    """Though the first has left it its folder: the log refuses it, and nothing is there twice."""
    fill(location)

    def batches() -> Iterator[pa.Table]:
        compact(location)
        (location.state / "shingles").mkdir()
        yield table([(1, 1, 1)])

    with pytest.raises(TryAgain, match="another process has changed it"):
        rewrite(location, batches())


KILLED = """
import os, signal, sys
from warehouse import shingle_upkeep as upkeep
from warehouse.location import locate
owner, name, when = getattr(upkeep, sys.argv[2]), sys.argv[3], sys.argv[4]
real = getattr(owner, name)
def kill(*given):
    if when == "after":
        real(*given)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(owner, name, kill)
upkeep.compact(locate(sys.argv[1]))
"""


@pytest.mark.parametrize(
    "place",
    [
        ("_NewFile", "finish", "before"),
        ("_Change", "_commit", "before"),
        ("_Change", "_commit", "after"),
    ],
    ids=" ".join,
)
def test_a_compaction_killed_anywhere_changes_no_row(
    location: Location, place: tuple[str, str, str]
) -> None:
    """And the next one sweeps what it left."""
    writer = fill(location)
    before = contents(location)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(location), *place], check=False)
    assert (killed.returncode, contents(location)) == (-9, before)

    writer.commit({"shingles": table([(99, 9, 9)])})
    compact(location)
    writer.commit({"shingles": table([(99, 10, 9)])})
    assert len(contents(location)) == len(before) + 2
    assert list((location.path / "shingles").glob(".sorted-*")) == []
    assert not (location.state / "shingles").exists()
