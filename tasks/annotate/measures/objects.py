"""What is counted: the noun phrase after a number, or the one whose number it is.

Without a tagger: a phrase ends before the first word of object_stops.tsv or a mark, and at the
first plural noun in lower case, for counted nouns are plurals and modifiers seldom are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from simplemma import lemmatize

from tasks.annotate.measures.tables import Speech
from tasks.annotate.measures.tokens import Token, hyphen_at, is_number, is_word

# Words of a noun phrase; longer ones are a sentence that the stop words missed.
_MOST_WORDS = 7
_MOST_SKIPPED = 5
_MOST_LEMMAS = 1 << 15
# How far back "the number of ..." is looked for.
_MOST_BACK = 30
_NOT_PLURAL = ("ss", "us", "is")
# Roles of number words in "eight of the 28 million".
_COUNTING = frozenset({"unit", "teen", "ten", "hundred", "scale"})
# Written so, these are names and not the stop words that they look like.
_NAMES = frozenset({"US", "WHO", "IT"})

# Plurals of nationalities and the like, which the lemmatizer knows with a capital only.
_NAME_PLURALS = ("ans", "is", "ats", "ees")

Range = tuple[int, int]


def phrase_after(words: Sequence[Token], place: int, speech: Speech) -> Range | None:
    """Return the tokens of the noun phrase that begins at `place`; None where none does."""
    first = _skip(words, place, speech)
    if speech.language != "en":
        return _phrase_of(words, place, first, speech)
    last = first
    while last < len(words) and last - first < _MOST_WORDS:
        if hyphen_at(words, last) and last > first:
            last += 1
            continue
        if not _continues(words, first, last, speech):
            break
        last += 1
        if _ends(words, last, speech):
            break
    if place and (is_number(words[place - 1]) or words[place - 1].low in speech.numbers):
        last = _second_modifier(words, first, last, speech)
    while last > first and words[last - 1].low in speech.nondescripts:
        last -= 1
    whole = last > first and is_word(words[last - 1]) and not words[last - 1].low.endswith("'s")
    return (first, last) if whole else None


def _phrase_of(words: Sequence[Token], place: int, first: int, speech: Speech) -> Range | None:
    """Return the phrase at `first` of a language whose nouns show themselves.

    German writes them with a capital. Spanish and French plurals end in -s, -x or -z, also of the
    adjectives behind them; behind an article (20 % de la población) a singular is counted too.
    """
    last, is_german = first, speech.language == "de"
    while last < len(words) and last - first < _MOST_WORDS:
        if hyphen_at(words, last) and last > first:
            last += 1
            continue
        if not _continues(words, first, last, speech):
            break
        is_noun = words[last].text[0].isupper() if is_german else words[last].low[-1] in "sxz"
        if is_german and is_noun and not hyphen_at(words, last + 1):
            return first, last + 1
        if not (is_german or is_noun):
            is_mass = last == first > place
            return (first, last + 1) if is_mass else (first, last) if last > first else None
        last += 1
    return (first, last) if last > first and not is_german else None


def _second_modifier(words: Sequence[Token], first: int, last: int, speech: Speech) -> int:
    """Take in the rest of "internet and technology companies", whose head is behind the and."""
    if not first < last < len(words) - 1 or words[last].low not in ("and", "or"):
        return last
    if not is_word(words[last - 1]) or is_plural(words, last - 1, speech):
        return last
    if is_plural(words, last + 1, speech):
        return last  # RAM and tops: more often a verb or a second thing
    for at in range(last + 1, min(last + 3, len(words))):
        low = words[at].low
        if not words[at].text.islower() or low in speech.stops or low in speech.numbers:
            return last
        if low.endswith("ed"):
            return last  # a verb
        if is_plural(words, at, speech):
            return at + 1
    return last


def _ends(words: Sequence[Token], last: int, speech: Speech) -> bool:
    """Tell whether a plural stands before token `last`, and no further one follows it."""
    if hyphen_at(words, last) or not is_plural(words, last - 1, speech):
        return False
    more = last < len(words) and words[last].text.islower() and words[last].low not in speech.stops
    if not more:
        return True
    is_state = speech.stops.get(words[last - 1].low) == "state" and last + 1 < len(words)
    return not (is_plural(words, last, speech) or (is_state and is_plural(words, last + 1, speech)))


def phrase_of_total(words: Sequence[Token], place: int, speech: Speech) -> Range | None:
    """Return X of "the number of X ... will be N", where N begins at token `place`."""
    totals, copulas = speech.cues.get("total", {}), speech.cues.get("copula", {})
    has_copula = False
    for at in range(place - 1, max(-1, place - _MOST_BACK), -1):
        if is_number(words[at]) or words[at].text in ";.":
            return None
        has_copula = has_copula or words[at].low in copulas
        if has_copula and words[at].low in totals and words[at].text[0].islower():
            if words[at + 1].low == "of":
                return phrase_after(words, at + 2, speech)
            if speech.stops.get(words[at + 1].low) == "state":
                return at + 1, at + 2  # the total dead rose to
            return _compound(words, at)
    return None


def head_lemma(words: Sequence[Token], phrase: Range, speech: Speech) -> str:
    """Return the head of `phrase`, folded and singular: troop of "US troops".

    It is the last noun; in Spanish and French the first word that does not stand before nouns.
    """
    if speech.language in ("es", "fr"):
        for token in words[phrase[0] : phrase[1]]:
            if is_word(token) and speech.stops.get(token.low) != "adjective":
                return singular(token.low, speech)
    return singular(words[phrase[1] - 1].low, speech)


def singular(word: str, speech: Speech) -> str:
    """Return a folded noun in the singular: the word table first, then simplemma's lemma."""
    known = speech.singulars.get(word)
    if known is not None and known != "*":
        return known
    if known == "*" or speech.stops.get(word) == "state":
        return word
    lemma = _lemma(word, speech.language)
    is_plural_name = lemma == word and speech.language == "en" and word.endswith(_NAME_PLURALS)
    return word[:-1] if is_plural_name else lemma


