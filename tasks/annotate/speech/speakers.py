"""What kind of speaker a noun phrase names, and whom a pronoun or "the official" stands for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tasks.annotate.speech.subjects import Phrase
from tasks.annotate.speech.tokens import Stretch
from tasks.annotate.speech.words import Lexicon
from warehouse.annotations import MentionRow

NAMED, ORGANISATION, OFFICIAL = "named", "organisation", "official"
UNNAMED, COLLECTIVE, DOCUMENT = "unnamed", "collective", "document"
_MENTION_KINDS = {
    "person": NAMED,
    "organisation": ORGANISATION,
    "group": ORGANISATION,
    "place": ORGANISATION,
    "work": DOCUMENT,
}
# Endings of nouns for persons: farmer, investor, chemist, historian, fisherman, refugee.
_HUMAN = (
    "er",
    "or",
    "ist",
    "ian",
    "man",
    "woman",
    "men",
    "women",
    "ee",
    "mate",
    "ant",
    "arian",
)
# Tokens on both sides of a name in which its office is looked for: spokesman Ali Khan.
_BESIDE = 6


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who said it, as written, and what that is."""

    surface: str
    start: int
    end: int
    kind: str | None
    is_anonymous: bool
    head: str = ""  # folded head noun: official
    roles: frozenset[str] = frozenset()  # offices that stand beside a name
    entity_id: str | None = None
    form: str = "name"  # name, definite, indefinite or pronoun
    is_plural: bool = False
    is_person: bool = False
    reference: str | None = None  # pronoun or reference: how an antecedent was found
    chain: int | None = None
    chain_is_certain: bool | None = None


class Mentions:
    """The mentions of one field, by place."""

    def __init__(self, rows: Sequence[MentionRow]) -> None:
        self.rows = sorted(rows, key=lambda row: row.char_start)
        self.starts = [row.char_start for row in self.rows]

    def over(self, start: int, end: int) -> list[MentionRow]:
        """Return the mentions that overlap the code points start..end."""
        place = bisect_right(self.starts, start)
        found = []
        for row in self.rows[max(0, place - 1) :]:
            if row.char_start >= end:
                break
            if row.char_end > start:
                found.append(row)
        return found


def make_speaker(
    text: str, stretch: Stretch, phrase: Phrase, lex: Lexicon, mentions: Mentions
) -> Speaker:
    """Return the speaker that `phrase` names; antecedents are not looked for."""
    start, end = stretch.starts[phrase.first], stretch.ends[phrase.last - 1]
    if text[end - 2 : end] in ("'s", "\u2019s"):
        end -= 2
    named = _person_at_end(stretch, phrase, mentions.over(start, end), lex)
    if named is not None:
        phrase, start = named, stretch.starts[named.first]
    lows = stretch.lows[phrase.first : phrase.last]
    speaker = Speaker(text[start:end], start, end, None, False)
    if len(lows) == 1 and lows[0] in lex["pronoun"]:
        person = lows[0] in lex["person pronoun"]
        return replace(speaker, form="pronoun", head=lows[0], is_person=person)
    place = _head(lows, stretch.words[phrase.first : phrase.last], lex)
    return _classified(speaker, stretch, phrase, place, lex, mentions)


def _person_at_end(
    stretch: Stretch, phrase: Phrase, over: Sequence[MentionRow], lex: Lexicon
) -> Phrase | None:
    """Return title and name where a description ends in one: envoy for Sudan [David Shearer]."""
    for row in over:
        if row.kind != "person" or abs(row.char_end - stretch.ends[phrase.last - 1]) > 2:
            continue
        first = phrase.last - 1
        while first > phrase.first and stretch.starts[first] > row.char_start:
            first -= 1
        while first > phrase.first and (
            stretch.lows[first - 1] in lex["title"] or stretch.words[first - 1] in (".", "-")
        ):
            first -= 1
        joined = "and" in stretch.lows[phrase.first : first]
        return None if joined else Phrase(first, phrase.last)
    return None


def _head(lows: Sequence[str], words: Sequence[str], lex: Lexicon) -> int:
    """Return the place of the head noun: before the first preposition, behind the last 's."""
    last = len(lows)
    for place, low in enumerate(lows):
        if place and (low in lex["attach"] or low == "and"):
            last = place
            break
    return max(last - 1, 0)


