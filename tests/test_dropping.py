"""Articles that are removed, and runs that are rolled back: nothing else is lost, nothing stays."""

from __future__ import annotations

import hashlib
import random
import shutil
import signal
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from flows.cli import main
from tasks.batch import Limits
from tasks.decisions import undo_link
from tasks.dropping.asked import Removal, rollback_of
from tasks.dropping.job import Dropped, drop
from tasks.upkeep import maintain
from tests.asking import annotate
from tests.children import Child
from tests.drop_child import main as drop_main
from tests.making import a_story, an_article, ask, edited, ingest, outcomes, write
from warehouse.catalog import open_catalog
from warehouse.checks import failed_checks
from warehouse.errors import BadSetting
from warehouse.location import locate
from warehouse.verify import verify

# Of tests.drop_child.POINTS, all of which python -m tests.bench.kills tries.
TRIED = (
    ("appended", 2),
    ("hidden", 1),
    ("index rewritten", 1),
    ("replaced", 3),
    ("taken out", 1),
)
NO_WAIT = Limits(settle_seconds=0.0)
NO_RAW = replace(NO_WAIT, raw_bytes=0)


def story(seed: int, share: float = 0.0, **fields: Any) -> str:
    """A long article; with a share of its words changed it is a near copy."""
    paragraphs = edited(a_story(seed), share, seed=int(share * 100)) if share else a_story(seed)
    return an_article(seed, articleBody="\n\n".join(paragraphs), **fields)


def ids(where: Path, condition: str = "true") -> list[str]:
    return [row[0] for row in ask(where, f"SELECT article_id FROM articles WHERE {condition}")]


def remove(where: Path, *articles: str, **more: Any) -> Dropped:
    return drop(locate(str(where)), Removal(articles=articles, **more))


def roll_back(where: Path, run_id: str) -> Dropped:
    return drop(locate(str(where)), rollback_of(locate(str(where)), run_id))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def partition(rows: list[tuple[str, str]]) -> set[frozenset[str]]:
    found = defaultdict(set)
    for member, group in rows:
        found[group].add(member)
    return {frozenset(members) for members in found.values()}


def shown(where: Path) -> dict[str, Any]:
    """What readers see, without what hangs on the order of runs: ids of runs, who stands first."""
    pairs = ask(
        where,
        "SELECT DISTINCT least(article_a, article_b), greatest(article_a, article_b), "
        "CASE WHEN relation IN ('contains', 'contained_in') THEN 'contains' ELSE relation END "
        "FROM links WHERE relation NOT IN ('exact', 'indirect')",
    )
    return {
        "articles": sorted(ask(where, "SELECT article_id, text, canonical_url FROM articles")),
        "places": sorted(
            ask(where, "SELECT path, record, sha256, article_id FROM files ORDER BY ALL")
        ),
        "groups": partition(ask(where, "SELECT article_id, group_id FROM group_members")),
        "pairs": sorted(pairs),
        "stars": partition(
            ask(
                where,
                "SELECT article_a, article_b FROM links WHERE relation = 'exact' UNION "
                "SELECT article_b, article_b FROM links WHERE relation = 'exact'",
            )
        ),
        "bytes": sorted(ask(where, "SELECT DISTINCT sha256 FROM raw")),
        "paragraphs": ask(where, "SELECT count(*) FROM paragraphs"),
        "fields": ask(where, "SELECT count(*) FROM fields"),
    }


def require_sound(where: Path) -> None:
    location = locate(str(where))
    assert verify(location) == []
    with open_catalog(location) as connection:
        assert failed_checks(connection, None) == []
    assert ask(where, "SELECT count(*) - count(DISTINCT sha256) FROM raw") == [(0,)]


def stored(folder: Path) -> str:
    """Every text, byte and name in every Parquet file below a folder."""
    found: list[str] = []
    for path in folder.rglob("*.parquet"):
        if "_delta_log" not in path.parts:
            for column in pq.read_table(path).columns:
                kind = column.type
                if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
                    found += [
                        bytes(each or b"").decode("utf-8", "replace") for each in column.to_pylist()
                    ]
                else:
                    found.append(str(column.to_pylist()))
    return "\n".join(found)


def some_stories(chance: random.Random) -> dict[str, str]:
    """Documents among which are copies of every kind, in this folder and in others."""
    made = {}
    for number in range(6):
        seed, share = chance.randrange(4), chance.choice([0.0, 0.0, 0.05])
        url = chance.choice(["", "", f"https://{chance.choice('ab')}.org/{seed}"])
        author = chance.choice(["", "Ann Lee"])  # other bytes, the same article
        made[f"n{number}__json"] = story(seed, share, url=url, author=author)
    return made


