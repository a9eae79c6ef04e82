"""Groups, links and the index, through whole ingests of small corpora."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from tasks import run
from tasks.batch import Limits
from tasks.decisions import undo_link
from tasks.dedup.matched import Matched
from tasks.upkeep import maintain
from tests.making import a_story, ask, edited, ingest
from warehouse import shingle_upkeep
from warehouse.location import locate
from warehouse.shingle_index import ShingleIndex


def a_line(name: str, paragraphs: list[str], **fields: Any) -> str:
    article = {
        "headline": f"Headline {name}",
        "url": f"https://{name}.example/{name}",
        "datePublished": "2024-05-03T10:00:00Z",
        "articleBody": "\n\n".join(paragraphs),
        **fields,
    }
    return json.dumps({key: value for key, value in article.items() if value is not None})


def a_corpus(seed: int = 7) -> list[str]:
    """Stories with copies, edited copies, excerpts, chains, exact copies and undated articles."""
    lines = []
    for number in range(8):
        story = a_story(1000 * seed + number)
        day = f"2024-05-{number + 1:02d}T08:00:00Z"
        lines.append(a_line(f"first{number}", story, datePublished=day))
        lines.append(a_line(f"exact{number}", story, datePublished=None))
        lines.append(a_line(f"edit{number}", edited(story, 0.05), datePublished=None))
        lines.append(a_line(f"lead{number}", [*a_story(5000 + number, 2), *story[2:]]))
        lines.append(a_line(f"part{number}", story[:4]))
        chained = edited(edited(story, 0.03, 1), 0.03, 2)
        lines.append(a_line(f"chain{number}", chained, datePublished="2023-01-01T00:00:00Z"))
    return lines


def partition(warehouse: Path) -> dict[str, tuple[Any, ...]]:
    """Each article's URL, its story's canonical URL, and the edge between both."""
    rows = ask(
        warehouse,
        "SELECT a.canonical_url, c.canonical_url, m.relation, m.jaccard, m.containment "
        "FROM group_members m JOIN articles a USING (article_id) "
        "JOIN articles c ON c.article_id = m.canonical_article_id",
    )
    return {row[0]: row[1:] for row in rows}


def ingest_lines(folder: Path, portions: list[list[str]]) -> Path:
    """One run for each portion."""
    warehouse = folder / "warehouse"
    for number, lines in enumerate(portions):
        source = folder / f"part-{number}.jsonl"
        source.write_text("\n".join(lines))
        ingest(warehouse, source, chunk_documents=25)
    return warehouse


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ingest_lines(tmp_path_factory.mktemp("once"), [a_corpus()])


def test_copies_are_one_story_and_excerpts_are_linked_to_it(at_once: Path) -> None:
    found = partition(at_once)
    for number in range(8):
        canonical = f"https://chain{number}.example/chain{number}"  # the earliest of them
        for kind in ("first", "exact", "edit", "lead", "chain"):
            assert found[f"https://{kind}{number}.example/{kind}{number}"][0] == canonical
        part = f"https://part{number}.example/part{number}"
        assert found[part][0] == part


def test_every_member_has_an_edge_to_its_canonical_article(at_once: Path) -> None:
    rows = ask(at_once, "SELECT * FROM group_members WHERE NOT is_canonical AND relation IS NULL")
    assert rows == []


def test_any_order_gives_the_same_stories(at_once: Path, tmp_path: Path) -> None:
    lines = a_corpus()
    random.Random(1).shuffle(lines)
    portions = [lines[start : start + 24] for start in range(0, len(lines), 24)]
    assert partition(ingest_lines(tmp_path, portions)) == partition(at_once)


def test_a_bridge_makes_one_group_an_alias_of_the_other(tmp_path: Path) -> None:
    story = a_story(1, 12)
    left, right = [*story[:8], *a_story(2, 4)], [*a_story(3, 4), *story[4:]]
    warehouse = ingest_lines(tmp_path, [[a_line("a", left), a_line("b", right)]])
    assert ask(warehouse, "SELECT count(*) FROM stories") == [(2,)]
    before = ask(warehouse, "SELECT article_id, group_id FROM groups ORDER BY ALL")
    ingest_lines(tmp_path, [[a_line("a", left), a_line("b", right)], [a_line("c", story)]])
    assert ask(warehouse, "SELECT article_count, len(aliases) FROM stories") == [(3, 1)]
    after = ask(warehouse, "SELECT article_id, group_id FROM groups ORDER BY ALL")
    assert set(before) < set(after)


def test_bulletins_with_other_figures_stay_apart(tmp_path: Path) -> None:
    forms = [f"{text} It cost {{}} pounds." for text in a_story(11)]
    lines = [
        a_line(f"b{n}", [form.format(10_000 * (n + 1) + k) for k, form in enumerate(forms)])
        for n in range(3)
    ]
    warehouse = ingest_lines(tmp_path, [lines])
    assert ask(warehouse, "SELECT count(*) FROM stories") == [(3,)]
    links = ask(warehouse, "SELECT relation, is_same_item, differs[1] FROM links")
    assert set(links) == {("near", False, "figures")}


def test_a_later_text_of_the_same_url_is_a_revision(tmp_path: Path) -> None:
    story = a_story(4)
    url = "https://one.example/story"
    later = "2024-05-03T12:00:00Z"
    lines = [
        a_line("a", story, url=url),
        a_line("b", edited(story, 0.06), url=url, datePublished=later),
    ]
    warehouse = ingest_lines(tmp_path, [lines[:1], lines[1:]])
    query = (
        "SELECT a.published_at > b.published_at FROM links "
        "JOIN articles a ON a.article_id = article_a "
        "JOIN articles b ON b.article_id = article_b WHERE relation = 'revision'"
    )
    assert ask(warehouse, query) == [(True,)]


def test_an_agency_copy_elsewhere_is_syndicated_with_its_lag(tmp_path: Path) -> None:
    story = ["LONDON (Reuters) - " + a_story(5)[0], *a_story(5)[1:]]
    lines = [
        a_line("a", story),
        a_line("b", story, datePublished="2024-05-03T11:30:00Z"),
        a_line("c", [*story[:-1], a_story(6)[0]], datePublished="2024-05-03T13:00:00Z"),
    ]
    warehouse = ingest_lines(tmp_path, [lines])
    query = "SELECT agency, lag_seconds FROM links WHERE relation = 'syndicated' ORDER BY ALL"
    assert ask(warehouse, query) == [("Reuters", 5400.0), ("Reuters", 10800.0)]


def test_ten_copies_cost_one_posting_list(tmp_path: Path) -> None:
    story = a_story(8)
    lines = [a_line(f"c{n}", edited(story, 0.01, n)) for n in range(10)]
    warehouse = ingest_lines(tmp_path, [lines])
    total, leader = ask(
        warehouse,
        "SELECT count(*), count(*) FILTER (article_number = (SELECT article_number FROM groups "
        "WHERE joined_by = 'leader')) FROM shingles",
    )[0]
    assert total < 2 * leader


def test_undone_links_stay_undone(tmp_path: Path) -> None:
    story = a_story(9)
    lines = [a_line("a", story), a_line("b", edited(story, 0.05)), a_line("c", edited(story, 0.06))]
    warehouse = ingest_lines(tmp_path, [lines])
    assert ask(warehouse, "SELECT count(*) FROM stories") == [(1,)]
    ids = dict(ask(warehouse, "SELECT headline, article_id FROM articles"))

    undo_link(locate(str(warehouse)), ids["Headline a"], ids["Headline b"], reason="two events")
    assert ask(warehouse, "SELECT count(*) FROM stories") == [(2,)]
    assert ask(warehouse, "SELECT decision, reason FROM decisions") == [("apart", "two events")]
    ingest_lines(tmp_path, [lines, [a_line("d", edited(story, 0.02))]])
    pair = (ids["Headline a"], ids["Headline b"])
    groups = dict(ask(warehouse, "SELECT article_id, group_id FROM group_members"))
    assert groups[pair[0]] != groups[pair[1]]
    links = ask(warehouse, "SELECT article_a, article_b FROM links")
    assert pair not in links
    assert pair[::-1] not in links


def test_a_rebuilt_index_finds_what_the_old_one_did(tmp_path: Path) -> None:
    story = a_story(10)
    warehouse = ingest_lines(tmp_path, [[a_line("a", story), a_line("b", edited(story, 0.03))]])
    query = "SELECT hash, article_number, published_month, script FROM shingles ORDER BY ALL"
    before = ask(warehouse, query)
    maintain(locate(str(warehouse)), rebuild=True)
    assert ask(warehouse, query) == before
    ingest_lines(tmp_path, [[], [a_line("c", edited(story, 0.05, 3))]])
    assert ask(warehouse, "SELECT article_count FROM stories") == [(3,)]


def test_a_long_run_keeps_the_index_in_few_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And copies are found across the compaction."""
    monkeypatch.setattr(shingle_upkeep, "MOST_FILES", 3)
    monkeypatch.setattr(run, "COMPACT_EVERY", 4)
    lines = [a_line(f"a{n}", a_story(100 + n)) for n in range(10)]
    lines += [a_line(f"b{n}", edited(a_story(100 + n), 0.03)) for n in range(10)]
    (tmp_path / "in.jsonl").write_text("\n".join(lines))
    limits = Limits(settle_seconds=0.0, batch_documents=2)
    ingest(tmp_path / "w", tmp_path / "in.jsonl", limits=limits, chunk_documents=2)
    assert len(ShingleIndex(locate(str(tmp_path / "w"))).files) <= 4
    assert ask(tmp_path / "w", "SELECT count(*), min(article_count) FROM stories") == [(10, 2)]


