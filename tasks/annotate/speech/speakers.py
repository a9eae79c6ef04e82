"""What kind of speaker a noun phrase names, and whom a pronoun or "the official" stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tasks.annotate.speech.mentions import Mentions
from tasks.annotate.speech.subjects import Phrase
from tasks.annotate.speech.tokens import Stretch
from tasks.annotate.speech.words import Lexicon
from warehouse.annotations import MentionRow

NAMED, ORGANISATION, OFFICIAL = "named", "organisation", "official"
UNNAMED, COLLECTIVE, DOCUMENT = "unnamed", "collective", "document"
_UNNAMED = (OFFICIAL, UNNAMED, COLLECTIVE)
_MENTION_KINDS = {
    "person": NAMED,
    "organisation": ORGANISATION,
    "group": ORGANISATION,
    "place": ORGANISATION,
    "work": DOCUMENT,
}
# Endings of nouns for persons: farmer, investor, chemist, historian, fisherman, refugee.
_HUMAN = tuple("er or ist ian man woman men women ee mate ant arian".split())  # noqa: SIM905
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


def make_speaker(
    text: str, stretch: Stretch, phrase: Phrase, lex: Lexicon, mentions: Mentions
) -> Speaker:
    """Return the speaker that `phrase` names; antecedents are not looked for."""
    start, end = stretch.starts[phrase.first], stretch.ends[phrase.last - 1]
    if text[end - 2 : end] in ("'s", "\u2019s"):
        end -= 2
    named = _person_at_end(stretch, phrase, mentions.over(start, end), lex)
    named = named or _person_behind(stretch, phrase, mentions, lex)
    if named is not None:
        phrase, start, end = named, stretch.starts[named.first], stretch.ends[named.last - 1]
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


def _person_behind(
    stretch: Stretch, phrase: Phrase, mentions: Mentions, lex: Lexicon
) -> Phrase | None:
    """Return the name behind a description: her mother, [Fiona], said."""
    lows = stretch.lows[phrase.first : phrase.last]
    head = lows[_head(lows, (), lex)]
    if lex["collective"] & {head, lows[-1]}:
        return None
    described = _kind_by_word(head, lex) in (OFFICIAL, UNNAMED)
    if not described and lows[0] not in lex["determiner"]:
        return None
    comma = phrase.last
    while stretch.lows[comma : comma + 1] and stretch.lows[comma] in lex["attach"]:
        comma += 2  # chief health officer [for PEI], Lamont Sweet
    name = _name_behind(stretch, comma, lex)
    if name is None:
        return None
    over = mentions.over(stretch.starts[name.first], stretch.ends[name.last - 1])
    person = any(row.kind == "person" for row in over) or (described and not over)
    return name if person else None


def _name_behind(stretch: Stretch, comma: int, lex: Lexicon) -> Phrase | None:
    """Return the words in capitals between the comma and what ends the apposition."""
    words, last = stretch.words, comma + 1
    if words[comma : comma + 1] != [","]:
        return None
    while last < len(words) and last < comma + _BESIDE and words[last][0].isupper():
        last += 1 + (stretch.lows[last] in lex["title"] and words[last + 1 : last + 2] == ["."])
    closed = last < len(words) and words[last] in (",", ".")
    if last == comma + 1 or not closed or not lex["time"].isdisjoint(stretch.lows[comma:last]):
        return None
    return Phrase(comma + 1, last)


def _head(lows: Sequence[str], words: Sequence[str], lex: Lexicon) -> int:
    """Return the place of the head noun: before the first preposition, behind the last 's."""
    if lex["head first"]:  # la agencia responsable, l'agence responsable
        plain = (place for place, low in enumerate(lows) if low not in lex["determiner"])
        return next(plain, 0)
    last = len(lows)
    for place, low in enumerate(lows):
        if place and (low in lex["attach"] or low == "and"):
            if low == "of" and lows[place - 1] in lex["quantity"] and place + 1 < last:
                return place + 1 + _head(lows[place + 1 :], words[place + 1 :], lex)
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
    low = stretch.lows[place]
    over = mentions.over(speaker.start, speaker.end)
    form = _form(stretch, phrase, lex)
    kind = _kind_by_word(low, lex)
    mention = _mention_of(over, stretch.starts[place], stretch.ends[place])
    named = stretch.words[place][0].isupper() and (mention is not None or place > phrase.first)
    if kind is None or named:
        kind = _kind_by_name(stretch, phrase, place, kind, mention, lex)
    if kind in (NAMED, ORGANISATION) and mention is None:
        mention = over[0] if over else None
    if kind in _UNNAMED and not lex["bare"] and _ends_in_name(stretch, phrase, lex):
        kind = NAMED
    unique = _is_unique(stretch, phrase, place, kind, form, lex)
    return Speaker(
        speaker.surface,
        speaker.start,
        speaker.end,
        kind,
        is_anonymous=kind in _UNNAMED and not unique,
        head=low,
        roles=_roles(stretch, phrase, lex) if kind == NAMED else frozenset(),
        entity_id=mention.entity_id if mention and kind in (NAMED, ORGANISATION) else None,
        form="name" if kind == NAMED else form,
        is_plural=low.endswith("s") or "and" in stretch.lows[phrase.first : phrase.last],
        is_person=kind in (NAMED, UNNAMED, OFFICIAL),
    )


