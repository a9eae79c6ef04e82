"""Where a sentence tells what somebody said: its verb, its subject and the clause told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tasks.annotate.speech.subjects import Grammar, Phrase
from tasks.annotate.speech.tokens import QUOTATION, Stretch
from tasks.annotate.speech.usage import Usage
from tasks.annotate.speech.verbs import Verb
from tasks.annotate.speech.words import Lexicon

_PAUSES = frozenset((",", "-", "\u2013", "\u2014", "\u060c", "\uff0c"))
_ENDS = frozenset((".", "!", "?", ";", "\u3002", "\uff01", "\uff1f", "\u061f"))
# Tokens between a verb and its clause or quotation: "told reporters in Geneva on Monday that".
_GAP = 30
_LINK_GAP = 16
# Verbs looked at for the subject of one that has none of its own, or for a quotation.
_SHARED = 4
# Least tokens of a clause that a verb behind it tells: "Rain is coming, officials said."
_CLAUSE = 3
_TELL = frozenset(("tell", "inform", "notify", "assure", "reassure", "warn", "advise", "brief"))


@dataclass(frozen=True, slots=True)
class Telling:
    """One verb of saying (or according to) with its subject."""

    cue: tuple[int, int]  # code points
    verb: str | None  # folded form; None: according to
    subject: Phrase | None
    method: str  # verb, according_to, colon
    content: tuple[int, int] | None = None  # tokens of the clause told
    token: int = -1  # the verb's


class Reader(Usage):
    """Finds the tellings of one stretch."""

    def __init__(
        self,
        stretch: Stretch,
        text: str,
        table: Mapping[str, Verb],
        lex: Lexicon,
        cues: Mapping[str, list[list[str]]],
    ) -> None:
        super().__init__(stretch, table, lex)
        self.text = text
        self.grammar = Grammar(stretch, lex)
        self.according = list(self._according(cues))

    # -- according to ---------------------------------------------------------------------------

    def _according(self, cues: Mapping[str, list[list[str]]]) -> Iterator[Telling]:
        for first in [token for token, low in enumerate(self.lows) if low in cues]:
            for words in cues[self.lows[first]]:
                after = first + len(words)
                if self.lows[first:after] != words:
                    continue
                begin, end = self.stretch.sentence_of(first)
                subject = self.grammar.after(after, end)
                if subject is not None:
                    cue = (self.stretch.starts[first], self.stretch.ends[after - 1])
                    content = self._around(first, subject.last, begin, end)
                    yield Telling(cue, None, subject, "according_to", content, first)

    def _around(self, first: int, last: int, begin: int, end: int) -> tuple[int, int] | None:
        """Return what the sentence says beside the tokens first..last: before them, or behind."""
        if first - begin >= _CLAUSE:
            return begin, first
        comma = next((n for n in range(last, end) if self.words[n] in _PAUSES), last - 1)
        return (comma + 1, end) if comma + 1 < end else None

    # -- verbs ----------------------------------------------------------------------------------

    def subject(self, token: int) -> Phrase | None:
        """Return the subject of the verb `token`, looked for on its left."""
        begin = self.stretch.sentence_of(token)[0]
        begin = self._clause_begin(token, begin)
        found = self.grammar.before(token, begin)
        if found is not None:
            return found
        return self._shared(token, begin)

    def _clause_begin(self, token: int, begin: int) -> int:
        """A quotation, a colon or a semicolon before the verb begins its clause."""
        for place in range(token - 1, max(begin, token - 2 * _GAP) - 1, -1):
            if self.words[place] in (";", ":") or (
                self.words[place] == QUOTATION and self._is_long(place)
            ):
                return place + 1
        return begin

    def _is_long(self, token: int) -> bool:
        return self.stretch.ends[token] - self.stretch.starts[token] > 30

    def _shared(self, token: int, begin: int) -> Phrase | None:
        """A verb without a subject of its own (and added, saying) has that of the one before."""
        for other in self.verbs_between(begin, token)[: -_SHARED - 1 : -1]:
            if self.is_finite(other):
                found = self.grammar.before(other, begin)
                if found is not None:
                    return found
        return self.grammar.first_phrase(begin, token)

    def clauses(self) -> Iterator[Telling]:
        """Yield the tellings of clauses in reading order, according to besides."""
        found = list(self.according)
        for token in self.stretch.verbs:
            telling = self._clause(token)
            if telling is not None:
                found.append(telling)
        yield from sorted(found, key=lambda one: one.cue)

    def _clause(self, token: int) -> Telling | None:
        verb = self.table[self.lows[token]]
        if verb.use == "quote" or not self.is_finite(token):
            return None
        begin, end = self.stretch.sentence_of(token)
        if self.is_participle(token, begin) and not self.adds(token, begin, end):
            return None
        content = self._content(token, verb, end)
        if content is None and self._ends_here(token, end):
            return self._behind(token, begin)
        if content is None:
            return None
        subject = self.subject(token)
        if subject is None or self._is_reduced(token, subject, end):
            return None
        return self._telling(token, subject, content)

    def _is_reduced(self, token: int, subject: Phrase, end: int) -> bool:
        """Is it the participle of cases reported in the north, and not a verb with a subject?"""
        low = self.lows[token]
        after = self.lows[token + 1] if token + 1 < end else ""
        if not low.endswith("ed") or after not in self.lex["attach"]:
            return False
        return subject.last < token - 1 and self.words[token - 1][0].islower()

    def _telling(
        self, token: int, subject: Phrase | None, content: tuple[int, int] | None
    ) -> Telling:
        cue = (self.stretch.starts[token], self.stretch.ends[token])
        return Telling(cue, self.lows[token], subject, "verb", content, token)

    def _content(self, token: int, verb: Verb, end: int) -> tuple[int, int] | None:
        """Return the clause right of a verb, or None."""
        link = self._link(token, end)
        if link is not None:
            return (link + 1, end) if link + 1 < end else None
        if verb.use == "object":
            first = self.lows[token + 1] if token + 1 < end else ""
            taken = first in self.lex["determiner"] or first in self.lex["pronoun"]
            return (token + 1, end) if taken else None
        if self.stretch.is_heading and end - token > _CLAUSE:
            # Headings leave out the verb: Pentagon says coalition scaling back.
            return (token + 1, end) if self.lows[token] in self.lex["heading"] else None
        if self.lows[token] in self.lex["bare"] and self._is_clause(token + 1, end):
            return token + 1, end
        return None

    def _link(self, token: int, end: int) -> int | None:
        """Return the `that` of a verb: right behind it, or behind a hearer, a time or a place."""
        between = self.lex["between"]
        for place in range(token + 1, min(end, token + _LINK_GAP)):
            low = self.lows[place]
            if low in self.lex["link"]:
                return place if end - place > 2 and self._links(token, place) else None
            if low in self.lex["finite"] or low in (":", ";", QUOTATION, "which"):
                return None
            if place > token + 1 or self._is_told(token):
                continue
            passed = low in between or low in self.lex["time"] or low in self.lex["adverb"]
            if not passed and low != ",":
                return None
        return None

    def _links(self, token: int, place: int) -> bool:
        """Does the word at `place` begin the clause of the verb, and none of a noun between?"""
        if place == token + 1:
            return True
        commas = self.words[token + 1 : place].count(",")
        if self.lows[place] not in ("that", "whether"):
            return self._is_told(token) and place <= token + 4 and not commas
        return commas != 1

    def _is_told(self, token: int) -> bool:
        return self.table[self.lows[token]].lemma in _TELL

    def _is_clause(self, place: int, end: int) -> bool:
        """Do the tokens from `place` begin with a subject and a finite verb?"""
        time, adverb = self.lex["time"], self.lex["adverb"]
        verb = place - 1
        told = self._is_told(verb)
        while place < end and (
            self.lows[place] in time or self.lows[place] in adverb or (self.lows[place] == "on")
        ):
            place += 1
        first = place
        if (
            first < end
            and self.words[first][0].isdigit()
            and self.lows[verb] in self.lex["counted"]
        ):
            return True
        for place in range(first, min(end, first + _GAP)):
            low = self.lows[place]
            if low in self.lex["finite"]:
                return place > first or "'" in low
            if self._breaks(place, first, end):
                return False
            if place == first and low in self.lex["subject pronoun"]:
                return True
            if place > first and low.endswith("ed") and self.words[place].islower() and not told:
                return self.lows[place - 1] not in self.lex["determiner"]
        return False

    def _breaks(self, place: int, first: int, end: int) -> bool:
        """Does something stand at `place` behind which no verb belongs to the clause?"""
        low = self.lows[place]
        if low == ",":
            following = self.lows[place + 1] if place + 1 < end else ""
            return place - first < 2 or following in (
                "and",
                "but",
                "or",
                "which",
                "who",
            )
        return low in self.lex["relative"] or low in ";:" or (low == "to" and place - first < 2)

    def _ends_here(self, token: int, end: int) -> bool:
        """Does the sentence say nothing more behind the verb than where and when?"""
        after = token + 1
        while after < end and (
            self.lows[after] in self.lex["adverb"]
            or self.lows[after] in self.lex["time"]
            or self.lows[after] in self.lex["hearer"]
        ):
            after += 1
        return (
            after >= end
            or not self.lows[after][0].isalnum()
            or self.lows[after] in self.lex["begin"]
        )

    def _behind(self, token: int, begin: int) -> Telling | None:
        """Return the telling of a clause that stands before its verb: "Rain is near, he said."""
        if token > begin and self.words[token - 1] in _PAUSES:
            return None
        subject = self.grammar.before(token, begin)
        if subject is None or subject.first - begin < _CLAUSE:
            return None
        if self.words[subject.first - 1] not in _PAUSES:
            return None
        if (
            QUOTATION in self.words[begin : subject.first]
            and self.words[subject.first - 2] == QUOTATION
        ):
            return None
        return self._telling(token, subject, (begin, subject.first - 1))

    # -- quotations -----------------------------------------------------------------------------

    def of_quotation(self, token: int) -> Telling | None:
        """Return what attributes the quotation `token`, in its own sentence."""
        begin, end = self.stretch.sentence_of(token)
        return (
            self._verb_behind(token, end)
            or self._verb_before(token, begin)
            or self.by_phrase(token)
        )

    def _verb_behind(self, token: int, end: int) -> Telling | None:
        place = token + 1
        if not self._may_be_told(token, end):
            return None
        while place < end and place <= token + 2 and self.words[place] in _PAUSES:
            place += 1
        passed = self.lex["adverb"] | self.lex["inverted aux"]
        while place < end and self.lows[place] in passed:
            place += 1
        if place < end and self.lows[place] in self.table and not self._is_name_at(place):
            subject = self.grammar.after(place + 1, end)
            if subject is not None and not self._is_object(place, subject):
                return self._telling(place, subject, None)
        for verb in self.verbs_between(token + 1, min(end, place + _GAP))[:_SHARED]:
            if QUOTATION in self.words[token + 1 : verb]:
                return None
            if not self.is_finite(verb):
                continue
            subject = self.grammar.before(verb, place)
            if subject is not None and subject.first <= place + 2:
                return self._telling(verb, subject, None)
        return None

    def owner(self, token: int) -> Phrase | None:
        """Return the noun phrase directly before a quotation, or before `which`."""
        begin = self.stretch.sentence_of(token)[0]
        place = token - 1
        if place > begin and self.lows[place] in ("which", "that"):
            place -= 2 if self.words[place - 1] == "," else 1
        return self.grammar.ending_at(place, begin)

    def _may_be_told(self, token: int, end: int) -> bool:
        """Does a quotation begin its sentence, or does a pause set it apart from what follows?"""
        inner = self.text[max(self.stretch.ends[token] - 3, 0) : self.stretch.ends[token]]
        pause = token + 1 < end and self.words[token + 1] in _PAUSES
        begins = token == self.stretch.sentence_of(token)[0]
        return begins or pause or any(char in ",.!?\u2026\uff0c\u3002" for char in inner)

    def _is_name_at(self, place: int) -> bool:
        return self.words[place][0].isupper() and not self.words[place].isupper()

    def _is_object(self, verb: int, subject: Phrase) -> bool:
        """Is what follows the verb its object (told reporters)?"""
        return self.lows[subject.first] in self.lex["hearer"] and self._is_told(verb)

    def _verb_before(self, token: int, begin: int) -> Telling | None:
        if token > begin and self.words[token - 1] == ":":
            colon = self._colon(token - 1, begin)
            if colon is not None:
                return colon
        for verb in self.verbs_between(max(begin, token - _GAP), token)[: -_SHARED - 1 : -1]:
            passive = self._passive(verb, token, begin)
            if passive is not None:
                return passive
            if verb == begin:
                subject = self.grammar.after(verb + 1, token)
                return None if subject is None else self._telling(verb, subject, None)
            if self._leads_to(verb, token, begin):
                subject = self.subject(verb)
                if subject is not None:
                    return self._telling(verb, subject, None)
        return None

    def _leads_to(self, verb: int, token: int, begin: int) -> bool:
        low = self.lows[verb]
        if low.endswith("ing") and not self._is_name_at(verb):
            noun = low in self.lex["noun verb"] and self._is_noun(verb, begin, token)
            return not noun and self.lows[verb - 1 : verb] != ["the"]
        if self.lows[verb - 1 : verb] == ["to"] and verb > begin:
            return self.words[token - 1] in (",", ":") or low in self.lex["quote verb"]
        return self.is_finite(verb)

    def _passive(self, verb: int, token: int, begin: int) -> Telling | None:
        """was described by X as "..."."""
        if self.before_adverbs(verb, begin) not in self.lex["be"]:
            return None
        for place in range(verb + 1, min(token, verb + 4)):
            if self.lows[place] == "by":
                subject = self.grammar.after(place + 1, token)
                return None if subject is None else self._telling(verb, subject, None)
        return None

    def _colon(self, colon: int, begin: int) -> Telling | None:
        """Name: "..." """
        if self.verbs_between(begin, colon):
            return None
        subject = self.grammar.after(begin, colon)
        if subject is None or subject.last < colon - 1 or colon - begin > 10:
            return None
        cue = (self.stretch.starts[colon], self.stretch.ends[colon])
        return Telling(cue, None, subject, "colon", None, colon)

    def by_phrase(self, token: int) -> Telling | None:
        """Return the `according to` of the sentence that holds `token`."""
        begin, end = self.stretch.sentence_of(token)
        for telling in self.according:
            if begin <= telling.token < end:
                return telling
        return None
