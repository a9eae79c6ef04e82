"""Plant edited copies of real articles, so that it is known what a search for copies must find.

Everything works on units: a word with the blanks after it, or, in scripts written without blanks
(Han, Kana, Thai), one character. Where a kind counts in words, two characters stand for one word.
The same seed gives the same copies on every machine; every kind has a random stream of its own, so
leaving a kind out does not change the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

Units = list[str]

LEAST_WORDS = 100  # of an origin: a quarter of it still has 25 words, about two sentences
LEAST_FIGURES = 3  # of a text that a bulletin is made of; with none, the copy would be exact
CHARACTERS_PER_WORD = 2  # in unspaced scripts, about what Chinese and Thai words have
BOILERPLATE_WORDS = 200
BULLETIN = "figures changed"

_UNIT = re.compile(r"\S+\s*")
_SCRIPTS = {  # of the letters in a text, the share that makes it one of that script
    "Kana": (re.compile("[\u3040-\u30ff]"), 0.1),
    "Han": (re.compile("[\u3400-\u4dbf\u4e00-\u9fff]"), 0.3),
    "Thai": (re.compile("[\u0e00-\u0e7f]"), 0.3),
    "Arabic": (re.compile("[\u0600-\u06ff]"), 0.3),
    "Hangul": (re.compile("[\uac00-\ud7af]"), 0.3),
}
UNSPACED = ("Kana", "Han", "Thai")
OTHER = "other"  # words with blanks between them

_MONTHS = (
    "January February March April May June July August September October November December",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
)
_WEEKDAYS = (
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "lunes martes miércoles jueves viernes sábado domingo",
)
_CYCLES = [names.split() for names in (*_MONTHS, *_WEEKDAYS)]
_CYCLE_OF = {name: cycle for cycle in _CYCLES for name in cycle}
_FIGURE = re.compile(r"\d+|\b(?:" + "|".join(_CYCLE_OF) + r")\b")


@dataclass(frozen=True, slots=True)
class Copy:
    """A text that was made of kept ones; `origins` are their places."""

    kind: str
    text: str
    origins: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Hand:
    """What an edit draws from: chance, and articles of the same script that are not kept."""

    rng: Random
    donors: Sequence[Units]
    per_word: int

    def donor(self, least: int) -> Units:
        """Return one of the articles with at least so many units, else the longest of some."""
        drawn = [self.rng.choice(self.donors) for _ in range(8)]
        return next((each for each in drawn if len(each) >= least), max(drawn, key=len))


Edit = Callable[[Units, Hand], Units]


def script_of(text: str) -> str:
    """Return the script of a text by its first 2,000 characters."""
    head = text[:2000]
    letters = max(1, sum(map(str.isalpha, head)))
    for name, (pattern, share) in _SCRIPTS.items():
        if len(pattern.findall(head)) >= share * letters:
            return name
    return OTHER


def units_of(text: str) -> Units:
    """Return the units of a text; joined they are the text without blanks before it."""
    return list(text) if script_of(text) in UNSPACED else _UNIT.findall(text)


# ---- edits -------------------------------------------------------------------------------------
def edited(units: Units, hand: Hand, rate: float) -> Units:
    """Replace, delete or double each unit with probability `rate`, each of the three as often."""
    edits: Units = []
    for unit in units:
        if not unit.strip() or hand.rng.random() >= rate:
            edits.append(unit)
            continue
        action = hand.rng.randrange(3)
        if action == 0:
            edits.append(_other_unit(unit, hand))
        elif action == 1:
            edits += [unit if unit[-1:].isspace() or len(unit) == 1 else unit + " ", unit]
    return edits


def _other_unit(unit: str, hand: Hand) -> str:
    """Return another unit of another article, with the blanks of the one that it replaces."""
    word = unit.rstrip()
    for _ in range(20):
        other = hand.rng.choice(hand.rng.choice(hand.donors)).rstrip()
        if other and other.casefold() != word.casefold():
            return other + unit[len(word) :]
    return "…" + unit[len(word) :]


def words(rate: float) -> Edit:
    """Return the edit of each word with probability `rate`."""
    return lambda units, hand: edited(units, hand, rate)


def characters(rate: float) -> Edit:
    """Return the edit of each character with probability `rate`; others come from donors."""

    def edit(units: Units, hand: Hand) -> Units:
        letters = Hand(hand.rng, [list("".join(hand.rng.choice(hand.donors)))], hand.per_word)
        return edited(list("".join(units)), letters, rate)

    return edit


def lead_swapped(units: Units, hand: Hand) -> Units:
    """Put another article's beginning in the place of the first paragraph, or of a fifth."""
    at = _lead_length(units)
    return _closed(hand.donor(at)[:at]) + units[at:]


def ending_swapped(units: Units, hand: Hand) -> Units:
    """Put another article's end in the place of the last fifth."""
    at = len(units) // 5
    return _closed(units[:-at]) + hand.donor(at)[-at:]