def _ends_in_name(stretch: Stretch, phrase: Phrase, lex: Lexicon) -> bool:
    """Is it a description with a name: el portavoz policial Oliver Peiler?"""
    last = stretch.words[phrase.first : phrase.last][-2:]
    joined = not lex["attach"].isdisjoint(stretch.lows[phrase.first : phrase.last])
    return len(last) == 2 and not joined and all(word[0].isupper() for word in last)


def _is_unique(
    stretch: Stretch, phrase: Phrase, place: int, kind: str | None, form: str, lex: Lexicon
) -> bool:
    """Is it an office that one person holds: the president, the attorney general?"""
    low, first = stretch.lows[place], stretch.lows[phrase.first]
    if not lex["bare"] and low != first and first in lex["determiner"]:
        return first not in lex["indefinite"]  # el funcionario: one the article knows
    if kind == UNNAMED and form == "definite":  # the Senate historian
        return any(word[0].isupper() for word in stretch.words[phrase.first + 1 : place])
    if kind != OFFICIAL or form == "indefinite":
        return False
    if low == "general" and place > phrase.first:
        return low in lex["office"] or stretch.lows[place - 1] in lex["office before"]
    return low in lex["office"] and not (first == low and low.endswith("s"))


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
    if word[0].isupper() and _is_institution(stretch, phrase, place, mention, lex):
        return ORGANISATION
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
    if not lex["bare"]:
        return None  # the endings are English
    human = low.rstrip("s").endswith(_HUMAN) and low not in lex["no person"]
    human = human and low.rstrip("s") not in lex["no person"]
    if low.endswith("s") and not low.endswith("ss"):
        return COLLECTIVE if human else None
    return UNNAMED if human else None


def _is_institution(
    stretch: Stretch, phrase: Phrase, place: int, mention: MentionRow | None, lex: Lexicon
) -> bool:
    """Is a word for people in capitals a name: the group People for Animals, The Economist?"""
    low, before = stretch.lows[place], stretch.lows[place - 1 : place]
    if low not in lex["person"] and low not in lex["collective"]:
        return False
    if before and place > phrase.first and before[0] in lex["organisation"]:
        return True
    if mention is not None and mention.kind in ("organisation", "group", "work"):
        return len(mention.surface) > len(stretch.words[place]) + 4 or low in lex["person"]
    the = place == phrase.first + 1 and before == ["the"]
    return the and low in lex["person"] and not stretch.is_heading


def _kind_by_letters(stretch: Stretch, phrase: Phrase, place: int, lex: Lexicon) -> str | None:
    word, lows = stretch.words[place], stretch.lows[phrase.first : place + 1]
    if "following" in lows:
        return None
    if lows[0] in lex["determiner"] and not lex["bare"]:
        return ORGANISATION if word.isupper() and 2 <= len(word) <= 6 else None
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
        bare = speaker.kind == COLLECTIVE and speaker.surface.lower() == f"the {speaker.head}"
        if bare and any(one.kind == NAMED for one in self.told[-40:]):
            # The researchers, the leaders: perhaps those whom the article named.
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