def test_new_bytes_at_a_path_with_the_same_url_are_one_revision(tmp_path: Path) -> None:
    """Whatever their ids are: the path tells which is the later."""
    for seed in range(4):
        story, url = a_story(20 + seed), "https://one.example/story"
        source, warehouse = tmp_path / f"{seed}.json", tmp_path / f"w{seed}"
        source.write_text(a_line("a", story, url=url))
        ingest(warehouse, source)
        source.write_text(a_line("b", edited(story, 0.03), url=url))
        ingest(warehouse, source)
        query = (
            "SELECT a.headline FROM links JOIN articles a ON a.article_id = article_a "
            "WHERE relation = 'revision'"
        )
        assert ask(warehouse, query) == [("Headline b",)]


def test_one_long_paragraph_in_common_makes_no_story(tmp_path: Path) -> None:
    """Before it is known as boilerplate as well as after."""
    legal = " ".join(a_story(30, 8))
    url = "https://one.example/{}"
    lines = [a_line(f"n{n}", [*a_story(40 + n, 3), legal], url=url.format(n)) for n in range(8)]
    warehouse = ingest_lines(tmp_path, [lines[:3], lines[3:6], lines[6:]])
    assert ask(warehouse, "SELECT count(*) FROM stories") == [(8,)]


def test_an_update_that_others_join_to_its_story_is_a_revision(tmp_path: Path) -> None:
    story = a_story(50)
    fields = {"url": None, "publisher": "Kestrel Wire"}
    lines = [
        a_line("a", story, **fields),
        a_line("b", edited(story, 0.01), **fields),
        a_line("c", edited(story, 0.02), **fields, headline="UPDATE 1-Headline"),
    ]
    warehouse = ingest_lines(tmp_path, [lines])
    query = (
        "SELECT count(*) > 0 FROM links WHERE relation = 'revision' AND reason LIKE '%UPDATE 1%'"
    )
    assert ask(warehouse, query) == [(True,)]


