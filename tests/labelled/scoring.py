"""Compare rows with labelled rows: one to one, greedy in reading order.

Rows of both sides are mappings as in the label files (start, end, and what GUIDELINES.md names).
Labels marked optional are neither missed nor are rows that meet them false alarms.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]
Agrees = Callable[[Row, Row], bool]


@dataclass
class Score:
    """Counts of one kind over articles, and what to show."""

    hits: int = 0
    misses: int = 0
    alarms: int = 0
    pairs: list[tuple[Row, Row]] = field(default_factory=list)  # label, found
    missed: list[Row] = field(default_factory=list)
    false: list[Row] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return _share(self.hits, self.hits + self.alarms)

    @property
    def recall(self) -> float:
        return _share(self.hits, self.hits + self.misses)

    @property
    def f1(self) -> float:
        return _share(2 * self.hits, 2 * self.hits + self.misses + self.alarms)

    def add(self, other: Score) -> None:
        self.hits += other.hits
        self.misses += other.misses
        self.alarms += other.alarms
        self.pairs += other.pairs
        self.missed += other.missed
        self.false += other.false


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan


def compare(
    labels: Sequence[Row], found: Sequence[Row], agrees: Agrees, near: Agrees, spared: Sequence[Row]
) -> Score:
    """Match `found` with `labels` by `agrees`. What is left over and is `near` an optional label,
    or near one of `spared`, is no false alarm."""
    needed = [label for label in labels if not label.get("optional")]
    optional = [label for label in labels if label.get("optional")]
    left = list(found)
    score = Score()
    for label in needed:
        match = next((row for row in left if agrees(label, row)), None)
        if match is None:
            score.missed.append(label)
        else:
            left.remove(match)
            score.pairs.append((label, match))
    # A row that others hold optional (a second labeller's file) asks for nothing either.
    left = [row for row in left if not row.get("optional")]
    score.false = [row for row in left if not any(near(one, row) for one in [*optional, *spared])]
    score.hits, score.misses, score.alarms = (
        len(score.pairs),
        len(score.missed),
        len(score.false),
    )
    return score


def overlaps(one: Row, two: Row) -> bool:
    return bool(one["start"] < two["end"] and two["start"] < one["end"])


def same_date(one: Row, two: Row) -> bool:
    """The spans overlap, and the TIMEX3 values are equal."""
    return overlaps(one, two) and same_value(one["timex_value"], two["timex_value"])


def same_value(label: str | None, found: str | None) -> bool:
    if label is None:
        return True  # an optional row, whose value nobody asks for
    return not {_plain(part) for part in label.split("|")}.isdisjoint(
        _plain(part) for part in (found or "").split("|")
    )


def _plain(value: str) -> str:
    """Write spellings of one value alike: P1DE and P10Y, 199X and 199, a zone, seconds."""
    value = re.sub(r"P([\d.]+)DE$", lambda found: f"P{10 * float(found[1]):g}Y", value)
    value = re.sub(r"^(\d{3})X$", r"\1", value)
    value = re.sub(r"^(\d{2})XX$", r"\1", value)
    value = re.sub(r"(T\d\d:\d\d)(?::00)?(?:Z|[+-]\d\d:?\d\d)?$", r"\1", value)
    return re.sub(r"^X{4}(?:-XX){0,2}(T)", r"\1", value)


def same_quantity(one: Row, two: Row) -> bool:
    """The spans overlap; both bounds and the kind of unit are equal."""
    bounds = all(_near_number(one[key], two[key]) for key in ("value_min", "value_max"))
    return overlaps(one, two) and bounds and same_unit_kind(one, two)


def same_unit_kind(label: Row, found: Row) -> bool:
    """Equal; or one says none and the other a count of what is not written (180 are dead)."""
    kinds = {label["unit_kind"], found["unit_kind"]}
    counts = next((row for row in (label, found) if row["unit_kind"] == "count"), None)
    if kinds == {"count", "none"} and counts is not None:
        return counts["object"] is None
    return found["unit_kind"] in label["unit_kind"].split("|")


def _near_number(one: float | None, two: float | None) -> bool:
    if one is None or two is None:
        return one is two
    return math.isclose(one, two, rel_tol=1e-3, abs_tol=1e-9)


def same_quote(one: Row, two: Row) -> bool:
    """The words are the same ones: marks, blanks and stops at both ends do not count."""
    return _inside(one) == _inside(two)


def _inside(row: Row) -> tuple[int, int]:
    surface = row["surface"]
    words = [place for place, character in enumerate(surface) if character.isalnum()]
    if not words:
        return row["start"], row["end"]
    return row["start"] + words[0], row["start"] + words[-1]


def same_speaker(label: Row, found: Row) -> bool:
    """The speakers overlap in the text, or are called by the same surname."""
    if label["speaker"] is None or found["speaker"] is None:
        return label["speaker"] is found["speaker"]
    one, two = ({"start": r["speaker_start"], "end": r["speaker_end"]} for r in (label, found))
    if two["start"] is not None and overlaps(one, two):
        return True
    called = surname(label.get("who"))
    return called is not None and called in {surname(name) for name in names(found)}


def names(row: Row) -> list[str]:
    return [name for name in (row.get("who"), row.get("speaker"), row.get("entity_name")) if name]


def surname(name: str | None) -> str | None:
    """Return the last word of `name`, Jr. and a final 's apart."""
    words = re.findall(r"\w[\w’'-]*", re.sub(r"['’]s\b|,?\s*\b[JS]r\b\.?", "", name or ""))
    return words[-1].casefold() if words else None


def same_attribution(label: Row, found: Row) -> bool:
    """The speaker is the same, and the verb is, or the sentence."""
    return same_speaker(label, found) and bool(
        _same_cue(label, found)
        or (label.get("sentence") is not None and label.get("sentence") == found.get("sentence"))
    )


def _same_cue(label: Row, found: Row) -> bool:
    if label.get("cue_start") is None or found.get("cue_start") is None:
        return False
    one, two = (
        {"start": row["cue_start"], "end": row["cue_start"] + len(row["cue"] or " ")}
        for row in (label, found)
    )
    return overlaps(one, two)


def same_source(label: Row, found: Row) -> bool:
    """One and the same telling: the attribution is, or what was said overlaps."""
    told = same_attribution(label, found) or (overlaps(label, found) and same_speaker(label, found))
    return bool(told)


def kappa(pairs: Iterable[tuple[Any, Any]]) -> float:
    """Cohen's kappa of two labellers' choices; nan without any, 1 where there was no choice."""
    both = list(pairs)
    if not both:
        return math.nan
    observed = sum(one == two for one, two in both) / len(both)
    expected = sum(
        sum(one == kind for one, _ in both) * sum(two == kind for _, two in both)
        for kind in {kind for pair in both for kind in pair}
    ) / (len(both) ** 2)
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)
