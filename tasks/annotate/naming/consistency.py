"""One article says one thing of a name: kinds made equal, names that were missed added.

Each rule was measured on wikigold (python -m tests.bench.entities), and stays because it helps.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from tasks.annotate.naming.roles import follows_title
from tasks.annotate.naming.tables import words
from tasks.annotate.naming.titled import TITLED_KINDS, is_titled, people_by_title
from warehouse.annotations import AcronymRow

_WORD = re.compile(r"[^\W_]\w{0,60}")
_LINE = re.compile(r"[^\n\r\u2028\u2029]+")
_BEFORE = re.compile(r"(\w+)\s+\Z")
_BEHIND = re.compile(r"\s+([a-zà-ÿ]+)(?:\s+([a-zà-ÿ]+))?")
# A capital inside a sentence: after a word or a comma, not after a full stop or a quotation mark.
_CAPITAL_BEFORE = re.compile(r"[\w,]\s+[A-ZÀ-ÖØ-Þ][\w’'-]*\s\Z")
_FEWEST_WORDS = 3  # of a line in capitals; two may be an acronym and a name
_SHORTEST = 3  # of what is looked for again: two letters are too often something else


@dataclass(frozen=True, slots=True)
class Name:
    """A name in the headline or the text, in half-open code points."""

    field: str
    start: int
    end: int
    kind: str
    surface: str


def consistent(
    names: Sequence[Name],
    fields: Mapping[str, str],
    acronyms: Sequence[AcronymRow],
    language: str,
) -> list[Name]:
    """Return the names of one article with what was missed, in reading order; none overlap."""
    spelt = _with_acronyms(names, acronyms, language)
    placed = [_by_context(name, fields[name.field], language) for name in spelt]
    placed, titled = _by_titles(placed, fields, language)
    kinds = _kinds(placed) | _armed(placed, fields, language)
    kinds |= people_by_title(titled, placed, language)
    same = [
        name if name in titled else replace(name, kind=kinds.get(name.surface, name.kind))
        for name in placed
    ]
    kept = list(_not_shouted(same, fields))
    ranks = {field: number for number, field in enumerate(fields)}
    found = [*kept, *_missed(kept, fields, language)]
    return sorted(found, key=lambda name: (ranks[name.field], name.start))


def kind_by_head(surface: str, language: str) -> str | None:
    """Return the kind that the last word of several tells, or the first before an of."""
    parts = surface.lower().split()
    if len(parts) < 2:
        return None
    for word in (parts[0] if parts[1] in ("of", "de", "des", "für") else parts[-1], parts[-1]):
        for kind in ("organisation", "place", "event", "work"):
            if word in words("heads", language, kind):
                return kind
    return None


def _with_acronyms(
    names: Sequence[Name], acronyms: Sequence[AcronymRow], language: str
) -> list[Name]:
    """Put acronym and long form, as the article spells them out, in place of what the model saw."""
    spelt = [row for row in acronyms if _is_proper(row.long)]
    kept: list[Name] = []
    seen: defaultdict[int, list[str]] = defaultdict(list)  # kinds by number of the acronym
    for field in dict.fromkeys(name.field for name in names):
        rows = [number for number, row in enumerate(spelt) if row.field == field]
        starts = [spelt[number].char_start for number in rows]
        for name in names:
            if name.field == field:
                index = bisect_left(starts, name.end) - 1
                if index >= 0 and name.start < spelt[rows[index]].char_end:
                    seen[rows[index]].append(name.kind)
                else:
                    kept.append(name)
    pairs = (_pair(row, seen[number], language) for number, row in enumerate(spelt))
    return [*kept, *chain.from_iterable(pairs)]


def _is_proper(long: str) -> bool:
    """Is it a name: not weapons of mass destruction (WMD)?"""
    return long[0].isupper() and long.split()[-1][0].isupper()


def _pair(row: AcronymRow, seen: Sequence[str], language: str) -> Iterator[Name]:
    """Yield long form and acronym, of the kind that the head tells, or else what the model saw."""
    kind = kind_by_head(row.long, language) or (seen[0] if seen else "other")
    yield Name(row.field, row.long_start, row.long_end, kind, row.long)
    yield Name(row.field, row.short_start, row.short_end, kind, row.short)


def _by_context(name: Name, text: str, language: str) -> Name:
    """Correct a kind by the name's last word and the words before it: Sen. Lincoln, in Erbil."""
    if name.kind not in TITLED_KINDS:
        return name
    head = kind_by_head(name.surface, language)
    if name.kind == "person":
        name = replace(name, kind=head or "person")  # Victoria University
    if name.kind in ("organisation", "person") and name.surface.isalpha():
        before = _BEFORE.search(text, max(0, name.start - 12), name.start)
        cues = words("heads", language, "locative")
        if before and before[1].lower() in cues and not name.surface.isupper():
            return replace(name, kind="place")
    return name


