"""Full-text search: what queries mean, and that the index follows the corpus."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from flows.searching import search as command
from tasks.search.index import Opened, discard, new_index, write
from tasks.search.searching import Filters, Search, hits_table, search
from tasks.search.snippets import Snippet
from tests.making import a_story, an_article, ask, ingest
from tests.making import write as write_files
from warehouse.bookkeeping import SupersededRow
from warehouse.errors import BadSetting, BadWarehouse, TryAgain
from warehouse.location import Location, locate
from warehouse.schema import to_arrow
from warehouse.store import Writer

NOTHING = dict.fromkeys(
    ("headline", "byline", "authors", "source", "publisher", "section", "keywords"), None
)
ANY_DAY = date(2024, 5, 3)


def a_row(number: int, text: str, language: str = "en", **fields: Any) -> dict[str, Any]:
    known = {"article_id": f"{number:032x}", "text": text, "language_code": language}
    return {**NOTHING, **known, "published_date": ANY_DAY, **fields}


def an_index(folder: Path, *rows: dict[str, Any]) -> Opened:
    index = new_index(str(folder))
    write(index, rows)
    return Opened(index)


def found(opened: Opened, words: str, **filters: Any) -> list[int]:
    """The numbers of the rows that match, in order."""
    ranked, _ = Search(opened, words, Filters(**filters)).best(100)
    return [int(each.article_id, 16) for each in ranked]


@pytest.fixture(scope="module")
def troops(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return an_index(
        tmp_path_factory.mktemp("troops"),
        a_row(1, "The troops are leaving Iraq, the ministry's spokesman said."),
        a_row(2, "A troop of actors came from the coast."),
        a_row(3, "Iraq has elections.", headline="Troops stay"),
        a_row(4, "Negotiators negotiated for negotiations.", byline="By Ann Writer"),
        a_row(5, "Zürich's café opens.", keywords=["Coffee houses"], source="cafe.example"),
    )


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("troops iraq", {1, 3}),  # all words, in headline or text
        ("troop iraq", {1, 3}),  # in any form
        ('"troop"', {2}),  # as written
        ("troops OR elections", {1, 2, 3}),
        ("troops AND NOT iraq", {2}),
        ("troops -iraq", {2}),
        ("-troops", {4, 5}),
        ("iraq (elections OR leaving)", {1, 3}),
        ("headline:troops", {3}),
        ("text:troops", {1, 2}),
        ('"leaving iraq"', {1}),
        ('"iraq leaving"', set()),
        ('"troops iraq"~2', {1}),
        ('"troops iraq"~1', set()),
        ("negotiat*", {4}),  # shorter than every stem of those words
        ('"troops are le"*', {1}),
        ('"troops are le*"', {1}),
        ('"troops are lo"*', set()),
        ("byline:writer", {4}),
        ('keywords:"coffee houses"', {5}),
        ("source:cafe.example", {5}),
        ("zurich CAFE", {5}),
        ("Zürich", {5}),
        ("ministry's", {1}),
    ],
)
def test_a_query_means_what_its_help_says(troops: Opened, query: str, numbers: set[int]) -> None:
    assert set(found(troops, query)) == numbers


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("foo:bar", "foo: is no field"),
        ('"abc', "at character 4"),
        ("(a OR", "is no query"),
        ("...", "no letter or digit"),
        ("", "holds no word"),
        ("text:[a TO b]", "not offered"),
        ("x " * 2_000, "4,000 characters"),
    ],
)
def test_a_query_that_cannot_be_understood_is_one_clear_line(
    troops: Opened, query: str, said: str
) -> None:
    with pytest.raises(BadSetting, match=r"\w") as error:
        found(troops, query)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_words_have_the_forms_of_the_language_of_each_article(tmp_path: Path) -> None:
    opened = an_index(
        tmp_path,
        a_row(1, "las casas y las elecciones", "es"),
        a_row(2, "Die Häuser am Ufer", "de"),
        a_row(3, "القوات في العراق", "ar"),
        a_row(4, "les élections de mai", "fr"),
        a_row(5, "they close the case", "en"),
    )
    assert found(opened, "elección") == [1]
    assert found(opened, "Haus") == [2]
    assert found(opened, "عراق") == [3]
    assert found(opened, "election") == [4]
    assert found(opened, "casa") == [1]  # "case" has its stem in Spanish, but stands in English


def test_a_word_of_two_letters_is_found_in_a_script_without_blanks(tmp_path: Path) -> None:
    opened = an_index(
        tmp_path,
        a_row(1, "北约NATO在中国举行会议。", "zh"),
        a_row(2, "国中之国", "zh"),
        a_row(3, "東京の天気です", "ja"),
        a_row(4, "서울에서 열렸다", "ko"),
    )
    assert found(opened, "中国") == [1]
    assert found(opened, "nato") == [1]
    assert found(opened, "天気") == [3]
    assert found(opened, "서울") == [4]


def test_a_slip_of_the_pen_is_no_better_match_than_the_word(tmp_path: Path) -> None:
    rows = [a_row(n, f"troops in district {n}") for n in range(10, 40)]
    opened = an_index(tmp_path, a_row(1, "the trooping of district one with many words"), *rows)
    assert found(opened, "troops")[-1] == 1


def test_equal_scores_are_ranked_by_day_then_id_with_the_undated_last(tmp_path: Path) -> None:
    days = {5: ANY_DAY, 4: None, 3: date(1969, 1, 1), 2: ANY_DAY}
    opened = an_index(
        tmp_path, *(a_row(n, "ferry stops", published_date=day) for n, day in days.items())
    )
    assert found(opened, "ferry") == [3, 2, 5, 4]
    assert [r.rank for r in Search(opened, "ferry", Filters()).best(2)[0]] == [1, 2]
    assert [int(r.article_id) for r in Search(opened, "ferry", Filters()).best(2)[0]] == [3, 2]


def test_filters_keep_days_languages_and_hosts_apart(tmp_path: Path) -> None:
    opened = an_index(
        tmp_path,
        a_row(1, "ferry", source="a.example"),
        a_row(2, "ferry", "de", published_date=date(2024, 5, 4)),
        a_row(3, "ferry", published_date=None),
    )
    assert found(opened, "ferry", since=ANY_DAY, until=ANY_DAY) == [1]
    assert found(opened, "ferry", since=date(2024, 5, 4)) == [2]
    assert found(opened, "ferry", languages=["de", "fr"]) == [2]
    assert found(opened, "ferry", sources=["a.example"]) == [1]
    assert Search(opened, "ferry", Filters(since=ANY_DAY)).undated_count() == 1


def test_hostile_texts_are_indexed_like_others(tmp_path: Path) -> None:
    opened = an_index(
        tmp_path,
        a_row(1, "nul \x00 and ' quote \" ferry"),
        a_row(2, "x" * 3_000_000 + " ferry"),
        a_row(3, "ferry \u200b\u200b中"),
    )
    assert set(found(opened, "ferry")) == {1, 2, 3}
    marked = Search(opened, "中", Filters()).snippets("text", 50).of("ferry \u200b\u200b中文")
    assert marked.marked("[", "]") == "ferry [中]文"


def test_marks_stand_on_the_words_behind_letters_of_several_bytes(troops: Opened) -> None:
    snippets = Search(troops, "troop iraq", Filters()).snippets("text", 200)
    snippet = snippets.of("Ärger in München: Troops leave\n\nIraq’s north")
    assert snippet.marked("[", "]") == "Ärger in München: [Troops] leave [Iraq]’s north"
    assert snippets.of("nothing here") == Snippet("nothing here")


# The index follows the corpus


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two copies of a story, and another one."""
    tmp_path = tmp_path_factory.mktemp("ingested")
    story = "\n\n".join(a_story(1))
    rows = [
        an_article(1, headline="Ferry stops", articleBody=story, url="https://a.example/1"),
        an_article(2, headline="Ferry stops", articleBody=story, url="https://b.example/2"),
        an_article(3, headline="Ferry sails", articleBody="\n\n".join(a_story(2))),
    ]
    write_files(tmp_path / "inbox", rows__jsonl="\n".join(rows))
    ingest(tmp_path / "w", tmp_path / "inbox")
    return tmp_path


