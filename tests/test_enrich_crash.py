"""An enrich killed at any step goes on from its last commit, to the same rows."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.children import Child
from tests.enrich_child import POINTS, main
from tests.making import an_article, ask, ingest, write
from warehouse.catalog import open_catalog
from warehouse.checks import failed_checks
from warehouse.location import locate

TABLES = ("sentences", "readability", "term_counts")  # keywords are scored against what was before
UNSTAMPED = "EXCLUDE (run_id, commit_id)"


def child(where: Path, point: str, count: int = 1) -> list[str]:
    """Run an enrich that dies at `point`; return what it acknowledged."""
    started = Child(where.with_name(f"said-{point}"), main, str(where), point, str(count))
    assert (started.wait() == 0) == (point == "never")
    return [line.removeprefix("ACK ") for line in started.lines() if line.startswith("ACK ")]


def content(where: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of the annotations, those of term_counts summed as they are meant to be."""
    found = {t: ask(where, f"SELECT * {UNSTAMPED} FROM {t} ORDER BY ALL") for t in TABLES[:2]}
    terms = "SELECT term, sum(article_count) FROM term_counts GROUP BY ALL ORDER BY ALL"
    return {**found, "terms": ask(where, terms)}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of six articles without annotations."""
    folder = tmp_path_factory.mktemp("plain")
    files = {f"a{number}__json": an_article(number) for number in range(6)}
    ingest(folder / "corpus", write(folder / "in", **files))
    return folder / "corpus"


@pytest.fixture(scope="module")
def undisturbed(plain: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What an enrich that is never killed writes."""
    where = plain.with_name("undisturbed")
    shutil.copytree(plain, where)
    child(where, "never")
    return content(where)


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_enrich_loses_nothing_and_goes_on(
    plain: Path, undisturbed: dict[str, list[tuple[Any, ...]]], tmp_path: Path, point: str
) -> None:
    where = tmp_path / "corpus"
    shutil.copytree(plain, where)
    acknowledged = child(where, point, 2)
    assert acknowledged, "killed before anything was acknowledged"
    visible = {commit for (commit,) in ask(where, "SELECT commit_id FROM commits")}
    assert set(acknowledged) <= visible
    before = ask(where, "SELECT count(*) FROM annotation_status WHERE annotator = 'readability'")

    again = child(where, "never")

    assert before >= [(2,)]
    assert len(again) == 1 + (6 - before[0][0]) // 2  # what was done is not done again
    assert content(where) == undisturbed
    with open_catalog(locate(str(where))) as connection:
        assert failed_checks(connection) == []
