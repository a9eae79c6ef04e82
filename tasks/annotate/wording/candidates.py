"""What could be a keyword of a text, and the terms by which articles are counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache

from tasks.annotate.wording.content import Content, content_words, stop_words
from tasks.annotate.wording.tokens import fold, is_spaced

MOST_RUN = 8  # characters of a repeated run of Han; longer ones are whole clauses
LEAST_TIMES = 2  # a phrase that stands there once is any two neighbours
# Of one text: a hostile one would else put millions into the index of terms. The longest of 10,000
# press releases has 1,400.
MOST_TERMS = 20_000

_GAPS = frozenset(" \u00a0\n-‑")  # between words of one phrase
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_KATAKANA = "\u30a1-\u30fa\u30fc"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word or phrase of a text."""

    keyword: str  # folded
    terms: tuple[str, ...]  # it is made of; those are counted over the articles
    count: int  # in the text
    surface: str  # its most frequent form, of several the first

    @property
    def is_term(self) -> bool:
        """Is it itself what articles are counted by?"""
        return self.terms == (self.keyword,)


@dataclass(frozen=True, slots=True)
class Material:
    """What a text has for keywords."""

    terms: frozenset[str]  # by which articles are counted
    candidates: tuple[Candidate, ...]  # in a fixed order


def material(headline: str, body: Sequence[str], language: str) -> Material:
    """Return the terms of a text, at most MOST_TERMS, and its candidates.

    Those are words in the headline or repeated, and phrases of them that are repeated.
    """
    passages = [headline, *body]
    if not is_spaced("\n".join(passages)):
        return _unspaced_material(passages, language)
    content = [content_words(passage, language) for passage in passages]
    counts = Counter([word for each in content for word, _, _ in each])
    wanted = {word for word, count in counts.items() if count >= LEAST_TIMES}
    wanted.update(word for word, _, _ in content[0])
    return Material(_first(counts), tuple(_candidates(passages, content, wanted)))


def _first(counts: Mapping[str, object]) -> frozenset[str]:
    return frozenset(counts if len(counts) <= MOST_TERMS else list(counts)[:MOST_TERMS])


def _candidates(
    passages: Sequence[str], content: Sequence[Sequence[Content]], wanted: Set[str]
) -> Iterator[Candidate]:
    surfaces: dict[tuple[str, ...], list[str]] = {}
    for passage, each in zip(passages, content, strict=True):
        _note_forms(passage, [item for item in each if item[0] in wanted], surfaces)
    for terms, forms in surfaces.items():
        if len(terms) == 1 or len(forms) >= LEAST_TIMES:
            surface = forms[0] if len(set(forms)) == 1 else Counter(forms).most_common(1)[0][0]
            yield Candidate(" ".join(terms), terms, len(forms), surface)


def _note_forms(
    passage: str, content: Sequence[Content], surfaces: dict[tuple[str, ...], list[str]]
) -> None:
    """Note every word, and all neighbours of two and of three, as they are written."""
    before: list[Content] = []  # of the same phrase, two at most
    for item in content:
        word, start, end = item
        surfaces.setdefault((word,), []).append(passage[start:end])
        if before and (start - before[-1][2] != 1 or passage[start - 1] not in _GAPS):
            before = []
        for at in range(len(before)):
            terms = (*[each[0] for each in before[at:]], word)
            surfaces.setdefault(terms, []).append(passage[before[at][1] : end])
        before = [*before[-1:], item]


# ---- scripts without blanks ----------------------------------------------------------------------


def _unspaced_material(passages: Sequence[str], language: str) -> Material:
    """Candidates are repeated words of Katakana and the alphabet, and repeated runs of Han."""
    runs = [run for passage in passages for run in _run_pattern(language).findall(passage)]
    terms: dict[str, object] = dict.fromkeys(piece for run in runs for piece in _pieces(run))
    others = Counter(fold(run) for run in runs if not _is_han(run))
    surfaces = {fold(run): run for run in reversed(runs)}
    found = [
        Candidate(word, (word,), count, surfaces[word])
        for word, count in others.items()
        if count >= LEAST_TIMES
    ]
    han = _repeated([run for run in runs if _is_han(run)])
    found += [Candidate(run, _pieces(run), count, run) for run, count in han.items()]
    return Material(_first(terms), tuple(found))


def _repeated(runs: Sequence[str]) -> dict[str, int]:
    """Return the repeated substrings that no longer one stands for: as often as itself."""
    found: dict[str, int] = {}
    shorter: dict[str, int] | None = None
    for size in range(2, MOST_RUN + 1):
        grams = Counter(gram for run in runs for gram in _grams(run, size, shorter))
        longer = {gram: count for gram, count in grams.items() if count >= LEAST_TIMES}
        for gram, count in longer.items():
            for part in (gram[:-1], gram[1:]):
                if found.get(part) == count:
                    del found[part]
        found |= longer
        shorter = longer
    return found


def _grams(run: str, size: int, shorter: Mapping[str, int] | None) -> Iterator[str]:
    """Yield the substrings of `size` characters whose two shorter ones are repeated."""
    for at in range(len(run) - size + 1):
        gram = run[at : at + size]
        if shorter is None or (gram[:-1] in shorter and gram[1:] in shorter):
            yield gram


@cache
def _run_pattern(language: str) -> re.Pattern[str]:
    stops = "".join(sorted(stop_words(language).plain)) if language in ("zh", "ja") else ""
    han = f"(?:(?![{stops}])[{_HAN}])" if stops else f"[{_HAN}]"
    return re.compile(rf"{han}{{2,}}|[{_KATAKANA}]{{2,40}}|[A-Za-z][A-Za-z0-9-]{{1,39}}")


def _is_han(run: str) -> bool:
    return run[0] not in "ー" and _han_pattern().match(run) is not None


@cache
def _han_pattern() -> re.Pattern[str]:
    return re.compile(f"[{_HAN}]")


def _pieces(run: str) -> tuple[str, ...]:
    """Return the pairs of a run of Han; anything else is a term itself."""
    if not _is_han(run):
        return (fold(run),)
    return tuple(run[at : at + 2] for at in range(len(run) - 1))
