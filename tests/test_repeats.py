"""Paragraphs of one article that say again what an earlier one said."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.dedup.repeats import MOST_CHARS, Repeat, figures_of, find_repeats
from tasks.records import DraftParagraph

EXAMPLE = Path(__file__).parents[1] / "seeds" / "000_1925a3406a3489e1.txt"
CLAIM = "The council of Harwich will spend 2,000 pounds on the new bridge over the river"


def paragraphs(*texts: str, kind: str = "body") -> list[DraftParagraph]:
    return [DraftParagraph(text=text, kind=kind) for text in texts]


def repeat(earlier: str, later: str) -> Repeat | None:
    first, second = find_repeats(paragraphs(earlier, later))
    assert first is None
    return second


def test_the_example_article_restates_one_paragraph_with_the_same_figures() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").split("\n")[1:]
    found = find_repeats(paragraphs(*(line for line in lines if line)))
    said_again = {number: each for number, each in enumerate(found, 1) if each}
    assert list(said_again) == [5]
    assert (said_again[5].repeat_of, said_again[5].kind) == (3, "restated")
    assert said_again[5].score == pytest.approx(0.80, abs=0.005)
    assert said_again[5].figures_agree is True


def test_the_same_words_in_another_dress_are_repeated() -> None:
    found = repeat(CLAIM, CLAIM.upper() + "!")
    assert found is not None
    assert (found.kind, found.figures_agree, found.names_agree) == ("repeated", True, True)


def test_other_words_are_restated() -> None:
    found = repeat(CLAIM, CLAIM.replace("will spend", "is to spend"))
    assert found is not None
    assert found.kind == "restated"
    assert 0.9 < found.score < 1


def test_a_third_telling_points_at_the_first_of_the_most_alike() -> None:
    found = find_repeats(paragraphs(CLAIM, CLAIM, CLAIM + " today", CLAIM))
    assert [each and each.repeat_of for each in found] == [None, 1, 1, 1]


def test_eight_words_are_too_few() -> None:
    assert repeat("a bridge is built in the old town", "a bridge is built in the old town") is None


@pytest.mark.parametrize("kind", ["table", "byline", "furniture"])
def test_what_is_no_prose_of_the_article_is_not_compared(kind: str) -> None:
    assert find_repeats(paragraphs(CLAIM, CLAIM, kind=kind)) == [None, None]


def test_another_figure_is_noted() -> None:
    found = repeat(CLAIM, CLAIM.replace("2,000", "3,000"))
    assert found is not None
    assert (found.figures_agree, found.names_agree) == (False, True)


def test_another_name_is_noted() -> None:
    found = repeat(CLAIM, CLAIM.replace("Harwich", "Ipswich"))
    assert found is not None
    assert (found.figures_agree, found.names_agree) == (True, False)


def test_a_form_filled_in_anew_is_no_repeat() -> None:
    assert repeat(CLAIM, CLAIM.replace("2,000", "3,000").replace("Harwich", "Ipswich")) is None


def test_without_figures_and_names_nothing_agrees_or_differs() -> None:
    plain = "the council said that it would build the bridge in the spring"
    found = repeat(plain, plain + " at last")
    assert found is not None
    assert (found.figures_agree, found.names_agree) == (None, None)


def test_a_name_that_begins_the_other_sentence_is_there_too() -> None:
    found = repeat(
        "Miller told the council that the bridge is to be built in the spring",
        "He, Miller, told the council that the bridge is to be built in spring",
    )
    assert found is not None
    assert found.names_agree is True


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("1,000 or 1.000 or 1 000 or 1000 or one thousand", {"1000"}),
        ("$2.5 million, 2,500,000 and $2.5m", {"2500000"}),
        ("two hundred and five thousand", {"205000"}),
        ("twenty-one of 3,50 or 3.5", {"21", "3.5"}),
        ("on 3.5.2020 at 10:30", {"3", "5", "2020", "10", "30"}),
        ("٢٥ من", {"25"}),
        ("one of them, none of the others", set()),
        ("9" * 5000, {"9" * 5000}),
    ],
)
def test_a_number_is_the_same_in_any_writing(text: str, figures: set[str]) -> None:
    assert figures_of(text) == figures


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("市政府决定明年春天在河上修建一座新的大桥", "市政府已决定明年春天在河上修建一座新大桥"),
        ("รัฐบาลจะสร้างสะพานแห่งใหม่ข้ามแม่น้ำในปีหน้า", "รัฐบาลจะสร้างสะพานใหม่ข้ามแม่น้ำในปีหน้านี้"),
    ],
)
def test_scripts_without_blanks_are_compared_by_their_letters(text: str, again: str) -> None:
    found = repeat(text, again)
    assert found is not None
    assert found.kind == "restated"
    assert find_repeats(paragraphs(text[:12], text[:12])) == [None, None]


def test_a_repeat_is_found_across_a_long_report() -> None:
    filler = [f"chapter {n} tells of the thing{n} that has the name{n} it has" for n in range(900)]
    found = find_repeats(paragraphs(CLAIM, *filler, CLAIM.replace("will spend", "is to spend")))
    assert found[-1] is not None
    assert found[-1].repeat_of == 1


def test_texts_of_ten_megabytes_and_odd_characters_take_no_time() -> None:
    start = time.process_time()
    huge = ["x " * 5_000_000, "x " * 5_000_000, "1" * 10_000_000, "a\ud800 \0 \U000e0fff " * 9]
    found = find_repeats(paragraphs(*huge, ""))
    assert [each and each.repeat_of for each in found] == [None, 1, None, None, None]
    assert time.process_time() - start < 2


def test_the_time_does_not_grow_with_the_square() -> None:
    texts = [f"report {n} of the {n * 7} on things told here and there {n}" for n in range(4000)]
    start = time.process_time()
    find_repeats(paragraphs(*texts))
    assert time.process_time() - start < 5


def test_a_longer_paragraph_counts_only_when_it_is_equal() -> None:
    long = "a word " * MOST_CHARS
    found = find_repeats(paragraphs(long, long + "more", long))
    assert [each and each.repeat_of for each in found] == [None, None, 1]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=80) | st.sampled_from([CLAIM, CLAIM + " now", ""]), max_size=90))
def test_whatever_is_repeated_stands_before(texts: list[str]) -> None:
    for number, each in enumerate(find_repeats(paragraphs(*texts)), 1):
        assert each is None or 1 <= each.repeat_of < number
        assert each is None or 0.65 <= each.score <= 1
