"""The frame of annotations: what is due, what fails, what is kept, what readers see."""

from __future__ import annotations

import atexit
import json
import re
import shutil
import tempfile
import textwrap
from functools import cache
from pathlib import Path

import pytest

from tasks.annotate import safely
from tasks.annotate.enrichment import Order, Summary, drive, enrich_articles, start
from tasks.annotate.records import Annotator
from tasks.annotate.registry import in_order
from tasks.annotate.safely import Patience
from tasks.upkeep import maintain
from tests.making import a_story, ask, ingest, write
from tests.outside.annotators import CALLS
from warehouse.catalog import open_catalog
from warehouse.checks import failed_checks
from warehouse.errors import BadSetting, WriterBusy
from warehouse.location import locate

TICKS = "SELECT count(*) FROM annotations WHERE annotator = 'ticks'"
STATUS = "SELECT annotator, status, count(*) FROM annotation_status GROUP BY ALL ORDER BY ALL"
BAD_WORDS = ("CRASH", "HANG", "RAISE", "SHIFT")


@pytest.fixture(autouse=True)
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install tests/outside/annotators.py as a package; return the file of calls."""
    entry = (
        "[copydesk.annotators]\n"
        "ticks = tests.outside.annotators:ticks\ntocks = tests.outside.annotators:tocks\n"
    )
    about = "Metadata-Version: 2.1\nName: outside\nVersion: 1\n"
    site = tmp_path / "site"
    write(site / "outside-1.dist-info", entry_points__txt=entry, METADATA=about)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv(CALLS, str(tmp_path / "calls"))
    return tmp_path / "calls"


def corpus(tmp_path: Path, count: int = 6, **more: str) -> Path:
    """A corpus of small stories, in two commits or more."""
    made = _made(count, tuple(more.items()))
    shutil.copytree(made, tmp_path / "corpus")
    shutil.copytree(locate(str(made)).state, locate(str(tmp_path / "corpus")).state)
    return tmp_path / "corpus"


@cache
def _made(count: int, more: tuple[tuple[str, str], ...]) -> Path:
    """The same in a folder that no test writes to."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    files = {f"s{number}__json": a_file(number) for number in range(count)}
    ingest(folder / "corpus", write(folder / "in", **files, **dict(more)), chunk_documents=4)
    return folder / "corpus"


def a_file(number: int, word: str = "") -> str:
    """A story with three numbers in it, and perhaps a word that annotators stumble over."""
    body = [*a_story(number), f"It cost {number} and 17 and 230 coins. {word}"]
    return json.dumps(
        {"headline": f"Story {number}", "articleBody": "\n\n".join(body), "language": "en"}
    )


def enrich(where: Path, *only: str, **more: object) -> Summary:
    """Run the annotators of this test."""
    order = Order(location=locate(str(where)), only=only or ("tocks",), **more)  # type: ignore[arg-type]
    return enrich_articles(order)


def test_what_is_missing_is_annotated_and_then_nothing_is(tmp_path: Path) -> None:
    where = corpus(tmp_path)
    assert enrich(where).row.article_count == 6
    assert ask(where, TICKS) == [(18,)]
    assert enrich(where).row.article_count == 0


def test_a_new_article_is_all_that_is_read(tmp_path: Path, outside: Path) -> None:
    where = corpus(tmp_path)
    enrich(where)
    ingest(where, write(tmp_path / "more", z__json=a_file(99)))
    outside.unlink()
    assert enrich(where).row.article_count == 1
    assert outside.read_text() == "Story 99\n"


def test_a_needed_annotator_gives_its_rows(tmp_path: Path) -> None:
    where = corpus(tmp_path)
    enrich(where, "ticks")
    enrich(where, "tocks")
    assert ask(where, "SELECT DISTINCT value FROM annotations WHERE annotator = 'tocks'") == [
        ("3",)
    ]


def test_a_new_version_replaces_only_its_own_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = corpus(tmp_path)
    enrich(where, "sentences", "ticks")
    before = ask(where, "SELECT DISTINCT commit_id FROM sentences ORDER BY 1")
    monkeypatch.setenv("COPYDESK_TEST_VERSION", "2")
    assert enrich(where, "sentences", "ticks").row.row_counts == {"annotations": 18}
    assert ask(where, "SELECT annotator_version, count(*) FROM annotations GROUP BY 1") == [
        ("2 of outside 1", 18)
    ]
    assert ask(where, "SELECT count(*) FROM annotations_history") == [(36,)]
    assert ask(where, "SELECT DISTINCT commit_id FROM sentences ORDER BY 1") == before