def _by_titles(
    names: Sequence[Name], fields: Mapping[str, str], language: str
) -> tuple[list[Name], frozenset[Name]]:
    """Return the names with people where a title says so, and these people."""
    titled: list[Name] = []
    kept: list[Name] = []
    for name in names:
        if name.kind in TITLED_KINDS and is_titled(name, fields[name.field], language):
            name = replace(name, kind="person")
            titled.append(name)
        kept.append(name)
    return kept, frozenset(titled)


def _armed(names: Sequence[Name], fields: Mapping[str, str], language: str) -> dict[str, str]:
    """Return `group` for armed groups and their last words: Takfiri Daesh terrorist group."""
    nouns = words("heads", language, "armed")
    found: dict[str, str] = {}
    for name in names:
        behind = _BEHIND.match(fields[name.field], name.end, name.end + 60)
        if behind is None or name.kind not in ("organisation", "person", "other"):
            continue
        if behind[1] in nouns or (behind[2] in nouns and behind[1] != "and"):
            found |= dict.fromkeys((name.surface, name.surface.split()[-1]), "group")
    return found


def _kinds(names: Sequence[Name]) -> dict[str, str]:
    """Return the kind of each surface: the most frequent, else the first; of surnames person."""
    votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name in names:
        votes[name.surface][name.kind] += 1
    kinds = {surface: counts.most_common(1)[0][0] for surface, counts in votes.items()}
    return kinds | {surname: "person" for surname in surnames(names) if surname in kinds}


def surnames(names: Iterable[Name]) -> Iterator[str]:
    """Yield the last words of full names of people."""
    for name in names:
        if name.kind == "person" and " " in name.surface:
            last = name.surface.split()[-1]
            if len(last) >= _SHORTEST and last[0].isupper() and last[-1] != ".":
                yield last


def _not_shouted(names: Sequence[Name], fields: Mapping[str, str]) -> Iterator[Name]:
    """Yield the names without those that only lines in capitals have, where others have any.

    Models take every other word of such a line for a name.
    """
    loud = {field: list(_loud_lines(text)) for field, text in fields.items()}
    is_loud = [_inside(name, loud[name.field]) for name in names]
    known = {name.surface.casefold() for name, it in zip(names, is_loud, strict=True) if not it}
    for name, it in zip(names, is_loud, strict=True):
        if not it or not known or name.surface.casefold() in known:
            yield name


def _loud_lines(text: str) -> Iterator[tuple[int, int]]:
    for line in _LINE.finditer(text):
        if line[0].isupper() and line[0].count(" ") >= _FEWEST_WORDS - 1:
            yield line.span()


def _inside(name: Name, spans: Sequence[tuple[int, int]]) -> bool:
    index = bisect_right(spans, (name.start, len(spans) and spans[-1][1])) - 1
    return index >= 0 and name.end <= spans[index][1]


def _missed(names: Sequence[Name], fields: Mapping[str, str], language: str) -> Iterator[Name]:
    """Yield further places of the same surfaces and of surnames, in the same letters."""
    kinds = {name.surface: name.kind for name in names if _is_looked_for(name.surface)}
    kinds |= {last: "person" for last in surnames(names) if last not in kinds}
    if not kinds:
        return
    forms: defaultdict[str, list[str]] = defaultdict(list)
    for surface in sorted(kinds, key=lambda one: (-len(one), one)):
        match = _WORD.match(surface)
        if match:
            forms[match[0]].append(surface)
    for field, text in fields.items():
        taken = sorted((name.start, name.end) for name in names if name.field == field)
        for start, surface in _repeats(text, forms, taken, language):
            yield Name(field, start, start + len(surface), kinds[surface], surface)


def _is_looked_for(surface: str) -> bool:
    return len(surface) >= _SHORTEST and surface[0].isupper()


def _repeats(
    text: str, forms: Mapping[str, Sequence[str]], taken: Sequence[tuple[int, int]], language: str
) -> Iterator[tuple[int, str]]:
    """Yield where the forms stand outside the spans `taken`."""
    last = 0
    for word in _WORD.finditer(text):
        start = word.start()
        candidates = forms.get(word[0])
        if candidates is None or start < last:
            continue
        index = bisect_right(taken, (start, len(text)))
        if index and taken[index - 1][1] > start:
            continue
        limit = taken[index][0] if index < len(taken) else len(text)
        for surface in candidates:
            end = start + len(surface)
            if (
                end <= limit
                and text.startswith(surface, start)
                and _is_whole(text, start, end, language)
            ):
                last = end
                yield start, surface
                break


def _is_whole(text: str, start: int, end: int, language: str) -> bool:
    """Do words begin and end here, and is it no part of a longer name: New [York] Times?"""
    before, behind = text[start - 1 : start], text[end : end + 1]
    if before.isalnum() or behind.isalnum() or {before, behind} & {"-", "_"}:
        return False
    if text[end : end + 2].strip().isupper():
        return False
    capital = _CAPITAL_BEFORE.search(text, max(0, start - 30), start)
    return capital is None or follows_title(text, start, language)
