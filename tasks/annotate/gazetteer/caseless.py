"""Names that the gazetteer finds in scripts without capitals.

Scripts with blanks (Arabic, Hebrew, those of India, Hangul): one to three words, without what is
written together with them (words.tsv: proclitic, particle). Chinese, Japanese, Thai and their like:
the longest name at each position; a name in katakana must be all of its run. Nothing but its size
tells a name from a word there: countries, capitals and very large cities are believed, smaller
places beside a word such as "province".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from tasks.annotate.gazetteer.folding import fold
from tasks.annotate.gazetteer.index import Gazetteer, Place
from tasks.annotate.gazetteer.names import Option
from tasks.annotate.gazetteer.tables import words

_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_SPACED = r"\u0590-\u05ff\u0600-\u06ff\u0750-\u077f\u0900-\u0dff\uac00-\ud7af"
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_IS_SPACED = re.compile(f"[{_SPACED}]")
# Letters with their marks (\w lacks the marks of Indian scripts) and the joiners between them.
_WORD = re.compile(rf"[{_SPACED}\u200c\u200d]{{1,40}}")
_NO_LETTERS = re.compile(
    r"[\u060c\u061b\u061f\u066a-\u066d\u06d4\u0660-\u0669\u06f0-\u06f9\u0964\u0965]"
)
_TATWEEL = "\u0640"  # lengthens a word; alone it is a dash
_GAPS = (" ", "\u00a0")
_MOST_WORDS = 3
_LONGEST = 40  # characters of a name of several words
_LENGTHS = range(8, 1, -1)  # characters of a name in a script without blanks

ALPHABET, HANGUL, HAN, KATAKANA, UNSPACED = "alphabet", "hangul", "han", "katakana", "unspaced"
# Least characters of a name: of a country, of a capital, of a city of _VERY_LARGE, of one of
# _LARGE, of one of _LEAST_TOLD.
_LEAST_SIZES = {
    ALPHABET: (3, 3, 3, 4, 7),
    HANGUL: (2, 2, 2, 3, 4),
    HAN: (2, 2, 3, 3, 3),
    KATAKANA: (2, 2, 3, 4, 5),
    UNSPACED: (3, 5, 5, 6, 8),  # code points, vowels and tones included
}
_VERY_LARGE = 3_000_000  # inhabitants of a city, named in any language
_LARGE = 1_000_000
_LEAST_TOLD = 300_000  # beside a word that says what it is, or of a long name
_LEAST_DIVISION = 200_000
_LEAST_WRITTEN_TOGETHER = 4  # letters that must be left without a proclitic or particle


def options(text: str, language: str, places: Gazetteer) -> Iterator[Option]:
    """Yield the parts of `text` in scripts without capitals that may be names of places."""
    if text.isascii():
        return
    if _IS_SPACED.search(text):
        yield from _spaced(text, language)
    if _IS_UNSPACED.search(text):
        yield from _unspaced(text, places)


def is_weighty(place: Place, option: Option, language: str) -> bool:
    """Tell whether a place is so large, or its kind so told, that a name is hardly a word."""
    country, capital, very_large, large, long = _LEAST_SIZES[option.kind]
    size = len(option.form)
    if place.kind in ("country", "continent", "region", "water"):
        return size >= country
    is_home = place.country in words(language, "home")
    if place.kind == "division":
        is_alphabet = option.kind == ALPHABET  # there they are often adjectives: Eastern
        is_clear = option.is_told or (size >= large and not is_alphabet and is_home)
        return place.level == 1 and place.population >= _LEAST_DIVISION and is_clear
    if place.kind != "city":
        return False
    if option.is_told:
        return size >= capital and place.population >= _LEAST_TOLD
    if place.level == 1:
        return size >= capital
    if place.population >= (_LARGE if is_home else _VERY_LARGE):
        return size >= (capital if is_home else very_large)
    least = _LARGE if size < long else _LEAST_TOLD
    return place.population >= least and size >= large


def _spaced(text: str, language: str) -> Iterator[Option]:
    told = words(language, "generic")
    words_of = _WORD.finditer(_NO_LETTERS.sub(" ", text))
    found = [match.span() for match in words_of if match[0].strip(_TATWEEL)]
    for at, (start, end) in enumerate(found):
        before = text[slice(*found[at - 1])] if at and found[at - 1][1] + 1 == start else ""
        for last in range(at, min(at + _MOST_WORDS, len(found))):
            if last > at and text[end : found[last][0]] not in _GAPS:
                break
            end = found[last][1]
            if end - start > _LONGEST:
                break
            after = found[last + 1] if last + 1 < len(found) else (0, 0)
            is_beside = after[0] == end + 1 and text[slice(*after)] in told
            yield from _readings(text, start, end, language, before in told or is_beside)


def _readings(text: str, start: int, end: int, language: str, is_told: bool) -> Iterator[Option]:
    form = fold(text[start:end])
    if not form:
        return
    kind = HANGUL if form[0] >= "\uac00" else ALPHABET
    yield Option(start, end, form, kind=kind, is_told=is_told)
    if kind == HANGUL:
        suffix = next((s for s in _particles(language) if form.endswith(s)), "")
        if suffix and len(form) - len(suffix) > 1:
            cut = end - len(suffix)
            yield Option(start, cut, form[: -len(suffix)], kind=kind, is_told=is_told)
        return
    for prefix in words(language, "proclitic"):
        if form.startswith(prefix) and len(form) - len(prefix) >= _LEAST_WRITTEN_TOGETHER:
            cut = start + len(prefix)
            whole = form[len(prefix) :]
            if prefix.endswith("لل"):  # li and the article, without its alef: للعراق
                whole = f"ال{whole}"
            yield Option(cut, end, whole, kind=kind, is_told=is_told)


@cache
def _particles(language: str) -> tuple[str, ...]:
    """Return what may be written behind a name, the longest first."""
    return tuple(sorted(words(language, "particle"), key=lambda each: (-len(each), each)))


@cache
def _unspaced_names(places: Gazetteer) -> tuple[dict[str, str], frozenset[str]]:
    """Every name in a script without blanks as written, folded; and the beginnings of all."""
    folded = places.names_like(
        r"^[\p{Han}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー・]{2,8}$"
    )
    names = {name: name for name in folded}
    # the vowels am of Thai and Lao are folded to two signs
    for two, one in (("\u0e4d\u0e32", "\u0e33"), ("\u0ecd\u0eb2", "\u0eb3")):
        names |= {name.replace(two, one): name for name in folded if two in name}
    return names, frozenset(name[:2] for name in names)


def _unspaced(text: str, places: Gazetteer) -> Iterator[Option]:
    names, heads = _unspaced_names(places)
    end = 0
    for at in range(len(text) - 1):
        if at >= end and text[at : at + 2] in heads:
            size = next((n for n in _LENGTHS if text[at : at + n] in names), 0)
            if size and _is_whole(text, at, at + size):
                end = at + size
                yield Option(at, end, names[text[at:end]], kind=_kind(text[at]))


def _kind(char: str) -> str:
    if "\u30a0" <= char <= "\u30ff":
        return KATAKANA
    return HAN if char >= "\u3400" else UNSPACED


def _is_whole(text: str, start: int, end: int) -> bool:
    """Tell whether a name is all of its run of katakana, or does not part a sign from its marks."""
    before, behind = text[start - 1 : start], text[end : end + 1]
    if "\u30a0" <= text[start] <= "\u30ff":
        return not any("\u30a0" <= char <= "\u30ff" and char != "・" for char in (before, behind))
    return not behind or unicodedata.category(behind) not in ("Mn", "Mc")