def _lead_length(units: Units) -> int:
    """Return where the first paragraph ends if it is a tenth to a third, else a fifth."""
    ends = (at + 1 for at, unit in enumerate(units) if "\n" in unit or "   " in unit)
    fifth = max(1, len(units) // 5)
    return next((at for at in ends if len(units) <= 10 * at <= 10 * len(units) // 3), fifth)


def half(units: Units, hand: Hand) -> Units:
    """Cut to the first, the last or the middle half."""
    size = len(units) // 2
    start = hand.rng.choice([0, len(units) - size, (len(units) - size) // 2])
    return units[start : start + size]


def part(share: float) -> Edit:
    """Return the cut to one run of this share, anywhere."""

    def cut(units: Units, hand: Hand) -> Units:
        return _run(units, round(len(units) * share), hand)

    return cut


def excerpt(length: int) -> Edit:
    """Return the edit that puts `length` words of the origin into another article."""

    def quote(units: Units, hand: Hand) -> Units:
        host = hand.donor(length)
        at = hand.rng.randrange(len(host) + 1)
        taken = _run(units, length * hand.per_word, hand)
        return _closed(host[:at]) + _closed(taken) + host[at:]

    return quote


def _run(units: Units, length: int, hand: Hand) -> Units:
    start = hand.rng.randrange(max(1, len(units) - length + 1))
    return units[start : start + length]


def boilerplate_added(units: Units, hand: Hand) -> Units:
    """Put the same 200 words before or after: those of the first article that is long enough."""
    least = BOILERPLATE_WORDS * hand.per_word
    recurring = next((each for each in hand.donors if len(each) >= least), hand.donors[0])[:least]
    if hand.rng.random() < 0.5:
        return _closed(recurring) + units
    return _closed(units) + recurring


def figures_changed(units: Units, hand: Hand) -> Units:
    """Change every figure, month and weekday and keep the sentences: tomorrow's bulletin."""
    return [_FIGURE.sub(lambda found: _other_figure(found[0], hand.rng), "".join(units))]


def _other_figure(figure: str, rng: Random) -> str:
    if figure in _CYCLE_OF:
        return rng.choice([name for name in _CYCLE_OF[figure] if name != figure])
    low, high = 0, 10 ** min(len(figure), 18) - 1
    if len(figure) == 4 and figure[:2] in ("19", "20"):
        low, high = 1950, 2029  # a year stays one
    elif figure[0] != "0":
        low = (high + 1) // 10
    for _ in range(20):
        other = str(rng.randint(low, high)).zfill(len(figure))
        if other != figure:
            return other
    return figure[::-1] + "1"


def _closed(units: Units) -> Units:
    """Return the units with a paragraph's end after them."""
    return [*units, "\n\n"]


EDITS: Mapping[str, Edit] = {
    "words 5 %": words(0.05),
    "words 10 %": words(0.10),
    "words 15 %": words(0.15),
    "words 20 %": words(0.20),
    "words 30 %": words(0.30),
    "lead swapped": lead_swapped,
    "ending swapped": ending_swapped,
    "cut to a half": half,
    "cut to a quarter": part(0.25),
    "inside a round-up": lambda units, hand: units,  # see _round_up
    "excerpt of 60 words": excerpt(60),
    "excerpt of 30 words": excerpt(30),
    "boilerplate added": boilerplate_added,
    BULLETIN: figures_changed,
    "characters 5 %": characters(0.05),
}
ROUND_UP = "inside a round-up"
KINDS = tuple(kind for kind in EDITS if kind != "characters 5 %")
LANGUAGE_KINDS = (
    "characters 5 %",
    "lead swapped",
    "cut to a half",
    "cut to a quarter",
    ROUND_UP,
    "excerpt of 60 words",
)


# ---- planting ----------------------------------------------------------------------------------
def plant(
    kept: Mapping[int, str],
    donors: Sequence[str],
    *,
    kinds: Sequence[str] = KINDS,
    per_kind: int,
    seed: int,
) -> list[Copy]:
    """Return `per_kind` copies of every kind, of random kept texts (place -> text).

    Texts are of one class of scripts: all spaced or all unspaced. An origin is taken twice for one
    kind only if there are fewer long enough than copies are wanted. Fewer come only if none is.
    """
    per_word = CHARACTERS_PER_WORD if script_of(donors[0]) in UNSPACED else 1
    split = {place: units_of(text) for place, text in kept.items()}
    fit = [place for place, units in split.items() if len(units) >= LEAST_WORDS * per_word]
    pool = [units for units in map(units_of, donors) if units]
    copies = []
    for kind in kinds:
        hand = Hand(Random(f"{seed} {kind}"), pool, per_word)
        able = [at for at in fit if kind != BULLETIN or _has_figures(kept[at])]
        for origin in _draw(able, per_kind, hand.rng):
            copies.append(_copy(kind, origin, able, split, hand))
    return copies


def _has_figures(text: str) -> bool:
    return len(_FIGURE.findall(text)) >= LEAST_FIGURES


def _draw(places: Sequence[int], wanted: int, rng: Random) -> list[int]:
    if wanted <= len(places):
        return rng.sample(places, wanted)
    return [rng.choice(places) for _ in range(wanted)] if places else []


def _copy(
    kind: str, origin: int, able: Sequence[int], split: Mapping[int, Units], hand: Hand
) -> Copy:
    if kind != ROUND_UP:
        return Copy(kind, "".join(EDITS[kind](split[origin], hand)), (origin,))
    others = [at for at in _draw(able, hand.rng.randint(2, 4), hand.rng) if at != origin]
    origins = tuple(dict.fromkeys((origin, *others)))
    return Copy(kind, "\n\n".join("".join(split[at]).strip() for at in origins), origins)
