"""`copydesk explain A B`: why two articles are copies, or are not, and both side by side."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from flows.cli import main
from flows.side_by_side import (
    Paragraph,
    Row,
    Side,
    coloured,
    folded,
    pair_up,
    places_of,
    plain_lines,
)
from tasks.dedup.compare import SharedSpan
from tests.making import an_article, ask, ingest, sentences, write
from warehouse import store
from warehouse.duplicates import DecisionRow
from warehouse.location import locate
from warehouse.schema import to_arrow

STORY = sentences(1, 8)
BULLETIN = [
    f"In hall {k} of the port the cranes moved {{a}} tonnes of grain on {{day}}, and the harbour "
    "master said that the ships which had waited at the pier for their papers since the storm of "
    f"last winter would leave the {k} basin one after the other once the pilots were back."
    for k in ("red", "blue", "green", "yellow")
]
DAYS = (
    {"day": "Monday", "a": "4,310"},
    {"day": "Friday", "a": "5,987"},
)


def body(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A story, an edited copy, one that is a part of it, two bulletins."""
    folder = tmp_path_factory.mktemp("pair")
    edited = [*STORY[:4], STORY[4].replace("reported", "said"), *STORY[5:]]
    texts = {
        "story": body(*STORY),
        "copy": body(*edited),
        "part": body(*STORY[:3]),
        "monday": body(*BULLETIN).format(**DAYS[0]),
        "friday": body(*BULLETIN).format(**DAYS[1]),
    }
    files = {
        f"{name}__json": an_article(1, headline=name.title(), articleBody=text)
        for name, text in texts.items()
    }
    files["bad__json"] = "{}"
    files["two__jsonl"] = "\n".join(an_article(number) for number in (70, 71))
    ingest(folder / "corpus", write(folder / "in", **files))
    return folder / "corpus"


def explain(corpus: Path, *arguments: object) -> Result:
    """Run the command; names of files stand for their paths."""
    named = [str(item) if "." not in str(item) else str(corpus.parent / "in" / str(item))
             for item in arguments]  # fmt: skip
    return CliRunner().invoke(main, ["explain", *named, "-w", str(corpus)])


def explained(corpus: Path, a: str, b: str) -> dict[str, str]:
    """The lines "name  what there is to say"; of two with one name the first."""
    result = explain(corpus, f"{a}.json", f"{b}.json")
    assert result.exit_code == 0, result.output
    pairs = [line.strip().partition("  ") for line in result.output.splitlines()]
    return {name: rest.strip() for name, _, rest in reversed(pairs)}


def test_a_copy_is_told_with_relation_scores_and_hashes(corpus: Path) -> None:
    """What is stored, and what comparing them says."""
    told = explained(corpus, "copy", "story")

    assert (told["linked"], told["one group"], told["same item"]) == ("near", "yes", "yes")
    assert "of A's 5-grams are in B" in told["shared"]
    assert int(told["hashes"].split()[-3]) >= 2


def test_a_part_is_contained_in_the_whole_from_either_side(corpus: Path) -> None:
    """Linked, but in no group with it."""
    part, whole = explained(corpus, "part", "story"), explained(corpus, "story", "part")

    assert (part["linked"], whole["linked"]) == ("contained_in", "contains")
    assert (part["one group"], whole["one group"]) == ("no", "no")


def test_bulletins_are_near_and_the_figures_say_why_they_are_apart(corpus: Path) -> None:
    """The figures are marked in both texts."""
    told = explained(corpus, "monday", "friday")
    output = explain(corpus, "monday.json", "friday.json").output

    assert (told["linked"], told["one group"], told["same item"]) == ("near", "no", "no")
    assert "{-4,310-}" in output
    assert "{-5,987-}" in output


def test_unlike_articles_are_told_why_they_are_not_linked(corpus: Path) -> None:
    """They were never candidates."""
    told = explained(corpus, "story", "monday")

    assert told["not linked"] == "0 hashes in common, 2 make them candidates"
    assert told["relation"].startswith("none")


def test_paths_and_starts_of_ids_name_articles(corpus: Path) -> None:
    """In any mixture."""
    query = "SELECT article_id FROM articles WHERE headline = 'Copy'"
    ((article,),) = ask(corpus, query)

    by_id = explain(corpus, article[:12], "story.json").output
    assert by_id == explain(corpus, "copy.json", "story.json").output


def test_two_names_of_one_article_say_so(corpus: Path) -> None:
    """With the documents it came from."""
    result = explain(corpus, "story.json", "story.json")

    assert (result.exit_code, "Both are one article" in result.output) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("story.json", "nothing.json"), "no such file"),
        (("story.json", "0123456789ab"), "no article with an id"),
        (("bad.json", "story.json"), "gave no article"),
        (("two.jsonl", "story.json"), "holds 2 articles; give the id"),
        (("story.json", "copy.json", "--record", "1"), "--record is for one file"),
        (("story.json", "--full"), "--full for two articles"),
    ],
)
def test_what_names_no_article_is_one_line_and_exit_code_2(
    corpus: Path, arguments: tuple[str, ...], message: str
) -> None:
    """As of every other command."""
    result = explain(corpus, *arguments)

    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert message in result.output


