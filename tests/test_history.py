"""Time travel: the corpus as every run left it, as long as that is promised."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from flows.history import history
from tasks.upkeep import maintain
from tests.making import an_article, ask, ingest, write
from warehouse.catalog import open_catalog
from warehouse.errors import BadSetting
from warehouse.history import entries, moment
from warehouse.location import locate
from warehouse.vacuum import check_retention, vacuum

HEADLINES = "SELECT headline FROM articles ORDER BY headline"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A corpus of three runs; the last found nothing new."""
    folder = tmp_path_factory.mktemp("made")
    runs = []
    for number in (1, 2):
        source = write(folder / "in", **{f"a{number}__json": an_article(number)})
        runs.append(ingest(folder / "corpus", source).row.run_id)
    runs.append(ingest(folder / "corpus", folder / "in").row.run_id)
    return folder / "corpus", runs


@pytest.fixture
def corpus(made: tuple[Path, list[str]], tmp_path: Path) -> tuple[Path, list[str]]:
    """A copy for a test that changes it."""
    shutil.copytree(made[0], tmp_path / "corpus")
    return tmp_path / "corpus", made[1]


def ask_as_of(where: Path, as_of: str, query: str) -> list[tuple[Any, ...]]:
    with open_catalog(locate(str(where)), as_of=as_of) as connection:
        return connection.execute(query).fetchall()


def committed(where: Path) -> list[datetime]:
    return [at for (at,) in ask(where, "SELECT committed_at FROM commits ORDER BY sequence")]


def test_a_run_shows_every_table_as_it_left_them(made: tuple[Path, list[str]]) -> None:
    where, runs = made
    counts = "SELECT (FROM files SELECT count(*)), (FROM commits SELECT count(*)), "
    counts += "(FROM runs SELECT count(*)), (FROM group_members SELECT count(*))"
    assert ask_as_of(where, runs[0], counts) == [(1, 1, 1, 1)]
    assert ask_as_of(where, runs[1], counts) == [(2, 2, 2, 2)]
    assert ask_as_of(where, runs[2], counts) == ask(where, counts) == [(2, 2, 3, 2)]
    assert ask_as_of(where, runs[0], HEADLINES) == [("News 1 from the district",)]


def test_a_time_shows_the_last_commit_until_then(made: tuple[Path, list[str]]) -> None:
    where, _ = made
    first, second = committed(where)
    just_before = second - timedelta(microseconds=1)
    assert len(ask_as_of(where, first.isoformat(), HEADLINES)) == 1
    assert len(ask_as_of(where, just_before.isoformat(), HEADLINES)) == 1
    assert len(ask_as_of(where, second.isoformat(), HEADLINES)) == 2
    naive = just_before.astimezone(UTC).replace(tzinfo=None)
    assert len(ask_as_of(where, naive.isoformat(), HEADLINES)) == 1  # UTC, wherever it is asked


def test_a_day_means_its_end(made: tuple[Path, list[str]]) -> None:
    where, _ = made
    day = f"{committed(where)[-1].astimezone(UTC):%Y-%m-%d}"
    assert moment(locate(str(where)), day).sequence == 2
    with pytest.raises(BadSetting, match="did not exist then; its first commit is of 20"):
        moment(locate(str(where)), "1999-12-31")


@pytest.mark.parametrize("asked", ["yesterday", "20261123T101500Z-abcdef", "", "2026-13-01"])
def test_what_names_no_state_is_told(made: tuple[Path, list[str]], asked: str) -> None:
    with pytest.raises(BadSetting, match=r"neither the id of a run .*nor a time"):
        moment(locate(str(made[0])), asked)


def test_upkeep_changes_no_earlier_state(corpus: tuple[Path, list[str]]) -> None:
    where, runs = corpus
    maintain(locate(str(where)))
    assert ask_as_of(where, runs[0], HEADLINES) == [("News 1 from the district",)]


def test_beyond_the_retention_it_is_said_since_when(corpus: tuple[Path, list[str]]) -> None:
    where, runs = corpus
    vacuum(locate(str(where)), timedelta(0), datetime.now(UTC))
    with pytest.raises(BadSetting, match=f"as it was since 20.* UTC .run {runs[1]}.*--retention"):
        ask_as_of(where, runs[0], HEADLINES)
    vacuum(locate(str(where)), timedelta(days=7), datetime.now(UTC))  # brings nothing back
    assert len(ask_as_of(where, runs[1], HEADLINES)) == 2
    assert [entry.is_reachable for entry in entries(locate(str(where)), 9)] == [False, True, False]


def test_a_retention_under_a_day_must_be_meant() -> None:
    with pytest.raises(BadSetting, match=r"--retention 0.5: .*--force-retention"):
        check_retention(timedelta(hours=12), is_forced=False)
    check_retention(timedelta(hours=12), is_forced=True)


def test_history_tells_runs_newest_first(made: tuple[Path, list[str]]) -> None:
    where, runs = made
    found = entries(locate(str(where)), limit=9)
    assert [entry.run_id for entry in found] == runs[::-1]
    assert [entry.commit_count for entry in found] == [0, 1, 1]
    assert [entry.row_counts.get("articles", 0) for entry in found] == [0, 1, 1]
    assert {(entry.purpose, entry.state) for entry in found} == {("ingest", "completed")}
    assert len(entries(locate(str(where)), limit=2)) == 2


def test_the_command_shows_what_can_be_travelled_to(made: tuple[Path, list[str]]) -> None:
    told = CliRunner().invoke(history, ["-w", str(made[0])], env={"COLUMNS": "300"}).output
    assert "1 (2)" in told
    assert "articles 1, files 1" in told
    assert "after every commit from the first on" in told
