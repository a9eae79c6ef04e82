"""Paragraphs that recur in a source, and the state that knows them."""

from __future__ import annotations

import hashlib
import random
import sqlite3
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.dedup.boilerplate import seen_of
from warehouse.recurring import STORIES, Marked, Recurring, Seen
from warehouse.schema import ParagraphRow

CALL = "Sign up for our newsletter to get the news of the day."
SOURCE = "example.org"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def rows(*texts: str, kind: str = "body") -> list[ParagraphRow]:
    return [
        ParagraphRow(
            article_id="",
            paragraph=number,
            kind=kind,
            char_start=0,
            char_end=0,
            language_code=None,
            text_sha256=sha256(text),
            repeat_of=None,
            repeat_kind=None,
            repeat_score=None,
            repeat_figures_agree=None,
            repeat_names_agree=None,
        )
        for number, text in enumerate(texts, 1)
    ]


def story(number: int, source: str | None = SOURCE) -> list[Seen]:
    """An article about something of its own, with the call at its end."""
    own = [f"Sentence {k} of story {number}." for k in range(6)]
    return seen_of(source, f"{number:032x}", rows(*own, CALL))


def state(*articles: list[Seen]) -> Recurring:
    made = Recurring(sqlite3.connect(":memory:"))
    for each in articles:
        made.add(each)
    return made


def marked(recurring: Recurring, seen: list[Seen]) -> set[tuple[str, str]]:
    return {
        (source, text)
        for source in {each.source for each in seen}
        for text in recurring.is_marked(source, [x.text_sha256 for x in seen if x.source == source])
    }


def many() -> list[list[Seen]]:
    """As many stories as it takes: with so many, both witnesses differ often enough."""
    return [story(number) for number in range(4 * STORIES)]


def test_what_stands_in_many_stories_of_a_source_is_boilerplate() -> None:
    recurring = state(*many())
    assert recurring.is_marked(SOURCE, [sha256(CALL), story(1)[0].text_sha256]) == {sha256(CALL)}


def test_one_story_less_than_needed_marks_nothing() -> None:
    assert state(*many()[: STORIES - 1]).is_marked(SOURCE, [sha256(CALL)]) == set()


def test_another_source_is_not_concerned() -> None:
    recurring = state(*many())
    assert recurring.is_marked("other.org", [sha256(CALL)]) == set()
    assert recurring.is_marked(None, [sha256(CALL)]) == set()


def test_copies_of_one_text_are_one_story() -> None:
    copies = [[each._replace(article_id=f"{n:032x}") for each in story(1)] for n in range(50)]
    recurring = state(*copies)
    assert marked(recurring, story(1)) == set()


def test_versions_of_an_article_that_grows_mark_none_of_its_paragraphs() -> None:
    lines = [f"At {hour} o'clock the storm had reached place {hour}." for hour in range(30)]
    versions = [seen_of(SOURCE, f"{n:032x}", rows(*lines[:n])) for n in range(4, 31)]
    assert marked(state(*versions), versions[-1]) == set()


def test_without_a_source_nothing_is_counted() -> None:
    assert story(1, source=None) == []


def test_a_paragraph_alone_shows_no_story() -> None:
    assert seen_of(SOURCE, "0" * 32, rows(CALL)) == []
    assert seen_of(SOURCE, "0" * 32, rows(CALL, CALL)) == []
    assert seen_of(SOURCE, "0" * 32, rows(CALL, "A caption", kind="caption")) == []


def test_captions_are_counted_but_witness_nothing() -> None:
    parts = (*rows("One thing.", "Another thing."), *rows("Photo: agency", kind="caption"))
    by_text = {each.text_sha256: each for each in seen_of(SOURCE, "0" * 32, parts)}
    bare = {each.text_sha256: each for each in seen_of(SOURCE, "0" * 32, parts[:2])}
    assert by_text[sha256("One thing.")] == bare[sha256("One thing.")]
    assert sha256("Photo: agency") in by_text


def test_a_paragraph_that_stands_twice_is_seen_once() -> None:
    seen = seen_of(SOURCE, "0" * 32, rows("One.", CALL, CALL, "Two."))
    assert [each.text_sha256 for each in seen].count(sha256(CALL)) == 1


def test_a_preview_says_what_adding_does_and_writes_nothing() -> None:
    seen = [each for article in many() for each in article]
    recurring = state()
    new = recurring.preview(seen)
    assert new == [Marked(SOURCE, sha256(CALL), f"{0:032x}")]
    assert recurring.is_marked(SOURCE, [sha256(CALL)]) == set()
    recurring.add(seen)
    assert marked(recurring, seen) == {each[:2] for each in new}
    assert recurring.preview(seen) == []


def test_the_state_outlives_its_connection(tmp_path: Path) -> None:
    path = f"{tmp_path}/state.sqlite"
    for article in many():
        connection = sqlite3.connect(path)
        with connection:
            Recurring(connection).add(article)
        connection.close()
    assert Recurring(sqlite3.connect(path)).is_marked(SOURCE, [sha256(CALL)])


def test_what_was_not_committed_is_not_there() -> None:
    connection = sqlite3.connect(":memory:")
    recurring = Recurring(connection)
    recurring.add([each for article in many() for each in article])
    connection.rollback()
    assert recurring.is_marked(SOURCE, [sha256(CALL)]) == set()


def test_a_source_of_odd_characters_is_one_too() -> None:
    recurring = state(*(story(n, source="' \0 ☃") for n in range(4 * STORIES)))
    assert recurring.is_marked("' \0 ☃", [sha256(CALL)]) == {sha256(CALL)}


# Few values, so that witnesses meet often and the sets fill and overflow.
SIGHTINGS = st.lists(
    st.builds(
        lambda source, text, low, high, article: Seen(
            source, sha256(text), low << 32 | high, f"{article:032x}"
        ),
        st.sampled_from("ab"),
        st.sampled_from("xyz"),
        st.integers(0, 9),
        st.integers(0, 9),
        st.integers(0, 20),
    ),
    max_size=150,
)


@settings(max_examples=60, deadline=None)
@given(SIGHTINGS, st.integers(1, 40), st.randoms(use_true_random=False))
def test_marks_are_the_same_in_any_order_and_batches(
    seen: list[Seen], size: int, chance: random.Random
) -> None:
    shuffled = chance.sample(seen, len(seen))
    parts = [shuffled[k : k + size] for k in range(0, len(seen), size)]
    assert marked(state(*parts), seen) == marked(state(seen), seen)


@settings(max_examples=40, deadline=None)
@given(SIGHTINGS)
def test_adding_twice_changes_nothing_and_marks_only_grow(seen: list[Seen]) -> None:
    recurring, marks = state(), [set[tuple[str, str]]()]
    for start in range(0, len(seen), 10):
        before = {each[:2] for each in recurring.preview(seen[start : start + 10])}
        for _ in range(2):
            recurring.add(seen[start : start + 10])
            marks.append(marked(recurring, seen))
        assert marks[-1] == marks[-2] == marks[-3] | before
    assert all(a <= b for a, b in pairwise(marks))