@pytest.fixture
def corpus(tmp_path: Path, ingested: Path) -> Location:
    return copied(ingested, tmp_path)


def copied(source: Path, target: Path) -> Location:
    for name in ("w", "w.state"):
        shutil.copytree(source / name, target / name)
    return locate(str(target / "w"))


def ids(where: Location, words: str = "ferry") -> list[str]:
    return [hit.ranked.article_id for hit in search(where, words).hits]


def supersede(where: Location, article_id: str) -> None:
    row = SupersededRow(
        subject_table="articles", subject_id=article_id, subject_commit_id=None, reason="test"
    )
    Writer(where, "20240503T000000Z-test").commit({"superseded": to_arrow("superseded", [row])})


def test_what_is_ingested_later_is_found_and_what_is_superseded_is_not(corpus: Location) -> None:
    before = ids(corpus)
    later = an_article(4, headline="Ferry sinks", articleBody="\n\n".join(a_story(4)))
    write_files(corpus.path.parent / "later", one__json=later)
    ingest(corpus.path, corpus.path.parent / "later")
    assert len(before) == 3
    assert len(ids(corpus)) == 4

    supersede(corpus, before[0])
    assert before[0] not in ids(corpus)
    assert search(corpus, "ferry").article_count == 3


def test_hits_look_the_same_whatever_the_index_of_texts_holds(corpus: Location) -> None:
    hits = search(corpus, "ferry").hits
    texts = corpus.state / "stories.sqlite"
    with closing(sqlite3.connect(texts)) as link, link:
        link.execute("UPDATE content SET data = (SELECT max(data) FROM content)")  # of another
    assert search(corpus, "ferry").hits == hits
    texts.unlink()
    assert search(corpus, "ferry").hits == hits