@lru_cache(maxsize=_MOST_LEMMAS)
def _lemma(word: str, language: str) -> str:
    if language != "en":  # other dictionaries take seconds to load: the word as it is written
        return word
    try:
        return str(lemmatize(word, lang=language)).lower()
    except UnicodeEncodeError:  # lone surrogates
        return word


def _compound(words: Sequence[Token], at: int) -> Range | None:
    """Return death toll, head count: the word and the noun before it."""
    return (at - 1, at + 1) if at and is_word(words[at - 1]) and words[at].low == "toll" else None


def _skip(words: Sequence[Token], place: int, speech: Speech) -> int:
    """Skip what says nothing of the thing: additional, more, other; the four of "of the four"."""
    start = place
    for _ in range(_MOST_SKIPPED):
        if place >= len(words):
            break
        role = speech.numbers.get(words[place].low, ("",))[0]
        counted = place > start and (role in _COUNTING or is_number(words[place]))
        if words[place].low not in speech.nondescripts and not counted:
            break
        place += 1
    return place


def _continues(words: Sequence[Token], first: int, at: int, speech: Speech) -> bool:
    token = words[at]
    if token.text == "&":
        return at > first
    joined = at > first + 1 and hyphen_at(words, at - 1)  # read-only, opt-out
    if not is_word(token) or not (joined or _may_stand(token, at == first, speech)):
        return False
    role = speech.numbers.get(token.low, ("",))[0]
    if role in ("unit", "teen", "ten", "hundred", "scale") and at > first:
        return False
    if speech.language == "en" and speech.stops.get(token.low) == "adjective":
        behind = words[at + 1] if at + 1 < len(words) else token
        return behind is not token and is_word(behind) and behind.low not in speech.stops
    is_state = at == first and speech.stops.get(token.low) == "state"
    return is_state or not _is_participle(words, at, speech)


def _may_stand(token: Token, is_first: bool, speech: Speech) -> bool:
    """Tell whether a token may be part of a counted noun phrase, see object_stops.tsv."""
    kind = speech.stops.get(token.low)
    if kind is None or kind == "adjective" or token.text in _NAMES:
        return True
    return is_first and (kind == "state" or (kind == "verb" and token.low.endswith("s")))


def _is_participle(words: Sequence[Token], at: int, speech: Speech) -> bool:
    """Personnel deployed in: -ed before a stop word or a mark, with no noun behind it."""
    low = words[at].low
    if speech.language != "en" or not low.endswith("ed") or len(low) < 5:
        return False
    if at + 1 >= len(words):
        return True
    after = words[at + 1]
    return not is_word(after) or after.low in speech.stops


def is_plural(words: Sequence[Token], at: int, speech: Speech) -> bool:
    """Tell whether token `at` looks like a plural noun that ends its phrase."""
    token = words[at]
    if token.text[0].isupper() and at + 1 < len(words) and words[at + 1].text[0].isalpha():
        return False  # United States troops, Senators Smith
    if token.low in speech.singulars:
        return True
    low = token.low
    return len(low) > 3 and low.endswith("s") and not low.endswith(_NOT_PLURAL)