def test_maintain_sweeps_what_newer_rows_replace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = corpus(tmp_path)
    enrich(where, "sentences", "ticks")
    monkeypatch.setenv("COPYDESK_TEST_VERSION", "2")
    enrich(where, "sentences", "ticks", limit=5)
    shown = ask(where, "SELECT * FROM annotations ORDER BY ALL")
    assert maintain(locate(str(where))).swept == 5 * (3 + 1)  # its rows, and its status
    assert ask(where, "SELECT * FROM annotations ORDER BY ALL") == shown
    assert ask(where, "SELECT count(*) FROM annotations_history") == [(18,)]
    assert ask(where, "SELECT count(*) FROM superseded") == [(0,)]
    assert enrich(where, "sentences", "ticks").row.article_count == 1
    assert maintain(locate(str(where))).swept == 3 + 1


def test_keywords_of_an_article_that_is_read_again_are_scored_as_before(tmp_path: Path) -> None:
    where = corpus(tmp_path)
    query = "SELECT article_id, keyword, corpus_article_count, score FROM keywords ORDER BY ALL"
    enrich(where, "keywords")
    before = ask(where, query)
    enrich(where, "keywords", again=True)
    assert before
    assert ask(where, query) == before


def test_what_needs_a_new_version_is_made_again_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = corpus(tmp_path)
    enrich(where)
    monkeypatch.setenv("COPYDESK_TEST_VERSION", "2")
    assert enrich(where).row.status_counts == {"ticks/done": 6, "tocks/done": 6}


@pytest.mark.parametrize("word", BAD_WORDS)
def test_an_annotator_that_stumbles_hurts_only_its_own_rows(tmp_path: Path, word: str) -> None:
    where = corpus(tmp_path, 3, bad__json=a_file(77, word))
    patience = Patience(start=2.0, article=0.0, alone=2.0)
    enrich(where, "sentences", "tocks", patience=patience)
    assert ask(where, STATUS) == [
        ("sentences", "done", 4),
        ("ticks", "done", 3),
        ("ticks", "failed", 1),
        ("tocks", "done", 4),
    ]
    assert ask(where, TICKS) == [(9,)]
    with open_catalog(locate(str(where))) as connection:
        assert failed_checks(connection) == []


def test_what_is_left_behind_by_an_annotator_run_alone_is_said(tmp_path: Path) -> None:
    where = corpus(tmp_path, 2)
    assert enrich(where, "tocks").outrun == ()
    assert enrich(where, "ticks", again=True).outrun == ("tocks",)


def test_what_failed_is_tried_again_only_when_asked(tmp_path: Path) -> None:
    where = corpus(tmp_path, 2, bad__json=a_file(77, "RAISE"))
    enrich(where)
    assert enrich(where).row.article_count == 0
    assert enrich(where, retry_failed=True).row.status_counts == {
        "ticks/failed": 1,
        "tocks/done": 1,
    }


def test_a_language_that_an_annotator_does_not_know_is_said(tmp_path: Path) -> None:
    body = "Die neue Brücke über den Fluss wurde am Montag nach langer Zeit wieder geöffnet. " * 5
    german = {"headline": "Die Brücke", "articleBody": body}
    where = corpus(tmp_path, 2, g__json=json.dumps(german, ensure_ascii=False))
    enrich(where)
    assert ("tocks", "unsupported_language", 1) in ask(where, STATUS)
    coverage = (
        "SELECT done_count, unsupported_count FROM annotation_coverage "
        "WHERE annotator = 'tocks' AND language_code = 'de'"
    )
    assert ask(where, coverage) == [(0, 1)]


def test_equal_texts_are_read_once_also_in_later_runs(tmp_path: Path, outside: Path) -> None:
    story = json.loads(a_file(5))
    same = {f"c{n}__json": json.dumps(story | {"url": f"https://a{n}.example/x"}) for n in range(3)}
    where = tmp_path / "corpus"
    ingest(where, write(tmp_path / "in", **same))
    enrich(where)
    again = json.dumps(story | {"url": "https://b.example/x"})
    ingest(where, write(tmp_path / "more", d__json=again))
    enrich(where)
    assert outside.read_text() == "Story 5\n"
    assert ask(
        where,
        "SELECT count(DISTINCT article_id), count(*) FROM annotations WHERE annotator = 'ticks'",
    ) == [(4, 12)]