def test_after_a_rollback_the_corpus_is_as_if_the_run_had_never_been(
    tmp_path: Path,
) -> None:
    chance, which = random.Random(1), 0
    folders = [write(tmp_path / name, **some_stories(chance)) for name in ("first", "second")]
    where, other = tmp_path / "corpus", tmp_path / "other"
    runs = [ingest(where, folder).row.run_id for folder in folders]
    dropped = roll_back(where, runs[which])
    ingest(other, folders[1 - which])
    assert shown(where) == shown(other)
    require_sound(where)
    assert dropped.plan.article_count > 0
    again = ingest(where, *folders).row  # what was forgotten is read as new
    assert again.known_count == again.found_count // 2
    require_sound(where)


def test_a_copy_of_another_run_takes_the_place_of_what_went(tmp_path: Path) -> None:
    where = tmp_path / "corpus"
    first = ingest(where, write(tmp_path / "a", one__json=story(1))).row.run_id
    copies = {"same__json": story(1), "other__json": story(1, author="Ann Lee")}
    ingest(where, write(tmp_path / "b", **copies))
    before = ids(where)
    assert outcomes(where) == {"article": 1, "same_bytes": 1, "same_text": 1}
    shutil.rmtree(tmp_path / "b")  # the bytes are kept
    done = roll_back(where, first)
    assert (done.promoted, ids(where)) == (2, before)
    assert outcomes(where) == {"article": 1, "same_text": 1}
    require_sound(where)


def test_a_copy_whose_bytes_are_not_kept_waits_for_the_next_ingest(tmp_path: Path) -> None:
    where = tmp_path / "corpus"
    first = ingest(where, write(tmp_path / "a", one__json=story(1)), limits=NO_RAW).row.run_id
    copies = write(tmp_path / "b", other__json=story(1, author="Ann Lee"))
    ingest(where, copies, limits=NO_RAW)
    before = ids(where)
    assert roll_back(where, first).plan.lost_copies == 1
    assert (ids(where), outcomes(where)) == ([], {"left": 1})
    assert ingest(where, copies).row.article_count == 1
    assert ids(where) == before
    require_sound(where)


def test_what_stood_at_a_path_before_stands_there_again(tmp_path: Path) -> None:
    where, folder = tmp_path / "corpus", write(tmp_path / "in", a__json=story(1))
    ingest(where, folder)
    before = shown(where)
    second = ingest(where, write(folder, a__json=story(1, 0.05))).row.run_id
    assert ask(where, "SELECT relation FROM links WHERE relation = 'revision'")
    roll_back(where, second)
    assert shown(where) == before
    assert ingest(where, folder).row.article_count == 1  # the file has still the new bytes
    require_sound(where)


def test_nothing_of_a_removed_article_is_left_on_the_disk(tmp_path: Path) -> None:
    where = tmp_path / "corpus"
    secret = story(1, author="Zephyrine Quux", headline="Zephyrine Quux won")
    folder = write(tmp_path / "in", a__json=secret, b__json=story(1, 0.05), c__json=story(2))
    run = ingest(where, folder).row.run_id
    (article,) = ids(where, "headline LIKE 'Zephyrine%'")
    words = [
        {"article_id": article, "kind": "person", "surface": "Zephyrine Quux", "field": "headline"}
    ]
    annotate(where, mentions=words)
    location = locate(str(where))
    assert "Zephyrine" in stored(where)
    remove(where, article, reason="asked for it", by="ann")
    for table in ("articles", "mentions", "fields", "raw", "links"):
        assert "Zephyrine" not in str(ask(where, f"SELECT * FROM {table}"))
    require_sound(where)
    maintain(location, retention=timedelta(0))
    assert "Zephyrine" not in stored(where)
    assert "Zephyrine" not in stored(location.state)
    with pytest.raises(BadSetting, match="as it was since"), open_catalog(location, run):
        pass
    (stone,) = ask(where, "SELECT reason, removed_by FROM tombstones WHERE kind = 'article'")
    assert stone == ("asked for it", "ann")
    require_sound(where)


