"""Planted copies: what tests/bench/dedup measures with must itself be right."""

from __future__ import annotations

import itertools
import re
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bench.dedup import planting
from tests.bench.dedup.planting import KINDS, Hand, plant, units_of
from tests.bench.dedup.truth import Truth, longest_run

FIGURES = ["March", "2,417", "3.5%", "Monday", "2004", "17", "0800", "1999", "6", "12%"]


def an_article(number: int) -> str:
    """Return 400 words that no other article has."""
    words = [f"{chr(97 + at % 26)}w{chr(97 + at // 26)}x{chr(97 + number)}" for at in range(400)]
    return "\n".join(" ".join(words[at : at + 50]) for at in range(0, 400, 50))


def a_report(number: int) -> str:
    """Return an article with a figure, month or weekday as every fortieth word."""
    words = re.split(r"(\s)", an_article(number))
    words[0::80] = FIGURES
    return "".join(words)


KEPT = {at: a_report(at) for at in range(8)}
DONORS = [an_article(at) for at in range(20, 26)]


def a_copy(kind: str, seed: int = 1) -> planting.Copy:
    return plant(KEPT, DONORS, kinds=[kind], per_kind=1, seed=seed)[0]


def kept_words(copy: planting.Copy) -> list[str]:
    """Return the words of the copy that its origin has."""
    known = set(KEPT[copy.origins[0]].split())
    return [word for word in copy.text.split() if word in known]


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.15, 0.2, 0.3])
def test_words_are_edited_at_the_stated_rate(rate: float) -> None:
    units = [f"{at} " for at in range(20_000)]
    hand = Hand(Random(1), [["other "]], 1)
    done = planting.edited(units, hand, rate)

    gone = len(set(units) - set(done)) / len(units)
    doubled = sum(a == b != "other " for a, b in itertools.pairwise(done)) / len(units)
    replaced = done.count("other ") / len(units)

    assert [doubled, replaced, gone] == pytest.approx([rate / 3, rate / 3, rate * 2 / 3], abs=0.006)


def test_characters_are_edited_at_the_stated_rate_and_blanks_kept() -> None:
    text = "".join(chr(0x4E00 + at) for at in range(20_000)) + "\n\n"
    done = planting.characters(0.05)([text], Hand(Random(1), [["ab"]], 2))

    lost = 1 - len(set("".join(done)) & set(text)) / len(text)
    assert lost == pytest.approx(0.05 * 2 / 3, abs=0.006)
    assert done[-2:] == ["\n", "\n"]


def test_one_seed_gives_the_same_copies_and_another_one_others() -> None:
    first, again, other = (plant(KEPT, DONORS, per_kind=3, seed=seed) for seed in (1, 1, 2))
    assert first == again != other


def test_leaving_a_kind_out_does_not_change_the_others() -> None:
    every = plant(KEPT, DONORS, per_kind=3, seed=1)
    some = plant(KEPT, DONORS, kinds=KINDS[3:5], per_kind=3, seed=1)
    assert some == [copy for copy in every if copy.kind in KINDS[3:5]]


def test_every_kind_is_planted_as_often_as_asked_even_of_few_origins() -> None:
    copies = plant(KEPT, DONORS, per_kind=11, seed=1)
    assert [copy.kind for copy in copies] == [kind for kind in KINDS for _ in range(11)]


def test_no_copy_equals_its_origin() -> None:
    copies = plant(KEPT, DONORS, per_kind=5, seed=1)
    assert not [each for each in copies if each.text == KEPT[each.origins[0]]]


@pytest.mark.parametrize(
    ("kind", "share"),
    [("cut to a half", 0.5), ("cut to a quarter", 0.25), ("excerpt of 60 words", 60 / 400)],
)
def test_so_much_of_the_origin_is_there_in_one_piece(kind: str, share: float) -> None:
    copy = a_copy(kind)
    found = kept_words(copy)
    assert len(found) == 400 * share
    assert " ".join(found) in " ".join(KEPT[copy.origins[0]].split())


@pytest.mark.parametrize("kind", ["lead swapped", "ending swapped"])
def test_a_swap_keeps_the_rest_and_the_length(kind: str) -> None:
    copy = a_copy(kind)
    kept = len(KEPT[copy.origins[0]].split())
    assert 0.65 * kept < len(kept_words(copy)) < 0.95 * kept
    assert len(copy.text.split()) == kept


def test_a_bulletin_has_the_sentences_and_none_of_the_figures_and_dates() -> None:
    copy = a_copy(planting.BULLETIN)
    origin = KEPT[copy.origins[0]]
    found, known = copy.text.split(), origin.split()
    changed = [(a, b) for a, b in zip(found, known, strict=True) if a != b]
    figures = [word for word in known if re.search(r"\d|March|Monday", word)]
    assert [b for _, b in changed] == figures
    assert all(len(a) == len(b) for a, b in changed if b[0].isdigit())


def test_a_round_up_names_all_its_origins() -> None:
    copy = a_copy(planting.ROUND_UP)
    assert 3 <= len(copy.origins) <= 5
    assert copy.text == "\n\n".join(KEPT[at] for at in copy.origins)


def test_boilerplate_recurs_in_all_copies_and_leaves_the_origin_whole() -> None:
    copies = plant(KEPT, DONORS, kinds=["boilerplate added"], per_kind=6, seed=3)
    added = {each.text.replace(KEPT[each.origins[0]], "").strip() for each in copies}
    assert [len(text.split()) for text in added] == [planting.BOILERPLATE_WORDS]


@settings(deadline=None)  # the machine may be busy
@given(st.text(min_size=1))
def test_units_are_the_text_without_blanks_before_it(text: str) -> None:
    assert "".join(units_of(text)).strip() == text.strip()


@pytest.mark.parametrize(
    ("text", "script"),
    [("记者从交通运输部获悉", "Han"), ("クロノたちが再会", "Kana"), ("ข่าววันนี้", "Thai"),
     ("오늘 뉴스", "Hangul"), ("أخبار اليوم", "Arabic"), ("News at ten", planting.OTHER)],
)  # fmt: skip
def test_the_script_of_a_text_is_told(text: str, script: str) -> None:
    assert planting.script_of(text) == script


def test_truth_counts_5_grams_exactly() -> None:
    """Nine words have five 5-grams; one other last word leaves four in both of six."""
    truth = Truth(["a b c d e f g h i", "A b, c d e f g h x"])
    assert truth.jaccard(0, 1) == pytest.approx(4 / 6)


def test_twelve_words_in_a_row_are_alike_and_a_phrase_is_not() -> None:
    texts = [an_article(at) for at in (1, 2, 3, 4)]
    run = " ".join(f"run{at}" for at in range(12))
    texts[1], texts[2] = f"{texts[1]} {run}", f"{texts[2]} {run} "
    texts[0], texts[3] = f"{texts[0]} {run[:40]}", f"{texts[3]} {run[:40]}"
    truth = Truth(texts)
    assert truth.is_alike(1, 2)
    assert not truth.is_alike(0, 3)


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.booleans(), min_size=1))
def test_the_longest_run_is_that_of_a_plain_count(flags: list[bool]) -> None:
    lengths = [len(run) for run in "".join("x" if flag else " " for flag in flags).split()]
    assert max(0, longest_run(np.array(flags))) == max(lengths, default=0)
