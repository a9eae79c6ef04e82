"""Where a sentence tells in a clause what somebody said: verb, subject and clause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tasks.annotate.speech.reading import Telling
from tasks.annotate.speech.subjects import Grammar, Phrase
from tasks.annotate.speech.tokens import QUOTATION, Stretch
from tasks.annotate.speech.usage import Usage
from tasks.annotate.speech.verbs import Verb
from tasks.annotate.speech.words import Lexicon

PAUSES = frozenset((",", "-", "\u2013", "\u2014", "\u060c", "\uff0c"))
_ENDS = frozenset((".", "!", "?", ";", "\u3002", "\uff01", "\uff1f", "\u061f"))
# Tokens between a verb and its clause or quotation: "told reporters in Geneva on Monday that".
GAP = 30
_LINK_GAP = 16
# Tokens between a verb and the link of its clause in languages whose grammar is not known.
_NEAR = 9
# Verbs looked at for the subject of one that has none of its own, or for a quotation.
SHARED = 4
# Least tokens of a clause that a verb behind it tells: "Rain is coming, officials said."
_CLAUSE = 3
# Tokens that may stand between a subject and its verb: a bracket, an apposition.
_APPOSED = 12
_TELL = frozenset(("tell", "inform", "notify", "assure", "reassure", "warn", "advise", "brief"))


class Clauses(Usage):
    """Finds the clauses told in one stretch."""

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
        if cues.keys().isdisjoint(self.lows):
            return
        for first in [token for token, low in enumerate(self.lows) if low in cues]:
            for words in cues[self.lows[first]]:
                after = first + len(words)
                if self.lows[first:after] != words:
                    continue
                begin, end = self.stretch.sentence_of(first)
                subject = self.grammar.after(after, end)
                if subject is not None and self._is_source(subject):
                    cue = (self.stretch.starts[first], self.stretch.ends[after - 1])
                    content = self._around(first, subject.last, begin, end)
                    yield Telling(cue, None, subject, "according_to", content, first)

    def _is_source(self, subject: Phrase) -> bool:
        """Outside English: is it a name, or a noun that may say something (no según se mire)?"""
        if self.lex["bare"]:
            return True
        low, word = self.lows[subject.first], self.words[subject.first]
        known = (
            "pronoun",
            "determiner",
            "official",
            "person",
            "collective",
            "organisation",
            "document",
        )
        elided = low[:2] in self.lex["determiner"]  # l'architecte
        return elided or not word[0].islower() or any(low in self.lex[kind] for kind in known)

    def _around(self, first: int, last: int, begin: int, end: int) -> tuple[int, int] | None:
        """Return what the sentence says beside the tokens first..last: before them, or behind."""
        if first - begin >= _CLAUSE:
            return begin, first
        comma = next((n for n in range(last, end) if self.words[n] in PAUSES), last - 1)
        return (comma + 1, end) if comma + 1 < end else None

    # -- verbs ----------------------------------------------------------------------------------

    def subject(self, token: int) -> Phrase | None:
        """Return the subject of the verb `token`, looked for on its left."""
        begin, end = self.stretch.sentence_of(token)
        if self.lex["verb first"]:
            return self.grammar.after(token + 1, end)
        begin = self._clause_begin(token, begin)
        if not self.lex["bare"]:
            return self._other_subject(token, begin, end)
        found = self.grammar.before(token, begin)
        if found is not None:
            return found
        return self._shared(token, begin)

    def _other_subject(self, token: int, begin: int, end: int) -> Phrase | None:
        """Return the subject beside a verb of a language whose grammar is not known."""
        if token > begin and self.words[token - 1] in PAUSES:
            after = self.grammar.after(token + 1, end)
            if after is not None:
                return after
        return self.adjacent(token, begin)

    def _clause_begin(self, token: int, begin: int) -> int:
        """A quotation, a colon or a semicolon before the verb begins its clause."""
        for place in range(token - 1, max(begin, token - 2 * GAP) - 1, -1):
            if self.words[place] in (";", ":") or (
                self.words[place] == QUOTATION and self._is_long(place)
            ):
                return place + 1
        return begin

    def _is_long(self, token: int) -> bool:
        return self.stretch.ends[token] - self.stretch.starts[token] > 30

    def _shared(self, token: int, begin: int) -> Phrase | None:
        """A verb without a subject of its own (and added, saying) has that of the one before."""
        for other in self.verbs_between(begin, token)[: -SHARED - 1 : -1]:
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
        if not self.lex["bare"]:
            return self._linked(token, begin, end)
        if self.is_participle(token, begin) and not self.adds(token, begin, end):
            return None
        content = self.content_of(token, verb, end)
        if content is None and self._ends_here(token, end):
            return self._behind(token, begin)
        if content is None:
            return None
        subject = self.subject(token)
        if subject is None or self._is_reduced(token, subject, end):
            return None
        if not self._governs(subject, token, begin):
            return None
        return self._telling(token, subject, content)

    def _linked(self, token: int, begin: int, end: int) -> Telling | None:
        """Return the telling of a language of which only the links of clauses are known.

        El ministro dijo ayer que ...; die Ministerin sagte, dass ...; VERB subject LINK in Arabic.
        """
        link = self._near_link(token, end)
        if link is None:
            return None
        if self.lex["verb first"]:
            subject = self.grammar.after(token + 1, link)
            if subject is None or subject.last != link:
                return None
        else:
            subject = self.adjacent(token, begin)
            if subject is None or not self._is_passed(token + 1, link):
                return None
        return self._telling(token, subject, (link + 1, end))

    def _near_link(self, token: int, end: int) -> int | None:
        """Return the link near the verb `token`, unless a relative clause stands between."""
        for place in range(token + 1, min(end - 2, token + _NEAR)):
            if self.lows[place] in self.lex["link"]:
                return place
            if self.lows[place] in self.lex["relative"]:
                return None
        return None

    def _is_passed(self, first: int, last: int) -> bool:
        """Do the tokens between a verb and its link say only when, and to whom?"""
        between = self.lex["adverb"] | self.lex["time"] | self.lex["hearer"]
        return all(self.lows[n] in between or self.words[n] in PAUSES for n in range(first, last))

    def adjacent(self, token: int, begin: int) -> Phrase | None:
        """Return the subject right before the verb, or before an apposition in commas."""
        near = self.grammar.over_adverbs(token - 1, begin)
        if near < begin:
            return None
        if self.words[near] == ",":
            subject = self.grammar.first_phrase(begin, near)
            if subject is None or subject.first > begin or self.words[subject.last] != ",":
                comma = subject.first - 1 if subject is not None else begin
                return subject if comma > begin and self.words[comma] == "," else None
            return subject
        return self.grammar.ending_at(near, begin)

    def _governs(self, subject: Phrase, token: int, begin: int) -> bool:
        """Is `subject` that of the verb `token`, and not of another verb or a relative clause?"""
        lows = self.lows
        if subject.first > begin and lows[subject.first - 1] in ("what", "than", "whatever"):
            return False
        if not self.agrees(token, self._head(subject)) or self._is_compound(subject, token):
            return False
        near = self.grammar.over_adverbs(token - 1, begin)
        if near < subject.last or lows[near] in ("and", "or", "but", "then"):
            return True
        # Drivers have been known to misbehave, complaints suggest: the noun has its own verb.
        return lows[subject.last] not in self.lex["finite"]

    def _head(self, subject: Phrase) -> int:
        for place in range(subject.first + 1, subject.last):
            if self.lows[place] in self.lex["attach"]:
                return place - 1
        return subject.last - 1

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
        if subject is not None and not (
            self._is_source(subject)
            and self.lows[max(subject.first - 1, 0)] not in self.lex["preposition"]
        ):
            subject = None
        return Telling(cue, self.lows[token], subject, "verb", content, token)

    def content_of(self, token: int, verb: Verb, end: int) -> tuple[int, int] | None:
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
        following = self.lows[token + 1 : token + 3]
        if following[:1] == ["to"] and not self._is_hearer(token + 2, end):
            return None  # agreed to use that bill
        if following[-1:] and following[-1].endswith("ing") and following[0] in between:
            return None  # insist on squandering that chance
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

    def _is_hearer(self, place: int, end: int) -> bool:
        """May the token at `place` name somebody who is told something?"""
        if place >= end:
            return False
        known = self.lex["determiner"] | self.lex["hearer"]
        return self.lows[place] in known or self.words[place][0].isupper()

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
        for place in range(first, min(end, first + GAP)):
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
        if low == "that" and place > first + 1:  # announced a plan that is tough
            return True
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
        if token > begin and self.words[token - 1] in PAUSES:
            return None
        if self.lows[begin] in self.lex["condition"] or self.words[token].isupper():
            return None
        if token + 1 < len(self.lows) and self.lows[token + 1] in ("for", "to", "by"):
            return None
        subject = self.grammar.before(token, begin)
        if subject is None or subject.first - begin < _CLAUSE:
            return None
        if self.grammar.over_adverbs(token - 1, begin) >= subject.last + _APPOSED:
            return None
        if not self.agrees(token, self._head(subject)):
            return None
        if self.words[subject.first - 1] not in PAUSES:
            return None
        if (
            QUOTATION in self.words[begin : subject.first]
            and self.words[subject.first - 2] == QUOTATION
        ):
            return None
        content = self._told_around(token, begin, subject.first - 1)
        return None if content is None else self._telling(token, subject, content)

    def _told_around(self, token: int, begin: int, end: int) -> tuple[int, int] | None:
        """Return begin..end, or what follows: Each year, officials say, the city uses more."""
        if not self._has_no_verb(begin, end):
            return begin, end
        if self.words[token + 1 : token + 2] != [","]:
            return None
        return token + 2, self.stretch.sentence_of(token)[1]

    def _has_no_verb(self, first: int, last: int) -> bool:
        if self.lows[first] not in self.lex["begin"] | {"each", "every"}:
            return False
        lows = self.lows[first:last]
        return self.lex["finite"].isdisjoint(lows) and not any(low.endswith("ed") for low in lows)
