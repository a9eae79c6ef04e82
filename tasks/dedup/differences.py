"""What differs between two near texts, and whether they are the same item all the same.

Both bodies are laid side by side (tasks/dedup/reading.py says as what). Where the words agree and a
figure, a date or a name stands in the place of another, the place counts as exchanged; where it is
the same, as kept. Only places with equal words on both sides count, so another lead or ending says
nothing. A bulletin exchanges most of its figures; a copy, however edited, keeps most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from tasks.dedup.alignment import ANCHOR, Alignment, Gap, align
from tasks.dedup.reading import Kind, Reading, read

__all__ = ["Difference", "Reading", "Verdict", "describe", "explain", "read"]

KINDS = ("figures", "dates", "names", "headline", "lead", "ending", "wording", "boilerplate")
KIND_NAMES: dict[int, str] = {
    Kind.FIGURE: "figures",
    Kind.DAY: "dates",
    Kind.MONTH: "dates",
    Kind.NAME: "names",
}
TELLING = (Kind.FIGURE, Kind.NAME)  # dates are not: a copy of the next day changes them
COUNTED = {  # together; numbers, as bulletins keep the names of months
    "figures": (Kind.FIGURE,),
    "dates": (Kind.DAY, Kind.MONTH),
    "names": (Kind.NAME,),
    "numbers": (Kind.FIGURE, Kind.DAY),
}
EXCHANGEABLE = bytes.maketrans(bytes(Kind), b"\0\1\1\2\3")  # what may stand in the place of what
FIGURES = b"\1"
MOST_DIFFERENCES = 30
MOST_OF_A_KIND = 6  # where there are more
MOST_CHARS = 200  # of each side

# Measured on planted changes of real articles (400 each of English, Chinese and Spanish, several
# seeds) and on the 1,784 near pairs of 10,000 Senate releases. Called the same item: of bulletins
# with all figures changed 0 to 0.3 % (Spanish with three or more figures 0.9 to 1.8 %, with one or
# two 4 to 6 %: there what remains are figures inside words, "CR7"), with half of them changed 3 to
# 13 %; of copies with another lead or ending 99 to 100 %, with 5 % of the words edited 99.2 to
# 100 %. The first rule alone called 1,274 of the near pairs of releases the same, most of them
# grants by one formula to different towns; with the second it is 159, among them 71 of the 94 that
# two senators issued.
MOST_EXCHANGED = 0.4  # of the places of a kind
MOST_TELLING = 0.2  # of the changed places; random word edits reach it in 0.2 % of texts
LONGEST_EXCHANGE = 8  # elements of a changed place that is one name for another

SIDE = 6  # elements looked at on either side of a place
LEAST_EQUAL = 2  # of them that are equal words
SAME_NAME = 60.0  # rapidfuzz ratio of two spellings of one name (Sen, Senator: 60)
END_CHANGED = 0.5  # less of a first or last paragraph is equal: it is another one
END_ELEMENTS = 10  # as long a piece without counterpart is a lead or an ending too


@dataclass(frozen=True, slots=True)
class Difference:
    """What stands in a and what in its place in b, at most 200 characters of each."""

    kind: str
    a: str
    b: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What differs (kinds in the order of KINDS), and whether both are the same item.

    `summary` is the reason without examples, the same for (a, b) and (b, a).
    """

    differs: tuple[str, ...]
    differences: tuple[Difference, ...]
    is_same_item: bool
    summary: str


@dataclass(frozen=True, slots=True)
class Place:
    """A figure, date or name of a and what b has there, by number; the same, or another."""

    kind: Kind
    a: int
    b: int
    is_exchanged: bool


@dataclass(frozen=True, slots=True)
class Sides:
    """Both readings with what they have to do with each other.

    `foreign_a`: a token of this element of a is nowhere in b; and the other way round.
    """

    a: Reading
    b: Reading
    foreign_a: NDArray[np.bool_]
    foreign_b: NDArray[np.bool_]
    kinds_a: bytes  # Kind of each element
    kinds_b: bytes

    @classmethod
    def of(cls, a: Reading, b: Reading) -> Sides:
        """Lay two readings side by side."""
        return cls(a, b, _foreign(a, b), _foreign(b, a), a.kinds.tobytes(), b.kinds.tobytes())


@dataclass(frozen=True, slots=True)
class Tally:
    """Of the places of one kind between equal words, how many were kept and how many exchanged."""

    kept: int
    exchanged: int

    @property
    def share(self) -> float:
        """Part of the places that were exchanged."""
        return self.exchanged / max(1, self.kept + self.exchanged)