def test_a_removed_article_does_not_come_back(tmp_path: Path) -> None:
    where, folder = tmp_path / "corpus", write(tmp_path / "in", a__json=story(1), b__json=story(2))
    ingest(where, folder)
    (article,) = ids(where, "headline LIKE 'News 1 %'")
    remove(where, article)
    others = write(tmp_path / "others", a__json=story(1), c__json=story(1, author="Ann Lee"))
    row = ingest(where, folder, others, rehash=True).row
    assert (row.known_count, row.rejected_count, row.article_count) == (2, 2, 0)
    reasons = ask(where, "SELECT DISTINCT reason FROM files WHERE outcome = 'rejected'")
    assert reasons == [("exact.removed",)]
    assert "News 1 " not in stored(where / "raw") or maintain(
        locate(str(where)), retention=timedelta(0)
    )
    assert len(ids(where)) == 1
    require_sound(where)


def test_the_same_words_from_elsewhere_stay_unless_copies_are_meant(tmp_path: Path) -> None:
    where = tmp_path / "corpus"
    pages = {f"{name}__json": story(1, url=f"https://{name}.org/1") for name in "abc"}
    falling = replace(NO_WAIT, batch_documents=1)  # so that several are the centre for a while
    ingest(where, write(tmp_path / "in", **pages), chunk_documents=1, limits=falling)
    centre = ask(where, "SELECT DISTINCT article_b FROM links WHERE relation = 'exact'")[0][0]
    remove(where, centre)
    rest = sorted(ids(where))
    assert len(rest) == 2
    links = ask(where, "SELECT article_a, article_b FROM links WHERE relation = 'exact'")
    assert links == [(rest[1], rest[0])]  # one of them is the centre now
    require_sound(where)
    remove(where, rest[0], with_copies=True)
    assert ids(where) == []
    later = write(tmp_path / "later", d__json=story(1, url="https://d.org/1"))
    assert ingest(where, later).row.rejected_count == 1
    require_sound(where)


def test_a_pattern_also_keeps_out_what_is_to_come(tmp_path: Path) -> None:
    where = tmp_path / "corpus"
    pages = {
        "a__json": story(1, url="https://e.org/people/1?x=1"),
        "b__json": story(2, url="https://e.org/news/2"),
    }
    ingest(where, write(tmp_path / "in", **pages))
    remove(where, url="https://e.org/people/*")
    assert ask(where, "SELECT url FROM articles") == [("https://e.org/news/2",)]
    later = {
        "c__json": story(3, url="https://e.org/people/3"),
        "d__json": story(4, url="https://e.orgs/people/3"),
    }
    row = ingest(where, write(tmp_path / "later", **later)).row
    assert (row.rejected_count, row.article_count) == (1, 1)
    require_sound(where)


def test_what_a_person_set_apart_stays_apart_when_a_third_goes(tmp_path: Path) -> None:
    where = tmp_path / "corpus"
    texts = {"a__json": story(1), "b__json": story(1, 0.04), "c__json": story(1, 0.06)}
    for name, text in texts.items():
        ingest(where, write(tmp_path / name, **{name: text}))
    named = {path[-6:-5]: each for path, each in ask(where, "SELECT path, article_id FROM files")}
    location = locate(str(where))
    assert len(partition(ask(where, "SELECT article_id, group_id FROM group_members"))) == 1
    undo_link(location, named["b"], named["c"])
    remove(where, named["a"])
    groups = partition(ask(where, "SELECT article_id, group_id FROM group_members"))
    assert groups == {frozenset({named["b"]}), frozenset({named["c"]})}
    require_sound(where)


def test_a_run_of_enrich_is_taken_back_and_due_again(tmp_path: Path) -> None:
    where = tmp_path / "corpus"
    ingest(where, write(tmp_path / "in", a__json=story(1), b__json=story(2)))
    location = locate(str(where))
    enrich = ["enrich", "--only", "keywords", "--no-prefect", "-q", "-w", str(where)]
    assert CliRunner().invoke(main, enrich).exit_code == 0
    (run,) = ask(where, "SELECT DISTINCT run_id FROM keywords")[0]
    roll_back(where, run)
    assert ask(where, "SELECT count(*) FROM keywords") == [(0,)]
    assert ask(where, "SELECT sum(article_count) FROM term_counts") in ([(None,)], [(0,)])
    assert CliRunner().invoke(main, enrich).exit_code == 0
    assert ask(where, "SELECT count(DISTINCT article_id) FROM keywords") == [(2,)]
    require_sound(where)
    assert maintain(location, rebuild=True).problems == []
    (last,) = ask(where, "SELECT arg_max(run_id, sequence) FROM commits")[0]
    with pytest.raises(BadSetting, match="maintain"):
        rollback_of(location, last)


