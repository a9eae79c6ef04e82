"""Who says what in an English text that lost its punctuation: only what is certain.

Without stops nothing says where a sentence ends, and the noun phrase before a verb is often the end
of what was said: "... to house the new tankers said Senator Conrad". A speaker is certain as a
named person or body right beside the verb, or as an official noun phrase that begins a sentence.
Where both sides name somebody ("Bolten said Senator Murray defended"), what follows decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tasks.annotate.speech.mentions import Mentions
from tasks.annotate.speech.reading import Telling
from tasks.annotate.speech.subjects import Phrase
from tasks.annotate.speech.tellings import Reader
from warehouse.annotations import MentionRow

_SPEAKERS = ("person", "organisation")
_LONGEST = 6  # tokens of an official noun phrase, of a name behind a title
_FEWEST = 3  # tokens of what is told
_PARTIES = frozenset("RDI")
_NOUNS = ("official", "office", "organisation", "document")


class Unstopped:
    """Finds the certain tellings of one stretch."""

    def __init__(self, reader: Reader, mentions: Mentions) -> None:
        self.reader, self.mentions = reader, mentions
        self.stretch, self.lex = reader.stretch, reader.lex
        self.words, self.lows = reader.words, reader.lows

    def tellings(self) -> Iterator[Telling]:
        """Yield them in reading order."""
        found = [one for each in self.reader.according if (one := self._according(each))]
        verbs = self.lex["certain verb"]
        for token in self.stretch.verbs:
            if self.lows[token] in verbs and self.reader.is_finite(token):
                telling = self._behind(token) or self._before(token)
                if telling is not None:
                    found.append(telling)
        found.sort(key=lambda one: one.cue)
        for place, one in enumerate(found):
            yield _before_speaker(one, found[place + 1 : place + 2])

    def _according(self, telling: Telling) -> Telling | None:
        """According to the Committee ...: the name right behind it, or an official noun."""
        if telling.subject is None:
            return None
        subject = self._named_from(telling.subject.first)
        if subject is None and self._is_official(telling.subject):
            subject = telling.subject
        return None if subject is None else replace(telling, subject=subject)

    def _behind(self, token: int) -> Telling | None:
        """... said Senator Conrad: what stands before is told, unless the name has a verb."""
        begin, end = self.stretch.sentence_of(token)
        subject = self._named_from(token + 1, only_people=True)
        if subject is None or token - begin < _FEWEST or self._told_about(subject, end):
            return None
        if self._person_before(token, begin):
            return None
        return self._telling(token, subject, (begin, token))

    def _told_about(self, subject: Phrase, end: int) -> bool:
        """May the name be the subject of what is told: said Senator Murray defended?"""
        place = subject.last
        if place >= end:
            return False
        if self.words[place][0].isupper():
            return not self._is_titled(subject)
        return self.lows[place] not in self.lex["behind a name"]

    def _before(self, token: int) -> Telling | None:
        """Klobuchar said ...; the congressional delegation said that ..."""
        begin, end = self.stretch.sentence_of(token)
        subject = self._subject(token, begin)
        if subject is None:
            return None
        content = self._content(token, end)
        return None if content is None else self._telling(token, subject, content)

    def _content(self, token: int, end: int) -> tuple[int, int] | None:
        content = self.reader.content_of(token, self.reader.table[self.lows[token]], end)
        if content == (token + 1, end) and self.lows[token + 1] in ("on", "in", "at"):
            return None  # said on September 25: when, not what
        if content is None and token + 1 == end < len(self.words):
            content = self.stretch.sentence_of(end)  # said | This plant has been
        elif content is None and self.words[token + 1 : token + 2] == ["I"]:
            content = token + 1, end
        return content if content and content[1] - content[0] >= _FEWEST else None

    def _telling(self, token: int, subject: Phrase, content: tuple[int, int]) -> Telling:
        cue = (self.stretch.starts[token], self.stretch.ends[token])
        return Telling(cue, self.lows[token], subject, "verb", content, token)

    # -- speakers -------------------------------------------------------------------------------

    def _subject(self, token: int, begin: int) -> Phrase | None:
        last = self.reader.grammar.over_adverbs(token - 1, begin)
        if last < begin:
            return None
        named = self._named_to(last, begin)
        if named is not None:
            return named
        phrase = Phrase(begin, last + 1)
        return phrase if self._is_official(phrase) else None

    def _person_before(self, token: int, begin: int) -> bool:
        last = self.reader.grammar.over_adverbs(token - 1, begin)
        found = self._mention_at(last) if last >= begin else None
        return found is not None and found.kind == "person"

    def _named_to(self, last: int, begin: int) -> Phrase | None:
        """Return the named speaker that ends with token `last`, its party passed over."""
        last = self._without_party(last, begin)
        first = self._first_of_name(last, begin)
        if first is None:
            return None
        while first - 2 > begin and self.lows[first - 1] == "and":
            other = self._first_of_name(self._without_party(first - 2, begin), begin)
            if other is None:
                return None
            first = other
        before = self.lows[first - 1] if first > begin else ""
        if self._is_behind_name(first, begin):
            return None
        small = self.lex["preposition"] | self.lex["attach"] | self.lex["begin"] | {"and", "or"}
        if before in small or (first > begin and first - 1 in self.reader.grammar.verbs):
            return None
        return Phrase(first, last + 1)

    def _is_behind_name(self, first: int, begin: int) -> bool:
        """Does another name stand before a body's: the Environmental Protection Agency EPA?"""
        row = self._mention_at(first)
        if row is None or row.kind == "person" or first == begin:
            return False
        passed = self.lex["time"] | self.lex["skip"]
        return self.words[first - 1][0].isupper() and self.lows[first - 1] not in passed

    def _first_of_name(self, last: int, begin: int) -> int | None:
        """Return where the name that ends with token `last` begins, title and article included."""
        row = self._mention_at(last)
        first = last
        if row is not None:
            if row.kind not in _SPEAKERS or row.char_end > self.stretch.ends[last]:
                return None
            while first > begin and self.stretch.starts[first] > row.char_start:
                first -= 1
        elif self._is_acronym(last, begin):
            return last - 1
        elif not self.words[last][0].isupper() or not self._title_at(last - 1, begin):
            return None
        while self._title_at(first - 1, begin):
            first -= 1
        if first > begin and self.lows[first - 1] == "the":
            first -= 1
        return first

    def _is_acronym(self, last: int, begin: int) -> bool:
        """The FDA: a body, though no model named it."""
        is_short = self.words[last].isupper() and 2 <= len(self.words[last]) <= _LONGEST
        return is_short and last > begin and self.lows[last - 1] == "the"

    def _without_party(self, last: int, begin: int) -> int:
        """Snowe R ME: return the last token of the name."""
        is_state = self.words[last][0].isupper() and last - 2 >= begin
        return last - 2 if is_state and self.words[last - 1] in _PARTIES else last

    def _named_from(self, first: int, *, only_people: bool = False) -> Phrase | None:
        """Return the named speaker that begins at token `first`."""
        place = first
        while place < len(self.words) and (
            self._title_at(place, first) or (place == first and self.lows[place] == "the")
        ):
            place += 1
        if place >= len(self.words) or not self.words[place][0].isupper():
            return None
        row = self._mention_at(place)
        if row is None:
            return Phrase(first, place + 1) if self._title_at(place - 1, first) else None
        if row.kind not in (_SPEAKERS[:1] if only_people else _SPEAKERS):
            return None
        last, end = place + 1, self.stretch.sentence_of(place)[1]
        while last < end and self.stretch.starts[last] < row.char_end:
            last += 1
        if row.kind == "person" and self.lows[last : last + 1] == ["and"]:
            other = self._named_from(last + 1, only_people=True)
            last = other.last if other is not None else last
        return Phrase(first, last)

    def _is_titled(self, subject: Phrase) -> bool:
        return self._title_at(subject.first, subject.first)

    def _title_at(self, place: int, floor: int) -> bool:
        if place < floor or place >= len(self.words):
            return False
        return self.words[place][0].isupper() and self.lows[place] in self.lex["title"]

    def _mention_at(self, place: int) -> MentionRow | None:
        start, end = self.stretch.starts[place], self.stretch.ends[place]
        return next(iter(self.mentions.over(start, end)), None)

    def _is_official(self, phrase: Phrase) -> bool:
        """The delegation, former EPA officials: a short noun phrase that ends in such a noun."""
        lows = self.lows[phrase.first : phrase.last]
        if not 1 < len(lows) <= _LONGEST or not self.lex["stop"].isdisjoint(lows):
            return False
        first = self.words[phrase.first]
        adverbial = self.lex["begin"] | self.lex["skip"] | self.lex["time"]
        begins = lows[0] in self.lex["determiner"] or first[0].isupper()
        return (
            begins
            and lows[0] not in adverbial
            and any(lows[-1] in self.lex[kind] for kind in _NOUNS)
        )


def _before_speaker(telling: Telling, following: Sequence[Telling]) -> Telling:
    """What is told ends before the next speaker: they would send a team | Dorgan said."""
    if telling.content is None or not following or following[0].subject is None:
        return telling
    first, last = telling.content
    speaker = following[0].subject.first
    if first + _FEWEST <= speaker < last and telling.token < speaker < following[0].token:
        return replace(telling, content=(first, speaker))
    return telling