@dataclass(frozen=True, slots=True)
class Changes:
    """How many gaps there are between what both have, and in how many a figure or name differs."""

    places: int
    telling: int
    is_only: bool  # one figure or name for another, and nothing else

    @property
    def is_edit(self) -> bool:
        """Whether other things were changed than figures and names."""
        return not (
            self.is_only or (self.telling >= 2 and self.telling >= MOST_TELLING * self.places)
        )


def describe(a: Reading, b: Reading) -> Verdict:
    """Return what differs between two near texts; the first in order first (see compare)."""
    sides, alignment = Sides.of(a, b), align(a, b)
    places = {gap: _places(sides, gap) for gap in alignment.gaps}
    inner, found = _inner_gaps(sides, alignment)
    found += [each for gap in inner for each in _of_gap(sides, gap, places[gap])]
    found.sort(key=lambda each: KINDS.index(each.kind))
    tallies = _tallies(sides, alignment, [each for several in places.values() for each in several])
    telling = [gap for gap in inner if _is_telling(sides, gap, places[gap])]
    is_only = len(inner) == 1 and len(telling) == 1 and inner[0].is_single
    changed = Changes(len(inner), len(telling), is_only)
    is_same = _is_same_item(tallies, changed)
    met = {each.kind for each in found}
    return Verdict(
        differs=tuple(kind for kind in KINDS if kind in met),
        differences=_fewer(found),
        is_same_item=is_same,
        summary=_summary(tallies, changed, is_same),
    )


def explain(summary: str | None, differences: Sequence[Difference]) -> str | None:
    """Return the summary with the first exchanged figures, dates or names as examples."""
    if summary is None:
        return None
    telling = [each for each in differences if each.kind in KIND_NAMES.values()]
    examples = ", ".join(f"{each.a} -> {each.b}" for each in telling[:3])
    return f"{summary}: {examples}" if examples else summary