def test_the_commands_show_first_and_write_nothing_unasked(tmp_path: Path) -> None:
    where = tmp_path / "corpus"
    run = ingest(where, write(tmp_path / "in", a__json=story(1))).row.run_id
    before = ask(where, "SELECT max(sequence) FROM commits")
    (article,) = ids(where)
    for command in (["remove", article[:8]], ["rollback", run]):
        shown_first = CliRunner().invoke(main, [*command, "--dry-run", "-w", str(where)])
        assert shown_first.exit_code == 0
        assert "News 1 from the district" in shown_first.output
        assert CliRunner().invoke(main, [*command, "-w", str(where)]).exit_code != 0
    assert ask(where, "SELECT max(sequence) FROM commits") == before
    done = CliRunner().invoke(main, ["remove", article, "--yes", "-w", str(where)])
    assert done.exit_code == 0
    assert ids(where) == []
    for command in (
        ["remove"],
        ["remove", "nothing"],
        ["rollback", "nix"],
        ["remove", "--where", "x y"],
    ):
        failed = CliRunner().invoke(main, [*command, "-w", str(where)])
        assert failed.exit_code == 2, command
        assert len(failed.output.splitlines()) == 1, command


def test_a_run_that_corrected_itself_goes_whole(tmp_path: Path) -> None:
    """Its better documents came later: the rows that they replaced are not what stood before."""
    where, folder = tmp_path / "corpus", tmp_path / "in"
    texts = sorted((story(1, author=f"Ann {n}") for n in range(3)), key=sha256, reverse=True)
    write(folder, **{f"a{number}__json": text for number, text in enumerate(texts)})
    one_each = replace(NO_WAIT, batch_documents=1)
    run = ingest(where, folder, chunk_documents=1, limits=one_each).row.run_id
    assert ask(where, "SELECT count(*) FROM superseded WHERE subject_table = 'articles'") == [(2,)]
    assert roll_back(where, run).promoted == 0
    assert (ids(where), outcomes(where)) == ([], {})
    require_sound(where)
    assert ingest(where, folder).row.article_count == 1
    remove(where, *ids(where))
    maintain(locate(str(where)), retention=timedelta(0))
    assert "district" not in stored(where)
    require_sound(where)


def test_two_runs_are_taken_back_one_after_the_other(tmp_path: Path) -> None:
    """What the first rollback put back or promoted belongs to the run that brought it."""
    where, folder = tmp_path / "corpus", write(tmp_path / "in", a__json=story(1), b__json=story(2))
    runs = [ingest(where, folder).row.run_id]
    write(folder, a__json=story(1, 0.05), c__json=story(2, author="Ann Lee"))
    runs.append(ingest(where, folder).row.run_id)
    for run in runs:
        roll_back(where, run)
    assert (ids(where), outcomes(where)) == ([], {})
    require_sound(where)


def test_records_of_a_file_that_grew_are_read_again(tmp_path: Path) -> None:
    where, folder = tmp_path / "corpus", tmp_path / "in"
    lines = [story(number) for number in range(3)]
    first = ingest(where, write(folder, a__jsonl="\n".join(lines[:2]))).row.run_id
    ingest(where, write(folder, a__jsonl="\n".join(lines)))
    roll_back(where, first)
    assert len(ids(where)) == 1
    assert ingest(where, folder).row.article_count == 2
    require_sound(where)


def test_killed_again_and_again_a_rollback_is_finished(tmp_path: Path) -> None:
    """After every kill, and work of others, the files are whole; the end is that of one call."""
    first = {"a__json": story(1), "b__json": story(2), "c__json": story(3, url="https://a.org/3")}
    second = {
        "d__json": story(1, author="Ann Lee"),
        "e__json": story(2, 0.05),
        "f__json": story(3, url="https://b.org/3"),
    }
    later = write(tmp_path / "later", g__json=story(4))
    where, undisturbed = tmp_path / "corpus", tmp_path / "undisturbed"
    run = ingest(where, write(tmp_path / "first", **first)).row.run_id
    ingest(where, write(tmp_path / "second", **second))
    before = ids(where)
    shutil.copytree(where, undisturbed)
    roll_back(undisturbed, run)
    ingest(undisturbed, later)
    for number, (point, count) in enumerate(TRIED):
        child = Child(tmp_path / f"said-{number}", drop_main, str(where), run, point, str(count))
        assert child.wait() == -signal.SIGKILL, point
        assert verify(locate(str(where))) == [], point
        is_hidden = set(before) - set(ids(where)) != set()
        assert is_hidden == (point == "hidden" or number > TRIED.index(("hidden", 1))), point
        if point == "hidden":
            ingest(where, later)
    maintain(locate(str(where)))
    assert shown(where) == shown(undisturbed)
    require_sound(where)