def test_articles_of_an_older_copydesk_are_matched_by_maintain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were committed without a row in groups."""
    story = a_story(60)
    with monkeypatch.context() as older:
        older.setattr(run, "match_tables", lambda tables, *_: (dict(tables), Matched()))
        ingest_lines(tmp_path, [[a_line("a", story), a_line("b", edited(story, 0.03))]])
    ingest_lines(tmp_path, [[], [a_line("c", edited(story, 0.02))]])
    assert ask(tmp_path / "warehouse", "SELECT article_count FROM stories") == [(1,)]
    assert maintain(locate(str(tmp_path / "warehouse"))).matched == 2
    assert ask(tmp_path / "warehouse", "SELECT article_count FROM stories") == [(3,)]


def test_a_lost_index_of_texts_is_made_again(tmp_path: Path) -> None:
    """From the tables alone, and the next copies are found as before."""
    story = a_story(70)
    warehouse = ingest_lines(tmp_path, [[a_line("a", story), a_line("b", edited(story, 0.03))]])
    shutil.rmtree(f"{warehouse}.state")
    ingest_lines(tmp_path, [[], [a_line("c", edited(story, 0.02)), a_line("d", story)]])
    assert ask(warehouse, "SELECT article_count, text_count FROM stories") == [(4, 3)]