def _flanked(reading: Reading, equal: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return of each element whether enough equal words stand on both sides of it."""
    words = np.append(0, np.cumsum(equal & (reading.kinds == Kind.WORD)))
    here = np.arange(len(equal))
    before = words[here] - words[np.maximum(here - SIDE, 0)]
    after = words[np.minimum(here + 1 + SIDE, len(equal))] - words[here + 1]
    at_start, at_end = here < SIDE, here + SIDE >= len(equal)
    both = (before >= LEAST_EQUAL) & (after >= LEAST_EQUAL)
    edge = (at_start & (after >= LEAST_EQUAL)) | (at_end & (before >= LEAST_EQUAL))
    return np.asarray(both | edge)


def _places(sides: Sides, gap: Gap) -> list[Place]:
    """Return what a gap exchanges for one of its kind, if it has the same kinds in the same order.

    A gap that does not is an edit of the sentence, and says nothing of the figures in it; but
    figures alone for other figures are a list ("25, 49" and "9, 37, 49" share one by chance).
    """
    mine = sides.kinds_a[gap.low_a : gap.high_a]
    other = sides.kinds_b[gap.low_b : gap.high_b]
    kinds_a, kinds_b = mine.translate(EXCHANGEABLE), other.translate(EXCHANGEABLE)
    is_list = bool(mine and other) and not (kinds_a + kinds_b).strip(FIGURES)
    if not is_list and (not mine.strip(b"\0") or kinds_a != kinds_b):
        return []
    return [
        _place(sides, Kind(max(kinds)), gap.low_a + step, gap.low_b + step)
        for step, kinds in enumerate(zip(mine, other, strict=False))
        if kinds[0]
    ]


def _kept(
    a: Reading,
    b: Reading,
    alignment: Alignment,
    trusted: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> list[int]:
    """Return how many equal elements of each Kind stand between equal words."""
    i, j = alignment.pairs[:, 0], alignment.pairs[:, 1]
    kinds = np.maximum(a.kinds[i], b.kinds[j])[trusted[0][i] & trusted[1][j]]
    return [int(each) for each in np.bincount(kinds, minlength=len(Kind))]


def _tally(kept: list[int], places: list[Place], kinds: tuple[Kind, ...]) -> Tally:
    """Count the elements of some kinds that were kept, and the places where one was exchanged."""
    mine = [each for each in places if each.kind in kinds]
    exchanged = sum(each.is_exchanged for each in mine)
    return Tally(sum(kept[kind] for kind in kinds) + len(mine) - exchanged, exchanged)


def _tallies(sides: Sides, alignment: Alignment, places: list[Place]) -> dict[str, Tally]:
    """Count figures, dates, names and all numbers between equal words."""
    a, b = sides.a, sides.b
    trusted = _flanked(a, alignment.equal_a), _flanked(b, alignment.equal_b)
    sure = [each for each in places if trusted[0][each.a] and trusted[1][each.b]]
    kept = _kept(a, b, alignment, trusted)
    return {name: _tally(kept, sure, kinds) for name, kinds in COUNTED.items()}


def _is_same_item(tallies: dict[str, Tally], changed: Changes) -> bool:
    """Whether what was kept outweighs what was exchanged.

    One date alone does not count where figures were kept: it is the copy of the next day.
    """
    figures, dates = tallies["figures"], tallies["dates"]
    is_next_day = dates.exchanged == 1 and figures.exchanged == 0 and figures.kept >= 2
    exempt = ("dates",) if is_next_day else ()
    shares = [tally.share for name, tally in tallies.items() if name not in exempt]
    return changed.is_edit and max(shares) < MOST_EXCHANGED


def _foreign(mine: Reading, other: Reading) -> NDArray[np.bool_]:
    """Return of each element whether one of its tokens is nowhere in the other text."""
    tokens, known = mine.tokens.hashes, other.known
    if len(tokens) == 0 or len(known) == 0:
        return np.ones(len(mine.keys), bool)
    new = known.take(np.searchsorted(known, tokens), mode="clip") != tokens
    return np.asarray(np.logical_or.reduceat(new, mine.firsts))


def _place(sides: Sides, kind: Kind, i: int, j: int) -> Place:
    """Say whether the elements in a place differ in value.

    Of names, both must have something new to the other text: those that changed places or were
    shortened are the same, and those spelled alike too.
    """
    differ = bool(sides.a.keys[i] != sides.b.keys[j])
    if differ and kind == Kind.NAME:
        are_new = bool(sides.foreign_a[i] and sides.foreign_b[j])
        differ = are_new and _are_unlike(sides.a.cut(i, i + 1), sides.b.cut(j, j + 1))
    return Place(kind, i, j, differ)


def _are_unlike(one: str, other: str) -> bool:
    """Whether the words that two names do not share are more than two spellings of one."""
    words, others = one.casefold().split(), other.casefold().split()
    left = " ".join(word for word in words if word not in others)
    right = " ".join(word for word in others if word not in words)
    is_short_form = left.startswith(right.rstrip(".")) or right.startswith(left.rstrip("."))
    return not is_short_form and fuzz.ratio(left, right) < SAME_NAME


def _is_telling(sides: Sides, gap: Gap, places: list[Place]) -> bool:
    """Whether a gap exchanges a figure or a name, alone or with a few words."""
    telling = [each for each in places if each.kind in TELLING]
    if telling or max(gap.high_a - gap.low_a, gap.high_b - gap.low_b) > LONGEST_EXCHANGE:
        return any(each.is_exchanged for each in telling)
    if Kind.NAME not in sides.kinds_a[gap.low_a : gap.high_a]:
        return False
    mine, other = slice(gap.low_a, gap.high_a), slice(gap.low_b, gap.high_b)
    new_a = sides.foreign_a[mine] & (sides.a.kinds[mine] == Kind.NAME)
    new_b = sides.foreign_b[other] & (sides.b.kinds[other] == Kind.NAME)
    names_a = " ".join(sides.a.cut(i, i + 1) for i in (np.flatnonzero(new_a) + gap.low_a).tolist())
    names_b = " ".join(sides.b.cut(i, i + 1) for i in (np.flatnonzero(new_b) + gap.low_b).tolist())
    return _are_unlike(names_a, names_b)


def _summary(tallies: dict[str, Tally], changed: Changes, is_same: bool) -> str:
    """Say how many figures, dates and names differ."""
    parts = [
        f"{tally.exchanged} of {tally.kept + tally.exchanged} {name}"
        for name, tally in tallies.items()
        if tally.exchanged and name != "numbers"
    ]
    if not (parts or is_same):
        parts = [f"figures or names in {changed.telling} of {changed.places} changed places"]
    return ("same text, " if is_same else "same sentences, ") + (
        f"{' and '.join(parts)} differ" if parts else "no figure, date or name differs"
    )


def _inner_gaps(sides: Sides, alignment: Alignment) -> tuple[list[Gap], list[Difference]]:
    """Return the gaps between what both have, and what differs besides: headline, lead, ending."""
    a, b = sides.a, sides.b
    lead, ending = _ends(alignment)
    found = [*_of_headline(a, b), *_of_end(a, b, lead, "lead"), *_of_end(a, b, ending, "ending")]
    gaps = alignment.gaps
    return [gap for gap in gaps if not (_is_within(gap, lead) or _is_within(gap, ending))], found


def _of_headline(a: Reading, b: Reading) -> Iterator[Difference]:
    """Yield the headlines if their words differ."""
    one, other = a.item.headline or "", b.item.headline or ""
    if one.casefold().split() != other.casefold().split():
        yield _difference("headline", one, other)


def _ends(alignment: Alignment) -> tuple[Gap, Gap]:
    """Return what comes before the first and after the last piece that both have.

    Both empty if most of it is equal nonetheless, as in a text with edits everywhere.
    """
    pairs, equal_a, equal_b = alignment.pairs, alignment.equal_a, alignment.equal_b
    steps = (np.diff(pairs, axis=0) == 1).all(axis=1).astype(np.int64)
    run = np.convolve(steps, np.ones(ANCHOR - 1, np.int64), "valid") if len(steps) >= 4 else steps
    firm = np.flatnonzero(run == ANCHOR - 1)
    if len(firm) == 0:
        return Gap(0, 0, 0, 0), Gap(len(equal_a), len(equal_a), len(equal_b), len(equal_b))
    (low_a, low_b), (high_a, high_b) = pairs[firm[0]], pairs[firm[-1] + ANCHOR - 1] + 1
    lead = Gap(0, int(low_a), 0, int(low_b))
    ending = Gap(int(high_a), len(equal_a), int(high_b), len(equal_b))
    if _is_mostly_equal(lead, equal_a, equal_b):
        lead = Gap(0, 0, 0, 0)
    if _is_mostly_equal(ending, equal_a, equal_b):
        ending = Gap(len(equal_a), len(equal_a), len(equal_b), len(equal_b))
    return lead, ending


def _is_mostly_equal(gap: Gap, equal_a: NDArray[np.bool_], equal_b: NDArray[np.bool_]) -> bool:
    """Whether a piece is an edited one, or too short to be called another."""
    mine, other = equal_a[gap.low_a : gap.high_a], equal_b[gap.low_b : gap.high_b]
    if max(len(mine), len(other)) < END_ELEMENTS:
        return True
    return bool(mine.sum() >= END_CHANGED * max(1, min(len(mine), len(other))))


def _of_end(a: Reading, b: Reading, end: Gap, kind: str) -> Iterator[Difference]:
    """Yield another lead or ending; what only one has there is boilerplate."""
    one, other = a.cut(end.low_a, end.high_a), b.cut(end.low_b, end.high_b)
    if one or other:
        yield _difference(kind if one and other else "boilerplate", one, other)


def _is_within(gap: Gap, end: Gap) -> bool:
    """Whether a gap lies in a lead or ending."""
    inside_a = end.low_a <= gap.low_a and gap.high_a <= end.high_a
    return inside_a and end.low_b <= gap.low_b and gap.high_b <= end.high_b


def _of_gap(sides: Sides, gap: Gap, places: list[Place]) -> Iterator[Difference]:
    """Yield the figures, dates and names exchanged in a gap, and its other words."""
    a, b = sides.a, sides.b
    rest = max(gap.high_a - gap.low_a, gap.high_b - gap.low_b)
    for place in places:
        one, other = a.cut(place.a, place.a + 1), b.cut(place.b, place.b + 1)
        rest -= 1
        if place.is_exchanged:
            yield _difference(KIND_NAMES[place.kind], one, other)
        elif a.keys[place.a] != b.keys[place.b]:
            yield _difference("wording", one, other)
    if rest:
        yield _difference("wording", a.cut(gap.low_a, gap.high_a), b.cut(gap.low_b, gap.high_b))


def _difference(kind: str, a: str, b: str) -> Difference:
    """Keep the beginning of both sides."""
    return Difference(kind, a[:MOST_CHARS], b[:MOST_CHARS])


def _fewer(found: list[Difference]) -> tuple[Difference, ...]:
    """Keep 30; of many, the first six of each kind."""
    if len(found) > MOST_DIFFERENCES:
        met: Counter[str] = Counter()
        kept = []
        for each in found:
            met[each.kind] += 1
            if met[each.kind] <= MOST_OF_A_KIND:
                kept.append(each)
        found = kept
    return tuple(found[:MOST_DIFFERENCES])
