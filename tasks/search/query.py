"""What is asked, as tantivy's query: its grammar, our meaning of words.

Words side by side must all occur, in headline or text; OR, AND, NOT, + and - and brackets join
them. A bare word stands for its forms in the language of each article ("troop" for "troops");
in quotation marks words are taken as written, "..."~2 with two words between them, word* and
"..."* as beginnings; field:word asks one field. Scores are BM25.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import tantivy
from tantivy import Occur, Query, Searcher

from tasks.search.index import SEARCHED
from tasks.search.words import beginnings, has_stems, stems, words_of
from warehouse.errors import BadSetting

WHERE_WORDS_ARE = ("headline", "text")
# A word of the headline says more than one of the text: twice as much, as is usual in search.
HEADLINE = 2.0
# Words with one beginning, or one stem, that are scored and marked; all others match unscored.
EXPANSIONS = 200
PHRASE_EXPANSIONS = (
    50  # tantivy takes no more into account for the end of a phrase, and says nothing
)
LONGEST_QUERY = 2_000  # characters; a person's is shorter, and nesting cannot exhaust the stack
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")  # the grammar takes it for a quotation mark
_OCCURS = {"must": Occur.Must, "should": Occur.Should, "must_not": Occur.MustNot, None: Occur.Must}


@dataclass(slots=True)
class Asked:
    """A query, and the words by field that are to be marked in its hits."""

    query: Query
    marked: dict[str, set[str]] = field(default_factory=dict)


def read_query(index: tantivy.Index, searcher: Searcher, text: str) -> Asked:
    """Return what `text` asks. Raises BadSetting, in one line, for what cannot be understood."""
    reading = _Reading(index, searcher)
    query = reading.read(_parsed(text))
    return Asked(query, reading.marked)


def _parsed(text: str) -> Mapping[str, Any]:
    if len(text) > LONGEST_QUERY:
        raise BadSetting(f"a query of {len(text):,} characters; at most {LONGEST_QUERY:,}")
    plain = _APOSTROPHE.sub("\u2019", text)
    try:
        return tantivy.parse_query(plain)
    except ValueError:
        errors = tantivy.parse_query_lenient(plain)[1]
        where = "; ".join(f"{item['message']} at character {item['pos']}" for item in errors)
        where = where.replace("\\", "") or "AND, OR and NOT stand between words"
        raise BadSetting(
            f"{text!r} is no query: {where} (words with signs belong in quotation marks)"
        ) from None


class _Reading:
    """One query being read."""

    def __init__(self, index: tantivy.Index, searcher: Searcher) -> None:
        self._schema = index.schema
        self._searcher = searcher
        self._is_negated = False
        self.marked: dict[str, set[str]] = {}

    def read(self, part: Mapping[str, Any]) -> Query:
        """Return the query of one part of what was parsed."""
        if part["type"] == "bool":
            return self._joined(part["clauses"])
        if part["type"] == "boost":
            return Query.boost_query(self.read(part["underlying"]), float(part["boost"]))
        if part["type"] == "literal":
            return self._literal(part)
        if part["type"] == "all":
            return Query.all_query()
        raise BadSetting(
            f"queries of the kind {part['type']!r} are not offered; ask for words, "
            '"phrases", beginnings* and field:words, and for days with --since and --until'
        )

    def _joined(self, clauses: Iterable[tuple[str | None, Mapping[str, Any]]]) -> Query:
        parts = []
        for occurs, part in clauses:
            before = self._is_negated
            self._is_negated = before != (occurs == "must_not")
            parts.append((_OCCURS[occurs], self.read(part)))
            self._is_negated = before
        if not parts:
            raise BadSetting("the query holds no word")
        if all(occurs == Occur.MustNot for occurs, _ in parts):
            parts.append((Occur.Must, Query.const_score_query(Query.all_query(), 0.0)))
        return Query.boolean_query(parts)

    def _literal(self, part: Mapping[str, Any]) -> Query:
        name, phrase = part["field_name"], part["phrase"]
        if name is not None and name not in SEARCHED:
            raise BadSetting(
                f"{name}: is no field; there are {', '.join(SEARCHED)} "
                "(a colon that is meant belongs in quotation marks)"
            )
        is_bare = part["delimiter"] == "none"
        is_start = part["prefix"] or phrase.endswith("*")  # "troops ir"* and "troops ir*"
        words = words_of(phrase)
        if not words:
            raise BadSetting(f"{phrase!r} holds no letter or digit to search for")
        fields = (name,) if name else WHERE_WORDS_ARE
        found = [self._in_field(each, words, is_bare, is_start, part["slop"]) for each in fields]
        return found[0] if name else _any([Query.boost_query(found[0], HEADLINE), found[1]])

    def _in_field(
        self, name: str, words: list[str], is_bare: bool, is_start: bool, slop: int
    ) -> Query:
        if len(words) > 1:
            return self._phrase(name, words, is_start, slop)
        if is_start:
            return self._beginning(name, words[0])
        if is_bare and name in WHERE_WORDS_ARE:
            return self._forms(name, words[0])
        return self._term(name, words[0])

    def _phrase(self, name: str, words: list[str], is_start: bool, slop: int) -> Query:
        self._mark(name, words[:-1] if is_start else words)
        if not is_start:
            return Query.phrase_query(self._schema, name, list(words), slop)
        known = self._known(name, words[-1])
        self._mark(name, (word for word, _ in known))
        if len(known) <= PHRASE_EXPANSIONS:
            return Query.phrase_prefix_query(self._schema, name, list(words))
        # All of them, but slower, for the places of every word that begins so are read where the
        # words before it stand: some 100 ms of CPU for "secretary of st"* in 200,000 articles.
        patterns = [*map(re.escape, words[:-1]), re.escape(words[-1]) + ".*"]
        whole = Query.regex_phrase_query(self._schema, name, list(patterns), slop)
        if len(words) == 2:
            return whole
        before = Query.phrase_query(self._schema, name, list(words[:-1]), slop)
        return _both(before, whole)  # articles without the rest are passed over sooner

    def _term(self, name: str, word: str) -> Query:
        self._mark(name, (word,))
        return Query.term_query(self._schema, name, word)

    def _beginning(self, name: str, start: str) -> Query:
        """The most frequent words that begin so, scored; every other one only matches."""
        known = self._known(name, start)
        rest = Query.fuzzy_term_query(self._schema, name, start, distance=0, prefix=True)
        return _any([*self._scored(name, known), Query.const_score_query(rest, 0.0)])

    def _forms(self, name: str, word: str) -> Query:
        """The word in any language, and in articles of each language its other forms there."""
        parts = [self._term(name, word)]
        for language, _ in self._searcher.terms_with_prefix("language", ""):
            if has_stems(language):
                others = self._scored(name, self._same_stem(name, word, language), but=word)
                if others:
                    only = Query.term_query(self._schema, "language", language, "basic")
                    parts.append(_both(only, _any(others)))
        return _any(parts)

    def _same_stem(self, name: str, word: str, language: str) -> list[tuple[str, int]]:
        wanted = stems(language, [word])[0]
        known = [
            pair
            for start in beginnings(language, wanted)
            for pair in self._searcher.terms_with_prefix(name, start)
        ]
        if not known:
            return []
        found = stems(language, [form for form, _ in known])
        return [pair for pair, stem in zip(known, found, strict=True) if stem == wanted]

    def _known(self, name: str, start: str) -> list[tuple[str, int]]:
        """The most frequent words of a field that begin so, with the articles that have them."""
        return self._searcher.terms_with_prefix(name, start, limit=EXPANSIONS)

    def _scored(self, name: str, known: list[tuple[str, int]], but: str = "") -> list[Query]:
        """Each word as rare as all of them together: a slip of the pen is no better match."""
        count = self._searcher.num_docs
        weight = _rarity(sum(each for _, each in known), count)
        return [
            Query.boost_query(self._term(name, word), weight / _rarity(each, count))
            for word, each in known
            if word != but
        ]

    def _mark(self, name: str, words: Iterable[str]) -> None:
        if not self._is_negated:
            self.marked.setdefault(name, set()).update(words)


def _rarity(articles: int, count: int) -> float:
    """The weight that BM25 gives a word in so many articles of `count`."""
    having = min(articles, count)
    return math.log(1 + (count - having + 0.5) / (having + 0.5))


def _any(parts: list[Query]) -> Query:
    if len(parts) == 1:
        return parts[0]
    return Query.boolean_query([(Occur.Should, part) for part in parts])


def _both(only: Query, query: Query) -> Query:
    unscored = Query.const_score_query(only, 0.0)
    return Query.boolean_query([(Occur.Must, unscored), (Occur.Must, query)])
