"""What a place name does in its sentence: it acts (a metonym), is where something is, or neither.

English by the tables of words.tsv; in other languages a metonym is only seen before a verb of
saying or acting, and an event only where the table has past forms.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.annotate.gazetteer.tables import words
from tasks.annotate.speech.verbs import reporting_verbs

_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_WINDOW = 80  # characters on either side that are looked at
_POSSESSIVE = re.compile(r"(?:['’]s?)(?= )")
_STOP = re.compile(r"[.;:!?()\[\]\"“”—–]|\n\n")
_MODIFIERS = 3
# "Iran claims that", "Iran claims victory" is rare: a homograph of a noun needs one of these.
_AFTER_HOMOGRAPH = frozenset(
    ("that", "to", "the", "a", "an", "it", "its", "his", "her", "no", "not", "on", "into")
)
_BREAKS_SUBJECT = frozenset(
    ("of", "from", "with", "between", "than", "like", "for", "to", "about", "against", "on", "into")
)


def _before(text: str, start: int) -> list[str]:
    """Words before a name in its clause, nearest first, in lower case."""
    part = text[max(0, start - _WINDOW) : start]
    stops = [match.end() for match in _STOP.finditer(part)]
    part = part[stops[-1] :] if stops else part
    return [word.lower() for word in reversed(_WORD.findall(part))]


def _behind(text: str, end: int) -> list[str]:
    part = text[end : end + _WINDOW]
    stop = _STOP.search(part)
    part = part[: stop.start()] if stop else part
    return [word.lower() for word in _WORD.findall(part)]


def is_located(text: str, start: int, language: str) -> bool:
    """Tell whether a preposition of place governs the name: "in western Iraq"."""
    prepositions, between = words(language, "locative"), words(language, "modifier")
    if not prepositions:
        return False
    before = _before(text, start)
    if before[:1] == ["and"]:  # "in Iraq and Syria"
        before = before[2:]
    for word in before[: _MODIFIERS + 1]:
        if word in prepositions:
            return True
        if word not in between:
            return False
    return False


def is_metonym(text: str, start: int, end: int, language: str) -> bool:
    """Tell whether the name of a country or capital stands for those who govern there.

    One that a preposition of place governs does not: ask is_located first.
    """
    if language != "en" and not words(language, "act") and not reporting_verbs(language):
        return False
    before = _before(text, start)
    if before and before[0] == "the":
        before = before[1:]
    if text[end : end + 1] in ("'", "’"):
        return language == "en" and _acts_by_noun(text, end)
    if text[end : end + 1] == "-":
        return False
    behind = _behind(text, end) if text[end : end + 2] != ", " else []
    if language != "en":
        return _is_subject(before, behind, language)
    return (
        _is_subject(before, behind, language)
        or _is_addressed(before, behind)
        or _is_partner(text, start, before)
    )


def _acts_by_noun(text: str, end: int) -> bool:
    """Washington's assassination of; Iran's repeated refusal."""
    possessive = _POSSESSIVE.match(text, end)
    if not possessive:
        return False
    nouns, verbs = words("en", "action"), words("en", "modifier")
    following = _behind(text, possessive.end())[:3]
    for at, word in enumerate(following):
        if word in nouns:
            # "Iran's attack submarines": another noun follows; "of", "on", "to" or a verb do not
            return at < 2 or following[at - 1] not in verbs
    return False


def _is_subject(before: Sequence[str], behind: Sequence[str], language: str) -> bool:
    if before and before[0] in _BREAKS_SUBJECT:
        return False
    helpers = words(language, "helper")
    at = 0
    while (
        at < len(behind) and at < 5 and (behind[at] in helpers or (at == 0 and behind[0] == "and"))
    ):
        at += 1
    if at >= len(behind) or (at and behind[0] == "and" and at < 3):
        return False
    word, following = behind[at], behind[at + 1 : at + 2]
    if word in words(language, "act_object") or (at == 0 and _is_plural_noun(word, language)):
        return bool(following) and following[0] in _AFTER_HOMOGRAPH
    if at and behind[at - 1] in ("is", "was", "be", "been", "being") and not word.endswith("ing"):
        return False  # "Iraq was attacked": the passive does not act
    return word in words(language, "act") or word in reporting_verbs(language)


def _is_plural_noun(word: str, language: str) -> bool:
    return language == "en" and word in (
        "reports",
        "claims",
        "comments",
        "remarks",
        "voices",
        "calls",
    )


def _is_addressed(before: Sequence[str], behind: Sequence[str]) -> bool:
    """Urged Tehran to; enable Baghdad to take charge."""
    if not before:
        return False
    if before[0] in words("en", "addressee"):
        return True
    return before[0] in words("en", "enabled") and behind[:1] == ["to"]


def _is_partner(text: str, start: int, before: Sequence[str]) -> bool:
    """An agreement with Iraq; talks between Washington and Tehran; backed by Iran."""
    dealing = words("en", "dealing")
    if len(before) > 1 and before[0] in ("with", "against", "on") and before[1] in dealing:
        return True
    if len(before) > 1 and before[0] == "by" and before[1].endswith(("ed", "en", "un", "ut")):
        return True
    if "between" in before[:5]:
        at = before.index("between")
        return len(before) > at + 1 and before[at + 1] in dealing
    return False


def has_past(words_of_sentence: Sequence[str], language: str) -> bool:
    """Tell whether a sentence has a form of the past: then it may tell an event."""
    past = words(language, "past")
    if not past:
        return False
    return any(
        word in past or (language == "en" and len(word) > 4 and word.endswith("ed"))
        for word in words_of_sentence
    )


def lower_words(text: str) -> list[str]:
    """Return the words of `text` that are not capitalised."""
    return [word for word in _WORD.findall(text) if word[0].islower()]
