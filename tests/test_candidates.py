"""Candidates: what hashes in common make two texts worth comparing."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.dedup.candidates import (
    APART,
    MANY_STORIES,
    MOST_TRIED,
    ONE_STORY,
    Found,
    find_candidates,
)
from tasks.dedup.shingles import Sketches
from warehouse.shingle_index import NO_MONTH, Hits, Segment, search, sorted_segment

Text = Sequence[tuple[int, int]]  # hash and place of each row


class Known:
    """An index in memory: number -> hashes."""

    def __init__(self, texts: Mapping[int, Sequence[int]]) -> None:
        rows = [(value, number) for number, values in texts.items() for value in values]
        hashes, numbers = np.array(rows, np.int64).reshape(-1, 2).T
        self.rows = (hashes, numbers.astype(np.int32))

    def find(
        self,
        needles: np.ndarray,
        months: np.ndarray,
        *,
        limit: int,
        beside: Sequence[Segment] = (),
    ) -> Hits:
        hashes = np.concatenate([self.rows[0], *(part.hashes for part in beside)])
        numbers = np.concatenate([self.rows[1], *(part.numbers for part in beside)])
        every = sorted_segment(hashes, numbers, np.full(len(hashes), NO_MONTH, np.int16))
        return search(every, needles, months, limit=limit)


def find(
    new: Mapping[int, Text],
    known: Mapping[int, Sequence[int]],
    groups: Mapping[int, int] | None = None,
    dropped: Collection[int] = (),
) -> Found:
    """Candidates of new texts among known ones, of which `groups` joins some."""
    rows = [(i, *row) for i, text in enumerate(new.values()) for row in sorted(text)]
    owners, hashes, places = np.array(rows, np.int64).reshape(-1, 3).T
    sketches = Sketches(
        hashes, owners.astype(np.int32), np.ones(len(rows), np.int8), places.astype(np.int32)
    )
    months = np.full(len(new), NO_MONTH, np.int16)
    numbers = np.array(list(new), np.int32)
    group_of = {each: each for each in known if each not in dropped} | dict(groups or {})
    return find_candidates(sketches, numbers, months, Known(known), lambda _: group_of)


def pairs(found: Found) -> set[tuple[int, int]]:
    return {(each.new, each.other) for each in found.candidates}


def at(*hashes: int, step: int = 7) -> Text:
    """Hashes at places so many tokens apart."""
    return [(value, step * i) for i, value in enumerate(hashes)]


def test_two_hashes_make_a_candidate_and_one_does_not() -> None:
    found = find({100: at(1, 2, 3)}, {1: [1, 2], 2: [3], 3: [4]})
    assert pairs(found) == {(100, 1)}
    assert found.candidates[0].shared == 2


@pytest.mark.parametrize(("step", "is_found"), [(APART - 1, False), (APART, True)])
def test_two_hashes_of_one_phrase_do_not(step: int, is_found: bool) -> None:
    """Shingles that begin side by side are one run of words."""
    assert bool(find({100: at(1, 2, step=step)}, {1: [1, 2]}).candidates) == is_found


def test_hashes_of_a_group_are_counted_together() -> None:
    """A member is in the index with what its leader lacks."""
    found = find({100: at(1, 2)}, {1: [1], 2: [2]}, {1: 1, 2: 1})
    assert pairs(found) == {(100, 1), (100, 2)}


def test_a_hash_of_many_stories_counts_half() -> None:
    """Two do not make a candidate then, four do."""
    others = {number: [1, 2] for number in range(2, MANY_STORIES + 2)}
    formula = {1: [1, 2], **others}
    assert not find({100: at(1, 2)}, formula).candidates

    more = {number: [*hashes, 3, 4] for number, hashes in formula.items()}
    assert pairs(find({100: at(1, 2, 3, 4)}, more)) >= {(100, 1)}


@pytest.mark.parametrize(("stories", "is_found"), [(MANY_STORIES, True), (MANY_STORIES + 1, False)])
def test_the_new_text_is_one_of_the_stories(stories: int, is_found: bool) -> None:
    """In as many as are allowed a hash counts whole, in one more half."""
    known = {number: [1, 2] for number in range(1, stories)}
    assert bool(find({100: at(1, 2)}, known).candidates) == is_found


def test_copies_in_one_batch_are_one_story() -> None:
    """An excerpt of what twenty papers print finds it as if one had."""
    report = at(*range(1, ONE_STORY + 3))
    new = dict.fromkeys(range(100, 120), report) | {200: at(1, 2)}
    assert any(200 in pair for pair in pairs(find(new, {})))


def test_copies_of_one_known_group_are_one_story() -> None:
    groups = dict.fromkeys(range(1, 20), 1)
    assert find({100: at(1, 2)}, {number: [1, 2] for number in groups}, groups).candidates


def test_only_some_of_a_group_are_tried() -> None:
    """Those with most hashes in common, the smaller number first."""
    known = {number: [1, 2, 3][: 3 if number > 7 else 2] for number in range(1, 10)}
    found = find({100: at(1, 2, 3)}, known, dict.fromkeys(known, 1))
    assert [each.other for each in found.candidates] == [8, 9, 1, 2][:MOST_TRIED]


def test_two_new_texts_are_a_candidate_once() -> None:
    found = find({100: at(1, 2), 101: at(1, 2)}, {})
    assert [(each.new, each.other) for each in found.candidates] == [(100, 101)]


def test_a_text_that_was_dropped_is_no_candidate() -> None:
    """Its hashes stand in the index until that is written anew."""
    assert find({100: at(1, 2)}, {1: [1, 2]}).candidates
    assert not find({100: at(1, 2)}, {1: [1, 2]}, dropped=[1]).candidates


def test_the_hits_are_kept_for_the_index() -> None:
    """Who has which hash of a new text, itself left out, candidate or not."""
    found = find({100: at(1, 2)}, {1: [1], 2: [2, 3]})
    rows = zip(found.hashes.tolist(), found.owners.tolist(), found.numbers.tolist(), strict=True)
    assert sorted(rows) == [(1, 100, 1), (2, 100, 2)]


def test_nothing_has_no_candidates() -> None:
    assert find({}, {}).candidates == []
    assert find({100: []}, {1: [1, 2]}).candidates == []


BATCHES = st.lists(st.lists(st.integers(0, 30), unique=True, max_size=12), max_size=12)


def by_hand(new: dict[int, Text], known: Mapping[int, Sequence[int]]) -> set[frozenset[int]]:
    """The same rule, slowly; every text is a group of its own."""
    places = {number: dict(text) for number, text in new.items()}
    every = {**{n: set(hashes) for n, hashes in known.items()}, **{n: set(places[n]) for n in new}}
    story = {number: {number} for number in every}
    for a in new:
        for b in every:
            if len(every[a] & every[b]) >= ONE_STORY:
                both = story[a] | story[b]
                story.update(dict.fromkeys(both, both))
    common = {
        value
        for value in range(31)
        if len({id(story[n]) for n in every if value in every[n]}) > MANY_STORIES
    }
    found = set()
    for a in new:
        for b in set(every) - {a}:
            both = every[a] & every[b]
            where = [places[a][value] for value in both]
            if 2 * len(both) - len(both & common) >= 4 and max(where) - min(where) >= APART:
                found.add(frozenset((a, b)))
    return found


@settings(max_examples=100, deadline=None)
@given(BATCHES, BATCHES, st.randoms(use_true_random=False))
def test_candidates_are_what_they_are_by_hand(
    new: list[list[int]], known: list[list[int]], rng: random.Random
) -> None:
    texts = {
        100 + i: [(value, place) for place, value in enumerate(rng.sample(text, len(text)))]
        for i, text in enumerate(new)
    }
    index = dict(enumerate(known, 1))
    assert {frozenset(pair) for pair in pairs(find(texts, index))} == by_hand(texts, index)