def test_a_decision_of_a_person_is_told(tmp_path: Path) -> None:
    """By whom, when and why."""
    files = {"a__json": an_article(1), "b__json": an_article(2, articleBody=body(*BULLETIN))}
    ingest(tmp_path / "corpus", write(tmp_path / "in", **files))
    ids = sorted(row[0] for row in ask(tmp_path / "corpus", "SELECT article_id FROM articles"))
    row = DecisionRow(
        article_a=ids[0],
        article_b=ids[1],
        decision="apart",
        reason="two towns",
        decided_by="Ada",
        decided_at=datetime(2024, 5, 3, tzinfo=UTC),
    )
    writer = store.Writer(locate(str(tmp_path / "corpus")), "person")
    writer.commit({"decisions": to_arrow("decisions", [row])})

    output = explain(tmp_path / "corpus", ids[1], ids[0]).output
    assert "apart by Ada at 2024-05-03 00:00:00 UTC: two towns" in output
    assert "a person decided so" in output


def a_side(
    name: str, *parts: str, shared: tuple[str, ...] = (), words: tuple[str, ...] = ()
) -> Side:
    """A text of these paragraphs in which some words are shared."""
    text = body(*parts)
    starts = [sum(map(len, parts[:k])) + 2 * k for k in range(len(parts))]
    paragraphs = [Paragraph(at, at + len(part)) for at, part in zip(starts, parts, strict=True)]
    spans = sorted((text.index(each), text.index(each) + len(each)) for each in shared)
    return Side(name, text, paragraphs, tuple(spans), places_of(words, text, tuple(spans)))


def spans_of(left: Side, right: Side, *shared: str) -> list[SharedSpan]:
    places = [(left.text.index(each), right.text.index(each), len(each)) for each in shared]
    return [SharedSpan(a, a + size, b, b + size) for a, b, size in places]


def test_paragraphs_stand_beside_those_they_share_words_with() -> None:
    """In another order, too; one without a partner keeps its place."""
    shared = ("first one here", "second one there")
    left = a_side("A", "alone", *shared, shared=shared)
    right = a_side("B", shared[1], "only in b", shared[0], shared=shared)

    rows = pair_up(left, right, spans_of(left, right, *shared))
    assert [(row.left, row.right) for row in rows] == [(0, None), (1, 2), (2, 0), (None, 1)]


def test_texts_without_anything_in_common_stand_side_by_side() -> None:
    """As many rows as the longer has paragraphs."""
    rows = pair_up(a_side("A", "one", "two"), a_side("B", "three"), [])

    assert [(row.left, row.right) for row in rows] == [(0, 0), (1, None)]


def test_marks_stand_round_what_is_shared_and_what_differs() -> None:
    """Figures as a whole, also where a span ends inside them; the same figure in a span is not."""
    shared = ("000 of 15 in the town",)
    words = ("309 000", "15", "5", "9")
    left = a_side("A", "About 309 000 of 15 in the town, 5", shared=shared, words=words)

    (line,) = plain_lines(left, left, [Row(0, None, "mixed")], is_full=True)
    assert line == "A 1  About {-309 000-}[= of 15 in the town=], {-5-}"


def test_long_texts_show_what_matters_and_count_the_rest() -> None:
    """--full shows all of it."""
    parts = [f"the same paragraph number {k}" for k in range(30)]
    parts[20] += " but longer"
    shared = tuple(part.removesuffix(" but longer") for part in parts)
    left, right = a_side("A", *parts, shared=shared), a_side("B", *parts, shared=shared)

    shown = folded(pair_up(left, right, spans_of(left, right, *shared)))
    folds = [row for row in shown if isinstance(row, str)]
    assert folds == [
        "... 19 paragraphs, the same in both ...",
        "... 8 paragraphs, the same in both ...",
    ]
    assert Row(20, 20, "mixed") in shown


def test_a_long_piece_is_cut_in_the_middle_and_says_how_much() -> None:
    """Unless everything is asked for."""
    side = a_side("A", "x" * 1_000)
    rows = [Row(0, None, "mixed")]

    assert "... 700 characters ..." in next(plain_lines(side, side, rows, is_full=False))
    assert "x" * 1_000 in next(plain_lines(side, side, rows, is_full=True))


def test_on_a_terminal_columns_have_colours_and_keep_to_the_width() -> None:
    """Control codes of a text are not obeyed."""
    left = a_side("A", "same words \x1b[31m and 12", shared=("same words",), words=("12",))
    right = a_side("B", "same words, 你好" * 20, shared=("same words",))
    rows = pair_up(left, right, spans_of(left, right, "same words"))

    shown = coloured(left, right, rows, is_full=True, width=60)
    assert "\x1b[32msame words" in shown
    assert "\x1b[1;31m12" in shown
    assert "\x1b[31m" not in shown


texts = st.lists(st.text("ab 1.\u4e2d", max_size=12), min_size=1, max_size=6)


@given(texts, texts, st.data())
def test_every_paragraph_is_shown_once_and_whole(
    mine: list[str], others: list[str], data: st.DataObject
) -> None:
    """Whatever spans there are."""
    left, right = a_side("A", *mine), a_side("B", *others)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(left.text)), max_size=6)))
    spans = tuple(zip(cuts[::2], cuts[1::2], strict=False))
    places = places_of(("1", "ab", "a", "中"), left.text, spans)
    left = Side("A", left.text, left.paragraphs, spans, places)
    pairs = [SharedSpan(*span, 0, len(right.text)) for span in spans]

    rows = pair_up(left, right, pairs)
    assert sorted(row.left for row in rows if row.left is not None) == list(range(len(mine)))
    assert sorted(row.right for row in rows if row.right is not None) == list(range(len(others)))
    whole = ["".join(text for text, _ in left.pieces(k)) for k in range(len(mine))]
    assert whole == mine
