"""The noun phrase that is the subject of a verb of saying, found without a parser.

Left of the verb it is looked for backwards up to something that cannot belong to it; where that is
a comma (an apposition, a clause: "Snowe, who chairs the panel, said") the first noun phrase of the
clause is taken. Right of the verb it is read forwards.
"""

from __future__ import annotations

from dataclasses import dataclass

from tasks.annotate.speech.tokens import QUOTATION, Stretch
from tasks.annotate.speech.words import Lexicon

# Words of a noun phrase; longer ones are not read to their ends.
LENGTH = 25
# Tokens of a dateline: WASHINGTON, D.C., March 3 (Reuters) -
_DATELINE = 12
# Tokens passed over in search of the first noun phrase of a clause.
_SKIPPED = 60
_COMMAS = frozenset((",", "\u2014", "\u2013", "-", "\u060c", "\uff0c"))
_HARD = frozenset((";", ":", "!", "?", "(", ")", "[", "]", '"', "*", "\u2022", QUOTATION)) | _COMMAS


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase as a half-open range of tokens."""

    first: int
    last: int


class Grammar:
    """Reads noun phrases of one stretch."""

    def __init__(self, stretch: Stretch, lex: Lexicon) -> None:
        self.words, self.lows, self.lex = stretch.words, stretch.lows, lex
        self.ends, self.starts = stretch.ends, stretch.starts
        self.stop = lex["stop"] | lex["aux"]
        self.verbs = frozenset(stretch.verbs)

    def before(self, verb: int, start: int) -> Phrase | None:
        """Return the subject left of the token `verb` in a clause that begins at token `start`."""
        place = self.over_adverbs(verb - 1, start)
        if place < start:
            return None
        if self.words[place] == ")":
            place = self._open_bracket(place, start) - 1
            place = self.over_adverbs(place, start)
        if place < start:
            return None
        if self.words[place] in _COMMAS:
            return self._around_comma(place, start)
        if self.lows[place] in ("who", "which", "that") and place > start:
            return self.ending_at(place - 1 - (self.words[place - 1] == ","), start)
        if self.lows[place] in ("and", "or", "but"):
            return None
        if self.lows[place] in self.lex["attach"] or self.lows[place] in self.lex["begin"]:
            return None
        phrase = self._backwards(place, start)
        described = None if phrase is None else self._described(phrase, start)
        if described is not None:
            return described
        if phrase is None or self._is_loose(phrase, start):
            first = self.first_phrase(start, verb)
            return first if first is not None else phrase
        return phrase

    def _described(self, phrase: Phrase, start: int) -> Phrase | None:
        """Return the name that `phrase` describes behind a comma: Ali Khan, a farmer [,] said."""
        comma = phrase.first - 1
        if comma <= start or self.words[comma] != ",":
            return None
        office = self.lows[phrase.last - 1] in self.lex["office"] | self.lex["official"]
        if self._is_name(phrase.first, phrase.last) and not office:
            return None
        first = self.first_phrase(start, comma)
        if first is None or first.last > comma or not self._is_name(first.first, first.last):
            return None
        return first

    def ending_at(self, place: int, start: int) -> Phrase | None:
        """Return the noun phrase whose last token is `place`, a bracket behind it passed over."""
        if place >= start and self.words[place] == ")":
            place = self._open_bracket(place, start) - 1
        return self._backwards(place, start) if place >= start else None

    def after(self, place: int, end: int) -> Phrase | None:
        """Return the noun phrase that begins at token `place` (adverbs passed over)."""
        while place < end and self.lows[place] in self.lex["adverb"]:
            place += 1
        if place + 2 < end and not self.lex["bare"] and self.lows[place + 1] in self.lex["time"]:
            place += 2  # este jueves
        phrase = self._forwards(place, end)
        if phrase is None:
            return None
        return self._named_apposition(phrase, end) or phrase

    def first_phrase(self, start: int, end: int) -> Phrase | None:
        """Return the first noun phrase of the clause that is no adverbial's."""
        place = self._behind_dateline(start, end)
        for _ in range(3):
            while place < min(end, start + _SKIPPED) and self._skips(place):
                place += 1
            if place >= end:
                return None
            if self.lows[place] not in self.lex["begin"]:
                break
            comma = next(
                (n for n in range(place, min(end, place + 40)) if self.words[n] in _COMMAS),
                None,
            )
            if comma is None:
                return None
            place = comma + 1
        phrase = self._forwards(place, end)
        return None if phrase is None else self._named_apposition(phrase, end) or phrase

    def _behind_dateline(self, start: int, end: int) -> int:
        """Return the token behind `WASHINGTON (AP) -`, or `start`."""
        for place in range(start, min(end, start + _DATELINE)):
            word = self.words[place]
            if word in ("-", "\u2013", "\u2014") and place > start:
                return place + 1
            if (word[0].isalpha() and not word[0].isupper()) or word == QUOTATION:
                break
        return start

    def _skips(self, place: int) -> bool:
        low = self.lows[place]
        return low in self.lex["skip"] or low in self.lex["time"] or not low[0].isalnum()

    def over_adverbs(self, place: int, start: int) -> int:
        """Return the last token at or before `place` that is no adverb, auxiliary or time."""
        adverb, aux, time = self.lex["adverb"], self.lex["aux"], self.lex["time"]
        while place >= start:
            low = self.lows[place]
            if low in adverb or low in aux or (low in time and place - 1 >= start):
                place -= 1
                if low in time and self.lows[place] in (
                    "on",
                    "this",
                    "last",
                    "late",
                    "early",
                ):
                    place -= 1
            elif (
                low.endswith("ly")
                and low.islower()
                and self.words[place].islower()
                and len(low) > 4
            ):
                place -= 1
            else:
                break
        return place

    def _open_bracket(self, place: int, start: int) -> int:
        opened = place
        while opened > start and self.words[opened] != "(" and place - opened < LENGTH:
            opened -= 1
        return opened

    def _around_comma(self, comma: int, start: int) -> Phrase | None:
        """The verb follows a comma: the subject stands before what the comma ends."""
        first = self.first_phrase(self._last_clause(start, comma), comma)
        if first is not None:
            return first
        for place in range(comma - 1, max(start, comma - 2 * LENGTH), -1):
            if self.words[place] in _COMMAS:
                return self._backwards(place - 1, start)
        return self._backwards(comma - 1, start)

    def _last_clause(self, start: int, end: int) -> int:
        """Return where the last of clauses joined by `but` begins: X is away but Y, his aide,"""
        finite = self.lex["finite"]
        for place in range(end - 1, start + 2, -1):
            if (
                self.lows[place] in ("but", "while")
                and finite.isdisjoint(self.lows[place:end])
                and not finite.isdisjoint(self.lows[start:place])
            ):
                return place + 1
        return start

    def _backwards(self, place: int, start: int) -> Phrase | None:
        last = place + 1
        first = last
        while place >= start and last - place <= LENGTH and self._belongs(place, start):
            first = place
            if self._begins_phrase(place, start):
                break
            place -= 1
        while first < last and self._cannot_begin(first):
            first += 1
        if (
            first + 1 < last
            and self.lex["bare"]
            and self.lows[first] in self.lex["subject pronoun"]
        ):
            return None  # it takes fishermen from different states: a clause, no noun phrase
        return None if first >= last else self._with_head(Phrase(first, last))

    def _belongs(self, place: int, start: int) -> bool:
        low = self.lows[place]
        if low == "and" or low == "&":
            return self._joins(place, start)
        if low == "'":  # the Democrats' plan
            return place > start and self.ends[place - 1] == self.starts[place]
        if low in self.lex["attach"]:
            if low == "to" and not self._is_place_of(place + 1):
                return False
            return place > start and self._is_noun(place - 1)
        if low == ".":
            return (
                place > start
                and self.ends[place - 1] == self.starts[place]
                and (self.lows[place - 1] in self.lex["title"] or len(self.lows[place - 1]) <= 2)
            )
        if low == ")" or (low in self.lex["begin"] and self.words[place].islower()):
            return False
        return self._is_noun(place)

    def _is_place_of(self, place: int) -> bool:
        """Is what follows `to` a noun (ambassador to Iraq), and no infinitive?"""
        if place >= len(self.words):
            return False
        return self.words[place][0].isupper() or self.lows[place] in self.lex["determiner"]

    def _is_noun(self, place: int) -> bool:
        low = self.lows[place]
        if low in self.stop or not (low[0].isalnum()):
            return False
        return self.words[place][0].isupper() or not (
            place in self.verbs
            and low not in self.lex["noun verb"]
            and low not in self.lex["title"]
        )

    def _joins(self, place: int, start: int) -> bool:
        if place <= start or place + 1 >= len(self.words):
            return False
        left, right = self.words[place - 1], self.words[place + 1]
        if right.lower() in ("his", "her", "their", "other", "fellow"):
            return left[0].isupper()
        return left[0].isupper() and right[0].isupper() and right.lower() not in self.lex["pronoun"]

    def _joins_nouns(self, place: int, first: int) -> bool:
        """Director of health and hygiene: two plain nouns behind a preposition."""
        if place + 1 >= len(self.words) or "of" not in self.lows[first:place]:
            return False
        left, right = self.words[place - 1], self.words[place + 1]
        plain = left[0].islower() == right[0].islower()
        return plain and self._is_noun(place + 1) and right not in self.lex["determiner"]

    def _begins_phrase(self, place: int, start: int) -> bool:
        low = self.lows[place]
        if low in self.lex["pronoun"]:
            return True
        if low not in self.lex["determiner"]:
            return False
        before = self.lows[place - 1] if place > start else ""
        if before == "and" and low in ("his", "her", "their", "other"):
            return not self._joins(place - 1, start)
        return before not in self.lex["attach"] or place - 2 < start or not self._is_noun(place - 2)

    def _cannot_begin(self, place: int) -> bool:
        low = self.lows[place]
        return (
            low in self.lex["attach"]
            or low in self.lex["time"]
            or not low[0].isalnum()
            or low in self.lex["skip"]
            or low in self.lex["begin"]
        ) and not (low == "may" and self.words[place] == "May")

    def _is_loose(self, phrase: Phrase, start: int) -> bool:
        """Is it a bare noun in the middle of a clause, and so perhaps no subject?"""
        word, low = self.words[phrase.first], self.lows[phrase.first]
        if word[0].isupper() or low in self.lex["determiner"] or low in self.lex["pronoun"]:
            return False
        if "'s" in "".join(self.lows[phrase.first : phrase.last]):
            return False
        before = self.words[phrase.first - 1] if phrase.first > start else ","
        return not (
            before in _HARD
            or before.lower() in self.lex["skip"]
            or before.lower() in ("that", "what")
        )

    def _forwards(self, place: int, end: int) -> Phrase | None:
        first = place
        while place < end and place - first < LENGTH and self._continues(place, first, end):
            place += 1
            if place - first == 1 and self.lows[first] in self.lex["pronoun"]:
                break
        while place > first and (
            self.lows[place - 1] in self.lex["attach"] or self.lows[place - 1] == "and"
        ):
            place -= 1
        return self._with_head(Phrase(first, place)) if place > first else None

    def _continues(self, place: int, first: int, end: int) -> bool:
        low = self.lows[place]
        if low == ".":
            return (
                place > first
                and place + 1 < end
                and self.ends[place - 1] == self.starts[place]
                and (self.lows[place - 1] in self.lex["title"] or len(self.lows[place - 1]) == 1)
            )
        if low == "'":
            return place > first and self.ends[place - 1] == self.starts[place]
        if low == "and" or low == "&":
            return place > first and (self._joins(place, first) or self._joins_nouns(place, first))
        if low in self.lex["attach"] and not (place == first and low in self.lex["determiner"]):
            return (place > first and not self._is_name(first, place)) or low in (
                "of",
                "responsible",
            )
        if low in self.lex["time"] or (low in self.lex["adverb"] and self.words[place].islower()):
            return False
        return self._is_noun(place) and low not in self.lex["begin"]

    def _is_name(self, first: int, last: int) -> bool:
        """Are the tokens a name, so that a preposition behind it does not belong to it?"""
        if self.lows[first] in self.lex["determiner"]:
            return False
        return all(
            self.words[n][0].isupper()
            or self.words[n] == "."
            or self.lows[n] in self.lex["name part"]
            for n in range(first, last)
        )

    def _named_apposition(self, phrase: Phrase, end: int) -> Phrase | None:
        """Return the name that an unnamed phrase is followed by: a spokeswoman, Ana Diaz."""
        if (
            self._is_name(phrase.first, phrase.last)
            or self.lows[phrase.first] in self.lex["pronoun"]
        ):
            return None
        if phrase.last >= end or self.words[phrase.last] != ",":
            return None
        found = self._forwards(phrase.last + 1, end)
        if (
            found is None
            or found.last - found.first < 2
            or not self._is_name(found.first, found.last)
        ):
            return None
        closed = (
            found.last >= end or not self.words[found.last][0].isalnum() or found.last in self.verbs
        )
        return found if closed else None

    def _with_head(self, phrase: Phrase) -> Phrase | None:
        """Return `phrase` unless it is a determiner without a noun."""
        if phrase.last - phrase.first > 1:
            return phrase
        low = self.lows[phrase.first]
        if not self.lex["bare"] and low in self.lex["determiner"]:
            return phrase if low in self.lex["pronoun"] else None
        if low in ("the", "a", "an", "every", "my", "our", "your", "its", "their"):
            return None
        return phrase if self._may_stand_bare(low, self.words[phrase.first]) else None

    def _may_stand_bare(self, low: str, word: str) -> bool:
        """May the noun be a subject without a determiner: analysts, police, but not `want`?"""
        if not word.isascii() or not word[0].islower() or low.endswith("s"):
            return True
        kinds = ("pronoun", "indefinite", "definite", "collective", "organisation", "determiner")
        return any(low in self.lex[kind] for kind in kinds) or not self.lex["collective"]
