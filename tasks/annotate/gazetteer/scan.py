"""Names that the gazetteer finds by itself, in any script.

Scripts with case: runs of capitalised words, which must be a place as a whole ("Paris Hilton" is
none). Scripts with blanks but without case: one to three words, without the particles that are
written with them. Chinese, Japanese, Thai and their like: the longest names at each position.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from tasks.annotate.gazetteer.folding import fold
from tasks.annotate.gazetteer.index import Gazetteer, Place
from tasks.annotate.gazetteer.names import Name
from tasks.annotate.gazetteer.tables import abbreviations, traps, words
from tasks.annotate.gazetteer.usage import is_located

_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_CASELESS = r"\u0590-\u05ff\u0600-\u06ff\u0750-\u077f\u0900-\u0dff\uac00-\ud7af"
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_IS_CASELESS = re.compile(f"[{_CASELESS}]")
_TOKEN = re.compile(r"[^\W\d_]{1,40}(?:[-'’][^\W\d_]{1,40}){0,5}")
_POSSESSIVE = re.compile(r"['’]s$|['’]$")
_JOINING = frozenset(
    ("of", "the", "de", "la", "del", "al", "el", "du", "da", "do", "and", "an", "am")
)
# A blank or line break, or two with joining words between.
_JOINERS = "|".join(sorted(_JOINING))
_GAP = re.compile(rf"[ \u00a0\n](?:((?:{_JOINERS})(?: (?:{_JOINERS}))?)[ \u00a0])?")
_MOST_WORDS = 6
_RUN_LIMIT = 12  # tokens of a run: longer ones are headings in capitals
_UNSPACED_LENGTHS = range(8, 1, -1)

# Inhabitants from which a city is believed without a mention; written otherwise than in its own
# name from a million, since many short words are somewhere the name of a town.
_LEAST_CITY = 100_000
_LEAST_OTHER_NAME = 1_000_000
_SHORT = 5  # letters: shorter names of that kind are words somewhere
_LEAST_CASELESS = 300_000
_LEAST_DIVISION = 200_000


class _Token(NamedTuple):
    start: int
    end: int
    text: str


class _Option(NamedTuple):
    """A part of a text that the gazetteer may know under `form`."""

    start: int
    end: int
    form: str


def scan(field: str, text: str, language: str, places: Gazetteer) -> list[Name]:
    """Return the names of `text` that are places beyond doubt enough, in order, not overlapping."""
    options = list(_cased(text, language))
    if _IS_CASELESS.search(text):
        options += _caseless(text)
    if _IS_UNSPACED.search(text):
        options += _unspaced(text, places)
    known = places.find(option.form for option in options)
    good = [each for each in options if _is_believed(each, text, language, known)]
    good += _beside(text, options, good, known)
    kept = list(_longest(good))
    in_lower = _also_in_lower(text, {text[start:end] for start, end, _ in kept})
    return [
        Name(field, start, end, text[start:end], (form,), is_sure=False)
        for start, end, form in kept
        if text[start:end] not in in_lower or is_located(text, start, language)
    ]


def _also_in_lower(text: str, surfaces: set[str]) -> set[str]:
    """Return those that the text has in lower case too: words in capitals, no names."""
    lowered = {each: each.lower() for each in surfaces if each != each.lower()}
    return {
        each
        for each, lower in lowered.items()
        if lower in text and re.search(rf"(?<!\w){re.escape(lower)}(?!\w)", text)
    }


def _beside(
    text: str,
    options: Sequence[_Option],
    good: Sequence[_Option],
    known: Mapping[str, tuple[Place, ...]],
) -> list[_Option]:
    """Return further places that a comma joins to one they hold or lie in: "Tyler, Texas"."""
    starts = {each.start: known[each.form] for each in good if each.form in known}
    ends = {each.end: known[each.form] for each in good if each.form in known}
    found = []
    for each in options:
        own = known.get(each.form, ())
        if own and each.start not in starts:
            outer = starts.get(each.end + 2, ()) if text[each.end : each.end + 2] == ", " else ()
            inner = (
                ends.get(each.start - 2, ()) if text[each.start - 2 : each.start] == ", " else ()
            )
            if _holds_any(own, outer) or _holds_any(inner, own):
                found.append(each)
    return found


def _holds_any(inner: Sequence[Place], outer: Sequence[Place]) -> bool:
    return any(one.is_inside(two) for two in outer for one in inner)


def _longest(options: Sequence[_Option]) -> Iterator[_Option]:
    end = 0
    for option in sorted(options, key=lambda each: (each.start, -each.end)):
        if option.start >= end:
            yield option
            end = option.end


def _cased(text: str, language: str) -> Iterator[_Option]:
    for run in _runs(text):
        tokens = _trimmed(text, run, language)
        for part in _parts(tokens):
            start, end = part[0].start, part[-1].end
            stripped = _POSSESSIVE.sub("", text[start:end])
            form = fold(stripped)
            if len(form) > 1:
                yield _Option(start, start + len(stripped), form)


@cache
def _capitalised() -> re.Pattern[str]:
    """Words that begin with a capital of any script, and dotted abbreviations."""
    letters = "".join(c for c in map(chr, range(0x41, 0x2000)) if c.isupper() or c.istitle())
    return re.compile(
        rf"(?<![^\W_])(?:(?:[A-Z]\.){{2,6}}|[{letters}][^\W\d_]{{0,39}}(?:[-'’][^\W\d_]{{1,40}}){{0,5}})"
    )


def _runs(text: str) -> Iterator[list[_Token]]:
    """Yield capitalised words that only blanks and small joining words part."""
    run: list[_Token] = []
    for match in _capitalised().finditer(text):
        token = _Token(match.start(), match.end(), match[0])
        if run:
            gap = _GAP.fullmatch(text, run[-1].end, token.start)
            if gap is None or run[-1].text.endswith(("'s", "’s")) or len(run) > _RUN_LIMIT:
                yield run
                run = []
            elif gap[1]:
                run.append(_Token(gap.start(1), gap.end(1), gap[1]))
        run.append(token)
    if run:
        yield run


def _trimmed(text: str, run: list[_Token], language: str) -> list[_Token]:
    """Leave out what begins the sentence without being a name."""
    function = words(language, "function")
    if len(run) > _RUN_LIMIT or _is_person(text, run[0], language):
        return []
    tokens = run
    while tokens and (tokens[0].text.lower() in function or tokens[0].text in _JOINING):
        tokens = tokens[1:]
    return tokens


def _is_person(text: str, token: _Token, language: str) -> bool:
    before = text[max(0, token.start - 14) : token.start].rstrip(" .\u00a0").rpartition(" ")[2]
    return before.lower().strip("(\"“'’") in words(language, "title") and before[:1].isupper()


def _parts(tokens: list[_Token]) -> Iterator[list[_Token]]:
    """Yield the whole run, and what stands on either side of an "and"."""
    if tokens and len(tokens) <= _MOST_WORDS:
        yield tokens
    cuts = [at for at, token in enumerate(tokens) if token.text == "and"]
    edges = [-1, *cuts, len(tokens)]
    if cuts:
        for left, right in itertools.pairwise(edges):
            if 0 < right - left - 1 <= _MOST_WORDS:
                yield tokens[left + 1 : right]


_PREFIXES = ("وال", "بال", "فال", "لل", "و", "ب", "ل", "ف", "ك")
_SUFFIXES = re.compile(
    "(?:에서는|에서의|에서도|에서|에게|으로|까지|부터|에는|에도|에|의|은|는|이|가|을|를|과|와|도|로)$"
)


def _caseless(text: str) -> Iterator[_Option]:
    tokens = [
        _Token(m.start(), m.end(), m[0]) for m in _TOKEN.finditer(text) if _IS_CASELESS.match(m[0])
    ]
    for at, first in enumerate(tokens):
        for size in (1, 2, 3):
            part = tokens[at : at + size]
            if len(part) < size or part[-1].end - first.start > 40:
                break
            yield from _variants(text, first.start, part[-1].end)


def _variants(text: str, start: int, end: int) -> Iterator[_Option]:
    surface = text[start:end]
    spans = [(start, end)]
    if surface[0] >= "\uac00":
        particle = _SUFFIXES.search(surface)
        spans += [(start, start + particle.start())] if particle and particle.start() > 1 else []
    else:
        spans += [
            (start + len(p), end)
            for p in _PREFIXES
            if surface.startswith(p) and len(surface) > len(p) + 3
        ]
    for left, right in spans:
        form = fold(text[left:right])
        if form:
            yield _Option(left, right, form)


@cache
def _unspaced_names(places: Gazetteer) -> tuple[frozenset[str], frozenset[str]]:
    """Every name in a script without blanks, and the first two characters of each."""
    names = places.names_like(
        r"^[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
    )
    return frozenset(names), frozenset(name[:2] for name in names)


def _unspaced(text: str, places: Gazetteer) -> Iterator[_Option]:
    names, heads = _unspaced_names(places)
    end = 0
    for at in range(len(text) - 1):
        if at >= end and text[at : at + 2] in heads:
            size = next((n for n in _UNSPACED_LENGTHS if text[at : at + n] in names), 0)
            if size:
                end = at + size
                yield _Option(at, end, fold(text[at:end]))


def _is_believed(
    option: _Option, text: str, language: str, known: Mapping[str, tuple[Place, ...]]
) -> bool:
    form, surface = option.form, text[option.start : option.end]
    if form in abbreviations() and any(each[2] for each in abbreviations()[form]):
        return surface.isupper()
    places = known.get(form, ())
    if not any(_is_weighty(place, surface, form) for place in places):
        return False
    if len(form) < 4 and surface.isascii() and not _is_code(surface, places):
        return False
    why = traps().get(form)
    return why is None or (why != "org" and is_located(text, option.start, language))


def _is_code(surface: str, places: Sequence[Place]) -> bool:
    """US, UK and UAE in capitals are countries; "us" is not, nor is a city named Of."""
    is_country = any(place.kind == "country" for place in places)
    is_upper = surface.replace(".", "").isupper()
    return (is_country and (is_upper or len(surface) > 2)) or (len(surface) == 3 and not is_upper)


def _is_weighty(place: Place, surface: str, form: str) -> bool:
    if place.kind in ("country", "continent", "region", "water"):
        return True
    if place.kind == "division":
        return place.level == 1 and place.population >= _LEAST_DIVISION
    if place.kind != "city":
        return False
    least = _LEAST_CITY if surface[:1].isupper() else _LEAST_CASELESS
    if fold(place.name) != form and surface[:1].isupper():
        if len(form) < _SHORT:
            return False
        least = _LEAST_OTHER_NAME
    return place.population >= least or (place.level == 1 and fold(place.name) == form)
