"""Whether a form of a verb of saying is used as a verb with a subject of its own."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from tasks.annotate.speech.subjects import Phrase
from tasks.annotate.speech.tokens import Stretch
from tasks.annotate.speech.verbs import Verb
from tasks.annotate.speech.words import Lexicon

_PASSED = 4  # tokens between a participle and its by: last year
# Before a form in -s they make it a noun: many states.
_PLURAL = frozenset(("many", "some", "several", "few", "most", "these", "those", "all", "both"))


class Usage:
    """Tells verbs from nouns, infinitives and passives in one stretch."""

    def __init__(self, stretch: Stretch, table: Mapping[str, Verb], lex: Lexicon) -> None:
        self.stretch, self.table, self.lex = stretch, table, lex
        self.words, self.lows = stretch.words, stretch.lows

    def is_finite(self, token: int) -> bool:
        """Is the verb used as one with a subject: no infinitive, passive, noun or name?"""
        low, word = self.lows[token], self.words[token]
        begin, end = self.stretch.sentence_of(token)
        heading = self.stretch.is_heading
        if word[0].isupper() and not word.isupper() and token > begin and not heading:
            return False
        if word.isupper() and len(word) > 1 and not heading and not self._is_shouting(begin, end):
            return False
        before = self.before_adverbs(token, begin)
        if before in self.lex["modal"] or before == "to":
            return False
        if before in self.lex["be"] and not low.endswith("ing"):
            return False
        if low.endswith("ed") and (self._is_counted(token, begin) or self._has_agent(token, end)):
            return False
        if self.lex["infinitive"] and not self._is_conjugated(token, begin):
            return False
        if before in self.lex["determiner"] and before not in self.lex["pronoun like"]:
            return False
        return not (low in self.lex["noun verb"] and self._is_noun(token, begin, end))

    def _has_agent(self, token: int, end: int) -> bool:
        """Is it a participle: a report requested [last year] by the senator?"""
        place = token + 1
        while place < end and place - token < _PASSED and self._is_time(place):
            place += 1
        return place < end and self.lows[place] == "by"

    def _is_time(self, place: int) -> bool:
        return self.lows[place] in self.lex["time"] or self._is_adverb(place)

    def _is_compound(self, subject: Phrase, token: int) -> bool:
        """Do the nouns before a form in -s need it as their plural: other capital projects?"""
        first, last = self.lows[subject.first], self.lows[subject.last - 1]
        counted = first in self.lex["counting"] and subject.last == token
        plural = last.endswith("s") or last in self.lex["collective"] | self.lex["organisation"]
        return counted and self.lows[token].endswith("s") and not plural

    def _is_conjugated(self, token: int, begin: int) -> bool:
        """Is it no infinitive (decir), no participle (previsto, annoncé) without its ha or a?"""
        low = self.lows[token]
        if low == self.table[low].lemma and low.endswith(tuple(self.lex["infinitive"])):
            return False
        if not low.endswith(tuple(self.lex["participle"])):
            return True
        place = token - 1
        while place >= begin and self._is_adverb(place):
            place -= 1
        return place >= begin and self.lows[place] in self.lex["aux"]

    def agrees(self, token: int, head: int) -> bool:
        """May the noun `head` be the subject: workers in 13 states, but the group states?"""
        low, noun = self.lows[token], self.lows[head]
        if low not in self.lex["third person"]:
            return True
        if self.words[head][0].isupper() and head > self.stretch.sentence_of(head)[0]:
            return True
        return noun not in self.lex["collective"] and not (
            noun in self.lex["official"] and noun.endswith("s")
        )

    def _is_shouting(self, begin: int, end: int) -> bool:
        return not any(word[0].islower() for word in self.words[begin:end])

    def verbs_between(self, first: int, last: int) -> list[int]:
        """Return the verbs of saying among the tokens first..last, half-open."""
        verbs = self.stretch.verbs
        return verbs[bisect_left(verbs, first) : bisect_left(verbs, last)]

    def before_adverbs(self, token: int, begin: int) -> str:
        """Return the folded word before the verb and its adverbs; empty where none stands."""
        place = token - 1
        while place >= begin and self._is_adverb(place):
            place -= 1
        return self.lows[place] if place >= begin else ""

    def _is_adverb(self, place: int) -> bool:
        low = self.lows[place]
        return low in self.lex["adverb"] or low == "not" or (low.endswith("ly") and len(low) > 4)

    def _is_noun(self, token: int, begin: int, end: int) -> bool:
        before = self.lows[token - 1] if token > begin else ""
        after = self.lows[token + 1] if token + 1 < end else ""
        if (
            before in self.lex["determiner"]
            or before in self.lex["attach"]
            or before.endswith("'s")
        ):
            if before in _PLURAL and self.lows[token].endswith("s"):
                return True
            plain = before not in self.lex["pronoun like"] or before in self.lex["singular"]
            return plain or (before in ("this", "that") and not self.lows[token].endswith("s"))
        if self._is_counted(token, begin):
            return True
        if (
            before in self.lex["begin"]
            or after in ("of", "by", "from", "for")
            or after in self.lex["aux"]
            or after in self.table
        ):
            return True
        if not before:
            return True
        bare = not self.lows[token].endswith(("s", "ed"))
        plural = before.endswith("s") and not before.endswith("ss")
        return bare and not (plural or before in self.lex["pronoun"])

    def _is_counted(self, token: int, begin: int) -> bool:
        """Does a number stand before it: in 13 states, 51 confirmed cases; no year does?"""
        before = self.lows[token - 1] if token > begin else ""
        return (before[:1].isdigit() and len(before) != 4) or before in self.lex["number"]

    def is_participle(self, token: int, begin: int) -> bool:
        """Is it a form in -ing without is or was?"""
        low = self.lows[token]
        return low.endswith("ing") and self.before_adverbs(token, begin) not in self.lex["be"]

    def adds(self, token: int, begin: int, end: int) -> bool:
        """Is it a participle that tells more: said it was late, adding that?"""
        before = self.lows[token - 1] if token > begin else ","
        after = self.lows[token + 1] if token + 1 < end else ""
        return after == "that" and before in (",", "and", "while", "by", "in")