def _classified(
    speaker: Speaker,
    stretch: Stretch,
    phrase: Phrase,
    head: int,
    lex: Lexicon,
    mentions: Mentions,
) -> Speaker:
    place = phrase.first + head
    low, first = stretch.lows[place], stretch.lows[phrase.first]
    over = mentions.over(speaker.start, speaker.end)
    form = _form(stretch, phrase, lex)
    kind = _kind_by_word(low, lex)
    mention = _mention_of(over, stretch.starts[place], stretch.ends[place])
    if kind is None or (stretch.words[place][0].isupper() and mention is not None):
        kind = _kind_by_name(stretch, phrase, place, kind, mention, lex)
    if kind in (NAMED, ORGANISATION) and mention is None:
        mention = over[0] if over else None
    unique = kind == OFFICIAL and low in lex["office"] and form != "indefinite"
    unique = unique and not (first == low and low.endswith("s"))
    if kind == UNNAMED and form == "definite":  # the Senate historian
        unique = any(word[0].isupper() for word in stretch.words[phrase.first + 1 : place])
    return replace(
        speaker,
        kind=kind,
        is_anonymous=kind in (OFFICIAL, UNNAMED, COLLECTIVE) and not unique,
        head=low,
        roles=_roles(stretch, phrase, lex) if kind == NAMED else frozenset(),
        entity_id=mention.entity_id
        if mention is not None and kind in (NAMED, ORGANISATION)
        else None,
        form=form if kind not in (NAMED,) else "name",
        is_plural=low.endswith("s") or "and" in stretch.lows[phrase.first : phrase.last],
        is_person=kind in (NAMED, UNNAMED, OFFICIAL),
    )


def _form(stretch: Stretch, phrase: Phrase, lex: Lexicon) -> str:
    first = stretch.lows[phrase.first]
    if first in lex["indefinite"]:
        return "indefinite"
    if first in lex["definite"]:
        return "definite"
    if any(low.endswith("'s") for low in stretch.lows[phrase.first : phrase.last]):
        return "definite"
    return "bare"


def _kind_by_word(low: str, lex: Lexicon) -> str | None:
    for name, kind in (
        ("official", OFFICIAL),
        ("office", OFFICIAL),
        ("organisation", ORGANISATION),
        ("document", DOCUMENT),
        ("collective", COLLECTIVE),
        ("person", UNNAMED),
    ):
        if low in lex[name]:
            return kind
    return None


def _mention_of(over: Sequence[MentionRow], start: int, end: int) -> MentionRow | None:
    return next((row for row in over if row.char_start < end and start < row.char_end), None)


def _kind_by_name(
    stretch: Stretch,
    phrase: Phrase,
    place: int,
    by_word: str | None,
    mention: MentionRow | None,
    lex: Lexicon,
) -> str | None:
    word, low = stretch.words[place], stretch.lows[place]
    if by_word is not None and by_word != OFFICIAL:
        return by_word
    if mention is not None and mention.kind in _MENTION_KINDS and low not in lex["official"]:
        return _MENTION_KINDS[mention.kind]
    if by_word is not None:
        return by_word
    if place > phrase.first and stretch.lows[phrase.first] in lex["title"]:
        return NAMED  # President al-Yawer
    words = stretch.words[phrase.first : phrase.last]
    if word[0].isupper() or any(each[0].isupper() and n for n, each in enumerate(words)):
        return _kind_by_letters(stretch, phrase, place, lex)
    human = low.rstrip("s").endswith(_HUMAN)
    if low.endswith("s") and not low.endswith("ss"):
        return COLLECTIVE if human else None
    return UNNAMED if human else None


def _kind_by_letters(stretch: Stretch, phrase: Phrase, place: int, lex: Lexicon) -> str | None:
    word, lows = stretch.words[place], stretch.lows[phrase.first : place + 1]
    if "following" in lows:
        return None
    initials = any(len(low) == 1 and low.isalpha() for low in lows[:-1])
    if initials or not lex["title"].isdisjoint(lows) or not lex["office"].isdisjoint(lows[:-1]):
        return NAMED
    acronym = word.isupper() and 2 <= len(word) <= 6 and len(lows) <= 2
    if acronym or lows[0] in lex["determiner"] or any(low in lex["organisation"] for low in lows):
        return ORGANISATION
    return NAMED