def test_folding_shows_one_article_of_a_story(corpus: Location) -> None:
    answer = search(corpus, "ferry", is_folded=True)
    headlines = sorted(h.headline.text for h in answer.hits if h.headline)
    assert headlines == ["Ferry sails", "Ferry stops"]
    assert [h.ranked.rank for h in answer.hits] == [1, 2]
    assert answer.article_count == 3
    assert len(search(corpus, "ferry", is_folded=True, limit=1).hits) == 1


def test_hits_can_be_joined_in_sql(corpus: Location) -> None:
    hits = hits_table(corpus, "stops", 10)
    assert hits.schema.names == ["article_id", "score", "rank"]
    with duckdb.connect() as connection:
        connection.register("hits", hits)
        rows = connection.execute("SELECT rank, score > 0 FROM hits ORDER BY score DESC").fetchall()
    assert sorted(rows) == [(1, True), (2, True)]
    assert hits_table(corpus, "nowhere", 10).num_rows == 0


def delete_the_files(where: Location) -> None:
    shutil.rmtree(where.state / "search")


def delete_the_notes(where: Location) -> None:
    (where.state / "search.sqlite").unlink()


def cut_a_file(where: Location) -> None:
    path = next((where.state / "search").glob("*.idx"))
    path.write_bytes(path.read_bytes()[:50])


def spoil_the_list(where: Location) -> None:
    (where.state / "search" / "meta.json").write_text("{}")


def spoil_the_words(where: Location) -> None:
    path = next((where.state / "search").glob("*.term"))
    data = path.read_bytes()
    path.unlink()  # the old file may be mapped
    path.write_bytes(bytes(len(data) - 200) + data[-200:])


def change_the_layout(where: Location) -> None:
    with sqlite3.connect(where.state / "search.sqlite") as notes:
        notes.execute("UPDATE meta SET value = '0' WHERE name = 'layout'")


def name_another_warehouse(where: Location) -> None:
    with sqlite3.connect(where.state / "search.sqlite") as notes:
        notes.execute("UPDATE meta SET value = 'other' WHERE name = 'warehouse'")


@pytest.mark.parametrize(
    "damage",
    [
        delete_the_files,
        delete_the_notes,
        cut_a_file,
        spoil_the_list,
        spoil_the_words,
        change_the_layout,
        name_another_warehouse,
        discard,
    ],
)
def test_an_index_that_cannot_be_used_is_made_anew(corpus: Location, damage: Any) -> None:
    before = search(corpus, "ferry").hits
    damage(corpus)
    assert search(corpus, "ferry").hits == before


