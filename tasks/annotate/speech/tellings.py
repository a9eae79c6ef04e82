"""Which verb of saying attributes a quotation, and to whom."""

from __future__ import annotations

from tasks.annotate.speech.clauses import GAP, PAUSES, SHARED, Clauses
from tasks.annotate.speech.reading import Telling
from tasks.annotate.speech.subjects import Phrase
from tasks.annotate.speech.tokens import QUOTATION


class Reader(Clauses):
    """Finds what a stretch tells: clauses, and what attributes its quotations."""

    def of_quotation(self, token: int) -> Telling | None:
        """Return what attributes the quotation `token`, in its own sentence."""
        begin, end = self.stretch.sentence_of(token)
        if self.stretch.introduced(token):
            return (
                self._verb_before(token, begin)
                or self._verb_behind(token, end)
                or self.by_phrase(token)
            )
        return (
            self._verb_behind(token, end)
            or self._verb_before(token, begin)
            or self.by_phrase(token)
        )

    def _verb_behind(self, token: int, end: int) -> Telling | None:
        place = token + 1
        if not self._may_be_told(token, end):
            return None
        while place < end and place <= token + 2 and self.words[place] in PAUSES:
            place += 1
        passed = self.lex["adverb"] | self.lex["inverted aux"]
        while place < end and self.lows[place] in passed:
            place += 1
        if place < end and self.lows[place] in self.table and not self._is_name_at(place):
            subject = self.grammar.after(place + 1, end)
            if subject is not None and not self._is_object(place, subject):
                return self._telling(place, subject, None)
        for verb in self.verbs_between(token + 1, min(end, place + GAP))[:SHARED]:
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
        pause = token + 1 < end and self.words[token + 1] in PAUSES
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
        for verb in self.verbs_between(max(begin, token - GAP), token)[: -SHARED - 1 : -1]:
            passive = self._passive(verb, token, begin)
            if passive is not None:
                return passive
            if verb == begin or self.lex["verb first"]:
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
        if (
            self.lex["verb first"]
            or subject is None
            or subject.last < colon - 1
            or colon - begin > 10
        ):
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

    # -- what is told ---------------------------------------------------------------------------

    def bounds(self, telling: Telling) -> tuple[int, int] | None:
        """Return the code points of the clause told, without the marks around it."""
        assert telling.content is not None
        first, last = telling.content
        words = self.words
        while (
            first < last and not words[first][0].isalnum() and words[first] not in (QUOTATION, "$")
        ):
            first += 1
        last = self._before_next(first, last)
        while (
            last > first
            and not words[last - 1][0].isalnum()
            and words[last - 1]
            not in (
                QUOTATION,
                "%",
                ")",
            )
        ):
            last -= 1
        if last <= first:
            return None
        return self.stretch.starts[first], self.stretch.ends[last - 1]

    def _before_next(self, first: int, last: int) -> int:
        """A clause ends where the next one begins: X says this, but analysts say that."""
        for place in range(first + 2, last - 1):
            if self.words[place] == "," and self.lows[place + 1] in (
                "but",
                "while",
                "and",
                "although",
            ):
                following = next(iter(self.verbs_between(place + 1, last)), None)
                if following is not None and following - place < 12 and self.is_finite(following):
                    return place
        return last