def _roles(stretch: Stretch, phrase: Phrase, lex: Lexicon) -> frozenset[str]:
    beside = stretch.lows[max(0, phrase.first - _BESIDE) : phrase.last + _BESIDE]
    return frozenset(
        low
        for low in beside
        if low in lex["official"] or low in lex["office"] or low in lex["person"]
    )


@dataclass(slots=True)
class Cast:
    """The speakers of one article so far, for those who come back as `he` or `the official`."""

    lex: Lexicon
    told: list[Speaker] = field(default_factory=list)
    chains: int = 0

    def resolve(self, speaker: Speaker, subjects: Sequence[Speaker]) -> Speaker:
        """Return `speaker` with its antecedent's kind, entity and chain, and remember it.

        `subjects` are the persons named as subjects shortly before it, the nearest last.
        """
        if speaker.form == "pronoun":
            speaker = self._pronoun(speaker, subjects)
        elif speaker.form in ("definite", "bare") and speaker.kind in (
            OFFICIAL,
            UNNAMED,
            COLLECTIVE,
        ):
            speaker = self._reference(speaker)
        if speaker.is_anonymous and speaker.chain is None:
            speaker = self._chained(speaker)
        self.told.append(speaker)
        return speaker

    def _pronoun(self, speaker: Speaker, subjects: Sequence[Speaker]) -> Speaker:
        if speaker.head in ("i", "we", "you"):
            return replace(speaker, reference="pronoun")
        fits = [one for one in self.told[-6:] if self._agrees(speaker, one)]
        named = [one for one in subjects if self._agrees(speaker, one)]
        last = max((*fits[-1:], *named[-1:]), key=lambda one: one.start, default=None)
        if last is None:
            return replace(speaker, kind=None)
        return replace(
            _like(speaker, last),
            reference="pronoun",
            chain=last.chain,
            chain_is_certain=False if last.chain is not None else None,
        )

    @staticmethod
    def _agrees(pronoun: Speaker, other: Speaker) -> bool:
        if pronoun.head in ("he", "she", "i") or pronoun.is_person:
            return other.is_person and not (other.kind == OFFICIAL and other.is_plural)
        if pronoun.head in ("they", "we"):
            return other.is_plural or other.kind in (ORGANISATION, COLLECTIVE)
        return other.kind in (ORGANISATION, DOCUMENT)

    def _reference(self, speaker: Speaker) -> Speaker:
        """The spokesman: the last speaker of that description."""
        if speaker.form != "definite":
            return speaker
        for one in reversed(self.told[-40:]):
            if one.kind == NAMED and speaker.head in one.roles:
                return replace(_like(speaker, one), reference="reference")
            if one.is_anonymous and one.head == speaker.head and one.chain is not None:
                return replace(speaker, reference="chain", chain=one.chain, chain_is_certain=True)
        if speaker.kind == OFFICIAL and speaker.is_plural:
            # The officials, and nobody unnamed before them: those whom the article named.
            return replace(speaker, is_anonymous=False)
        return speaker

    def _chained(self, speaker: Speaker) -> Speaker:
        """A new unnamed speaker; one described in the same words may be the old one."""
        described = _description(speaker, self.lex)
        for one in reversed(self.told[-40:]):
            if one.chain is not None and _description(one, self.lex) == described:
                return replace(speaker, chain=one.chain, chain_is_certain=False)
        self.chains += 1
        return replace(speaker, chain=self.chains, chain_is_certain=True)


def _description(speaker: Speaker, lex: Lexicon) -> str:
    words = speaker.surface.lower().split()
    return " ".join(word for word in words if word not in lex["determiner"])


def _like(speaker: Speaker, other: Speaker) -> Speaker:
    return replace(
        speaker,
        kind=other.kind,
        is_anonymous=other.is_anonymous,
        entity_id=other.entity_id,
        roles=other.roles,
        is_plural=other.is_plural,
        is_person=other.is_person,
    )
