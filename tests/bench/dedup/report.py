"""Score what was said of the planted copies, and lay it out as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.bench.dedup.ours import Result
from tests.bench.dedup.peers import Answer, Pairs
from tests.bench.dedup.planting import BULLETIN, Copy
from tests.bench.dedup.truth import LEAST_RUN, LEAST_SHARE, SIZE, Truth


@dataclass(frozen=True)
class Trial:
    """The texts of one run: kept ones at 0.., copies after them."""

    kept: Sequence[str]
    copies: Sequence[Copy]
    truth: Truth

    def place(self, number: int) -> int:
        """Return the place of a copy among all texts."""
        return len(self.kept) + number

    @property
    def planted(self) -> Pairs:
        """Every copy with every origin."""
        return {
            (self.place(at), origin)
            for at, copy in enumerate(self.copies)
            for origin in copy.origins
        }

    def by_kind(self) -> dict[str, list[tuple[int, int]]]:
        """Return the planted pairs of each kind, in the order of kinds."""
        pairs: dict[str, list[tuple[int, int]]] = {}
        for at, copy in enumerate(self.copies):
            pairs.setdefault(copy.kind, []).extend((self.place(at), each) for each in copy.origins)
        return pairs

    def precision(self, pairs: Pairs) -> float:
        """Return how many pairs of a new and a kept text are planted or alike by brute force."""
        others = pairs - self.planted
        false = sum(not self.truth.is_alike(a, b) for a, b in others)
        return 1 - false / max(1, len(pairs))


def found(trial: Trial, said: Pairs, groups: Sequence[int] = ()) -> dict[str, float]:
    """Return recall by kind: the copy is named with its origin.

    With `groups` also if it is named with another text of the origin's group, or is in it.
    """
    named = groups or range(len(trial.kept) + len(trial.copies))
    partners: dict[int, set[int]] = {}
    for a, b in said:
        partners.setdefault(a, set()).add(named[b])
    return {
        kind: sum(named[b] in partners.get(a, ()) or named[a] == named[b] for a, b in pairs)
        / len(pairs)
        for kind, pairs in trial.by_kind().items()
        if pairs
    }


def new_with_kept(trial: Trial, pairs: Pairs) -> Pairs:
    """Return the pairs of a new text with a kept one, the new one first."""
    return {(a, b) for a, b in pairs if a >= len(trial.kept) > b}


def joined(trial: Trial, groups: Sequence[int]) -> dict[str, float]:
    """Return by kind how many copies are in the group of their origin."""
    return {
        kind: sum(groups[a] == groups[b] for a, b in pairs) / len(pairs)
        for kind, pairs in trial.by_kind().items()
        if pairs
    }


def lost(trial: Trial, groups: Sequence[int]) -> list[int]:
    """Return the kept texts that one row per group no longer shows: its first is unlike them."""
    return [
        at
        for at in range(len(trial.kept))
        if groups[at] != at and not trial.truth.is_alike(at, groups[at])
    ]


def table(trial: Trial, ours: Result | None, peers: Mapping[str, Answer]) -> str:
    """Return recall and the share joined, a row for each kind."""
    columns: dict[str, dict[str, float]] = {}
    if ours is not None:
        links = new_with_kept(trial, set(ours.links))
        if ours.candidates:
            columns["candidates"] = found(trial, ours.candidates)
        columns["links"] = found(trial, links, ours.groups)
        columns["in the group"] = joined(trial, ours.groups)
    columns |= {name: found(trial, answer.pairs) for name, answer in peers.items()}
    head = ["recall in %", "pairs", *columns]
    rows = [head, ["---"] * len(head)]
    for kind, pairs in trial.by_kind().items():
        shares = [f"{100 * share[kind]:.1f}" for share in columns.values()]
        rows.append([kind, str(len(pairs)), *shares])
    return _markdown(rows)


def summary(trial: Trial, ours: Result | None, peers: Mapping[str, Answer]) -> str:
    """Return precision, bulletins, lost stories and CPU seconds, a row for each tool."""
    rows = [["", "candidates", "precision", "bulletins named with their origin", "CPU s"]]
    rows.append(["---"] * len(rows[0]))
    if ours is not None:
        links = new_with_kept(trial, set(ours.links))
        near = {pair for pair in links if ours.links[pair].relation == "near"}
        told = (("candidates", ours.candidates), ("links", links), ("near", near))
        for name, pairs in told[0 if ours.candidates else 1 :]:  # the product tells no candidates
            seconds = _seconds(ours.seconds) if name == "links" else ""
            rows.append([f"copydesk, {name}", *_scores(trial, pairs), seconds])
    for name, answer in peers.items():
        rows.append([name, *_scores(trial, answer.pairs), _seconds(answer.seconds)])
    return _markdown(rows) + ("\n\n" + _grouped(trial, ours) if ours is not None else "")


def _scores(trial: Trial, pairs: Pairs) -> list[str]:
    bulletins = found(trial, pairs).get(BULLETIN)
    share = "" if bulletins is None else f"{100 * bulletins:.1f} %"
    return [str(len(pairs)), f"{trial.precision(pairs):.4f}", share]


def _grouped(trial: Trial, ours: Result) -> str:
    gone = lost(trial, ours.groups)
    sizes = Counter(ours.groups)
    bulletins = joined(trial, ours.groups).get(BULLETIN)
    lines = [
        f"- copydesk: {len(sizes):,} groups of {len(ours.groups):,} texts, the largest of "
        f"{max(sizes.values()):,}; stories lost: {len(gone)} {gone[:5] or ''}",
        f"- a pair that was not planted is true if {LEAST_RUN} words in a row or {LEAST_SHARE:.0%} "
        f"of the {SIZE}-grams of one are in the other, by brute force",
        *(f"- {note}" for note in ours.notes),
    ]
    if bulletins is not None:
        lines.insert(1, f"- bulletins in the group of their origin: {100 * bulletins:.1f} %")
    return "\n".join(lines)


def _seconds(stages: Mapping[str, float]) -> str:
    told = ", ".join(f"{name} {seconds:.1f}" for name, seconds in stages.items())
    return f"{sum(stages.values()):.1f} ({told})"


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def misses(trial: Trial, ours: Result, most: int) -> str:
    """Return copies that were not linked to their origin, and links that are false."""
    links = new_with_kept(trial, set(ours.links))
    lines: list[str] = []
    for kind, pairs in trial.by_kind().items():
        gone = [pair for pair in pairs if pair not in links]
        for a, b in gone[:most]:
            text = " ".join(trial.copies[a - len(trial.kept)].text.split())
            step = "not verified" if (a, b) in ours.candidates else "no candidate"
            share = f"Jaccard {trial.truth.jaccard(a, b):.2f}"
            lines.append(
                f"- {kind}: {a} {b}, {step}, {share}, {len(text)} characters: {text[:100]}"
            )
    false = sorted(pair for pair in links - trial.planted if not trial.truth.is_alike(*pair))
    told = Counter(ours.links[pair].relation for pair in false)
    lines.append(f"- false links: {dict(told)} {false[: 3 * most]}")
    return "\n".join(lines)
