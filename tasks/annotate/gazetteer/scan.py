"""Names that the gazetteer finds by itself, in any script.

Scripts with case: runs of capitalised words, which must be a place as a whole ("Paris Hilton" is
none). Scripts without case: caseless.py.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from tasks.annotate.gazetteer import caseless
from tasks.annotate.gazetteer.folding import fold
from tasks.annotate.gazetteer.index import Gazetteer, Place
from tasks.annotate.gazetteer.names import Name, Option
from tasks.annotate.gazetteer.tables import (
    bare_abbreviations,
    is_country_in,
    traps,
    words,
)
from tasks.annotate.gazetteer.usage import is_located

_POSSESSIVE = re.compile(r"['’]s$|['’]$")
_JOINING = frozenset(
    ("of", "the", "de", "la", "del", "al", "el", "du", "da", "do", "and", "an", "am")
)
# A blank or line break, or two with joining words between.
_JOINERS = "|".join(sorted(_JOINING))
_GAP = re.compile(rf"[ \u00a0\n](?:((?:{_JOINERS})(?: (?:{_JOINERS}))?)[ \u00a0])?")
_LONGEST_TEXT = 1_000_000  # characters looked at: longer than any news text; bounds memory
_MOST_WORDS = 6
_RUN_LIMIT = 12  # tokens of a run: longer ones are headings in capitals

# Inhabitants from which a city is believed without a mention; written otherwise than in its own
# name from a million, since many short words are somewhere the name of a town.
_LEAST_CITY = 100_000
_LEAST_OTHER_NAME = 1_000_000
_SHORT = 5  # letters: shorter names of that kind are words somewhere
_LEAST_DIVISION = 200_000
# Beyond English, whose traps are known, short names are words too often; so many inhabitants of
# those that are not at home where the language is.
_SHORT_ABROAD = 6
_LEAST_ABROAD = 500_000
_LEAST_DIVISION_ABROAD = 1_000_000
_CODES_ABROAD = frozenset(("USA", "UK", "RDC"))  # others are English, or something else
_BEFORE_SENTENCE = frozenset(".!?:;…\"“”„«»‹›—–-•*|\n'‘’¿¡")


class _Token(NamedTuple):
    start: int
    end: int
    text: str


def scan(field: str, text: str, language: str, places: Gazetteer) -> list[Name]:
    """Return the names of `text` that are places beyond doubt enough, in order, not overlapping."""
    text = text[:_LONGEST_TEXT]
    options = list(_cased(text, language))
    options += caseless.options(text, language, places)
    known = places.find(option.form for option in options)
    bare = bare_abbreviations()
    options = [each for each in options if each.form in known or each.form in bare]
    if titles := words(language, "title"):
        options = [each for each in options if not _is_person(text, each.run, titles)]
    good = [each for each in options if _is_believed(each, text, language, known)]
    good += _beside(text, options, good, known)
    kept = list(_longest(good))
    in_lower = _also_in_lower(text, {text[each.start : each.end] for each in kept})
    return [
        Name(field, start, end, text[start:end], (form,), is_sure=False)
        for start, end, form, *_ in kept
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
    options: Sequence[Option],
    good: Sequence[Option],
    known: Mapping[str, tuple[Place, ...]],
) -> list[Option]:
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


def _longest(options: Sequence[Option]) -> Iterator[Option]:
    end = 0
    for option in sorted(options, key=lambda each: (each.start, -each.end)):
        if option.start >= end:
            yield option
            end = option.end


def _cased(text: str, language: str) -> Iterator[Option]:
    function = words(language, "function")
    for match in _run().finditer(text):
        surface = match[0]
        if " " not in surface and "\n" not in surface and "\u00a0" not in surface:
            # most runs: one word
            if surface.lower() not in function and surface not in _JOINING:
                yield from _option(text, *match.span(), match.start())
            continue
        for run in _runs(text, *match.span()):
            for part in _parts(_trimmed(run, function)):
                yield from _option(text, part[0].start, part[-1].end, run[0].start)


def _option(text: str, start: int, end: int, run: int) -> Iterator[Option]:
    stripped = text[start:end]
    if stripped[-1] in "s'’":
        stripped = _POSSESSIVE.sub("", stripped)
    form = fold(stripped)
    if len(form) > 1:
        yield Option(start, start + len(stripped), form, run)


@cache
def _capitalised() -> re.Pattern[str]:
    """Words that begin with a capital of any script, and dotted abbreviations."""
    letters = "".join(c for c in map(chr, range(0x41, 0x2000)) if c.isupper() or c.istitle())
    return re.compile(
        rf"(?<![^\W_])(?:(?:[A-Z]\.){{2,6}}|[{letters}][^\W\d_]{{0,39}}(?:[-'’][^\W\d_]{{1,40}}){{0,5}})"
    )


@cache
def _run() -> re.Pattern[str]:
    """Such words, as many as only blanks and small joining words part; one way to match each."""
    word, gap = _capitalised().pattern, _GAP.pattern
    return re.compile(rf"(?>{word})(?:(?<!['’]s)(?:{gap})(?>{word}))*+")


def _runs(text: str, start: int, end: int) -> Iterator[list[_Token]]:
    """Yield the words between `start` and `end`, a run, in pieces that are not too long."""
    run: list[_Token] = []
    for match in _capitalised().finditer(text, start, end):
        if len(run) > _RUN_LIMIT:
            yield run
            run = []
        elif run:
            gap = _GAP.match(text, run[-1].end)
            if gap and gap[1]:
                run.append(_Token(gap.start(1), gap.end(1), gap[1]))
        run.append(_Token(match.start(), match.end(), match[0]))
    yield run


def _trimmed(run: list[_Token], function: frozenset[str]) -> list[_Token]:
    """Leave out what begins the sentence without being a name."""
    if len(run) > _RUN_LIMIT:
        return []
    at = 0
    for token in run:
        if token.text.lower() not in function and token.text not in _JOINING:
            break
        at += 1
    return run[at:]


def _is_person(text: str, start: int, titles: frozenset[str]) -> bool:
    """Tell whether a title stands before the run that begins at `start`; none does before -1."""
    if start <= 0:
        return False
    before = text[max(0, start - 14) : start].rstrip(" .\u00a0").rpartition(" ")[2]
    return before[:1].isupper() and before.lower().strip("(\"“'’") in titles


def _parts(tokens: list[_Token]) -> Iterator[list[_Token]]:
    """Yield the whole run, and what stands on either side of an "and"."""
    if tokens and len(tokens) <= _MOST_WORDS:
        yield tokens
    cuts = [at for at, token in enumerate(tokens) if token.text == "and"] if len(tokens) > 2 else []
    if cuts:
        edges = [-1, *cuts, len(tokens)]
        for left, right in itertools.pairwise(edges):
            if 0 < right - left - 1 <= _MOST_WORDS:
                yield tokens[left + 1 : right]


def _is_believed(
    option: Option, text: str, language: str, known: Mapping[str, tuple[Place, ...]]
) -> bool:
    form = option.form
    if form in bare_abbreviations() and language == "en":
        return text[option.start : option.end].isupper()
    places = known.get(form)
    if places is None:
        return False
    if not any(_is_weighty(place, option, text, language) for place in places):
        return False
    if not option.kind and len(form) < 4:
        surface = text[option.start : option.end]
        if surface.isascii() and not _is_code(surface, places, language):
            return False
    why = traps().get(form)
    return why is None or (why != "org" and is_located(text, option.start, language))


def _is_code(surface: str, places: Sequence[Place], language: str) -> bool:
    """US, UK and UAE in capitals are countries; "us" is not, nor is a city named Of."""
    is_country = any(place.kind == "country" for place in places)
    letters = surface.replace(".", "")
    if not letters.isupper():
        return len(surface) == 3 or (is_country and len(surface) > 2)
    return is_country and (language == "en" or letters != surface or letters in _CODES_ABROAD)


def _is_weighty(place: Place, option: Option, text: str, language: str) -> bool:
    """Tell whether a place is so large that its name is hardly anything else in this language."""
    if option.kind:
        return caseless.is_weighty(place, option, language)
    if place.kind == "country":
        return is_country_in(option.form, language)
    if place.kind in ("continent", "region", "water"):
        return True
    if place.kind == "division" and (place.level != 1 or place.population < _LEAST_DIVISION):
        return False
    if place.kind not in ("division", "city"):
        return False
    is_own = fold(place.name) == option.form
    if place.kind == "city" and not _is_large(place, option.form, is_own):
        return False
    return language == "en" or _is_known_abroad(place, option, text, language, is_own)


def _is_large(city: Place, form: str, is_own: bool) -> bool:
    if is_own:
        return city.population >= _LEAST_CITY or city.level == 1
    return len(form) >= _SHORT and city.population >= _LEAST_OTHER_NAME


def _is_known_abroad(place: Place, option: Option, text: str, language: str, is_own: bool) -> bool:
    """Tell whether a city or division is known by this very name to readers of any language."""
    surface, size = text[option.start : option.end], len(option.form)
    is_short = size < _SHORT_ABROAD
    is_home = place.country in words(language, "home")
    is_first = is_short and " " not in surface and _begins_sentence(text, option.start)
    is_written = is_own and (surface.isascii() or surface.casefold() == place.name.casefold())
    if is_own and not is_home and not is_written:
        # Bộ is not Bo, nor Länder the town of Lander
        return size >= _SHORT and place.population >= _LEAST_OTHER_NAME
    if size < _SHORT - 1 or (size < _SHORT and not is_own):
        return is_written and is_home
    if is_first:
        is_great = place.level == 1 or place.population >= _LEAST_OTHER_NAME
        is_capital = place.level == 1 and size >= _SHORT
        return place.kind == "city" and (is_capital or (is_own and (is_home or is_great)))
    if not is_short or is_home:
        return True
    if place.kind == "division":
        return is_own and place.population >= _LEAST_DIVISION_ABROAD
    return place.population >= _LEAST_ABROAD


def _begins_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 4) : start].rstrip(" \u00a0\t")
    return not before or before[-1] in _BEFORE_SENTENCE