def test_a_run_that_was_stopped_goes_on(tmp_path: Path, outside: Path) -> None:
    where = corpus(tmp_path)
    order = Order(location=locate(str(where)), only=("ticks",), batch_articles=2)
    with start(order) as run, pytest.raises(KeyboardInterrupt):
        drive(run, on_progress=_stop)
    assert ask(where, TICKS) == [(6,)]
    assert enrich(where, "ticks").row.article_count == 4
    assert ask(where, TICKS) == [(18,)]


def _stop(run: object) -> None:
    raise KeyboardInterrupt


def test_rows_do_not_depend_on_batches_or_commits(tmp_path: Path) -> None:
    rows = []
    for size in (1, 3, 200):
        where = corpus(tmp_path / str(size))
        enrich(where, batch_articles=size, chunk_articles=size)
        rows.append(
            ask(where, "SELECT * EXCLUDE (run_id, commit_id) FROM annotations ORDER BY ALL")
        )
    assert rows[0] == rows[1] == rows[2]


def test_two_runs_at_once_do_not_do_the_same_work(tmp_path: Path) -> None:
    where = corpus(tmp_path, 2)
    with start(Order(location=locate(str(where)), only=("ticks",))), pytest.raises(WriterBusy):
        enrich(where)


def test_an_ingest_may_run_beside_it(tmp_path: Path) -> None:
    where = corpus(tmp_path)
    with start(Order(location=locate(str(where)), only=("ticks",))) as run:
        ingest(where, write(tmp_path / "more", z__json=a_file(99)))
        drive(run)
        run.finish()
    assert ask(where, TICKS) == [(18,)]
    assert enrich(where, "ticks").row.article_count == 1


def test_an_unknown_annotator_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="'colours': no annotator has this name; known: sentences"):
        enrich(corpus(tmp_path, 1), "colours")


def test_the_example_of_the_architecture_page_annotates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parents[1] / "ARCHITECTURE.md").read_text("utf-8")
    code = next(c for c in re.findall(r"```python\n(.*?)```", page, re.S) if "hashtags" in c)
    site = write(tmp_path / "tags", tags__py=textwrap.dedent(code))
    about = "Metadata-Version: 2.1\nName: tags\nVersion: 1\n"
    entry = "[copydesk.annotators]\nhashtags = tags:annotator\n"
    write(site / "tags-1.dist-info", entry_points__txt=entry, METADATA=about)
    monkeypatch.syspath_prepend(str(site))
    where = corpus(tmp_path, 1, tag__json=a_file(9, "So #Harbour said."))
    enrich(where, "hashtags")
    assert ask(where, "SELECT surface, value FROM annotations") == [("#Harbour", "#harbour")]


def test_annotators_that_need_each_other_are_refused() -> None:
    known = {
        name: Annotator(
            name=name, version="1", tables=("annotations",), annotate=list, needs=(need,)
        )
        for name, need in (("a", "b"), ("b", "a"))
    }
    with pytest.raises(BadSetting, match="a -> b -> a"):
        in_order(known)


def test_the_summary_says_what_was_done(tmp_path: Path) -> None:
    summary = enrich(corpus(tmp_path, 2))
    assert summary.row.status_counts == {"ticks/done": 2, "tocks/done": 2}
    assert summary.failed == ()


def test_annotators_that_were_not_asked_for_are_said_to_wait(tmp_path: Path) -> None:
    where = corpus(tmp_path, 2)
    enrich(where, "ticks")
    coverage = "SELECT done_count, waiting_count FROM annotation_coverage WHERE annotator = '{}'"
    assert ask(where, coverage.format("ticks")) == [(2, 0)]
    assert ask(where, coverage.format("quotes")) == [(0, 2)]


def test_terms_of_an_article_that_failed_between_count_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = corpus(tmp_path, 2)
    for fails, again in ((False, False), (True, True), (False, True)):
        with monkeypatch.context() as patched:
            if fails:
                patched.setattr(safely, "checked", lambda *_: safely.Failure("today it fails"))
            enrich(where, "keywords", again=again)
    counted = "SELECT sum(article_count)::BIGINT FROM term_counts WHERE term = ''"
    assert ask(where, counted) == [(2,)]