def test_work_that_was_not_noted_is_done_again_without_doubles(corpus: Location) -> None:
    before = ids(corpus)
    later = an_article(4, headline="Ferry sinks", articleBody="\n\n".join(a_story(4)))
    write_files(corpus.path.parent / "later", one__json=later)
    ingest(corpus.path, corpus.path.parent / "later")
    with sqlite3.connect(corpus.state / "search.sqlite") as notes:
        seen = notes.execute("SELECT name, value FROM meta").fetchall()
    assert len(ids(corpus)) == 4
    with sqlite3.connect(corpus.state / "search.sqlite") as notes:
        notes.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", seen)
    assert search(corpus, "ferry").article_count == 4
    assert set(before) < set(ids(corpus))


KILLED = """
import os, signal, sys
from tasks.search.searching import search
from warehouse.location import locate
search(locate(sys.argv[1]), "ferry", on_progress=lambda *_: os.kill(os.getpid(), signal.SIGKILL))
"""


def test_a_kill_in_the_middle_leaves_nothing_that_disturbs(corpus: Location) -> None:
    child = subprocess.run([sys.executable, "-c", KILLED, str(corpus)], check=False)
    assert child.returncode == -signal.SIGKILL
    assert len(ids(corpus)) == 3


def test_searches_at_once_make_one_index(corpus: Location) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: hits_table(corpus, "ferry", 9).to_pylist(), range(4)))
    assert answers == [answers[0]] * 4
    assert len(answers[0]) == 3


@contextmanager
def without_rights(where: Location) -> Iterator[None]:
    """As a user who may read the state folder but not write there."""
    where.state.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)
        where.state.chmod(0o755)


@pytest.fixture
def shared(ingested: Path) -> Iterator[Location]:
    """The corpus where every user may read it."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield copied(ingested, folder)
    shutil.rmtree(folder)


def test_a_reader_without_rights_is_told_how_old_the_index_is(shared: Location) -> None:
    with without_rights(shared), pytest.raises(TryAgain, match="cannot be written"):
        search(shared, "ferry")
    assert search(shared, "ferry").behind == 0
    supersede(shared, "0" * 32)
    with without_rights(shared):
        answer = search(shared, "ferry")
    assert (answer.behind, answer.article_count) == (1, 3)
    assert answer.made_at is not None


def test_no_warehouse_is_said_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(BadWarehouse, match="no copydesk warehouse"):
        search(locate(str(tmp_path / "none")), "ferry")
    assert list(tmp_path.iterdir()) == []


# The command


def run(where: Location, *arguments: str) -> Result:
    return CliRunner().invoke(
        command, [*arguments, "-w", str(where)], catch_exceptions=False, standalone_mode=False
    )


def test_a_list_marks_words_with_stars_where_there_is_no_terminal(corpus: Location) -> None:
    result = run(corpus, "ferry", "stops")
    assert "*Ferry* *stops*" in result.stdout
    assert "\x1b" not in result.stdout
    assert "2 articles shown of 2 articles" in result.stderr


def test_json_and_csv_have_a_row_a_hit(corpus: Location) -> None:
    rows = json.loads(run(corpus, "ferry", "--format", "json").stdout)
    assert [row["rank"] for row in rows] == [1, 2, 3]
    assert {row["published_date"] for row in rows} == {"2024-05-03"}
    lines = run(corpus, "ferry", "--format", "csv", "-n", "1").stdout.splitlines()
    assert lines[0].startswith("rank,score,article_id,")
    assert len(lines) == 2


def test_a_search_changes_nothing_in_the_warehouse(corpus: Location) -> None:
    before = ask(corpus, "SELECT max(sequence) FROM commits")
    files = sorted(path for path in corpus.path.rglob("*") if path.suffix != ".duckdb")
    run(corpus, "ferry")
    assert ask(corpus, "SELECT max(sequence) FROM commits") == before
    assert sorted(path for path in corpus.path.rglob("*") if path.suffix != ".duckdb") == files
