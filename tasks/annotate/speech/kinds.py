"""Whether a quotation is direct speech, words inside a reported sentence, or nobody's words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.annotate.speech.marks import Quoted
from tasks.annotate.speech.reading import Telling
from tasks.annotate.speech.tellings import Reader

WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")
# A title has at most 60 words, which is decided by the first code points.
_TITLE = 800
# Outside English, words of a quotation that may be a term only, and tokens between it and its verb.
_TERM, _NEAR = 2, 3
_INNER_SENTENCE = re.compile(r"[.!?]['\u2019\u201d\"]?\s+['\u2018\u201c\"(]?[A-Z\u00c0-\u00de]")
_STOPS = ".!?\u2026\u3002\uff01\uff1f\u061f"
# A title-cased quotation right behind its verb that ends in a stop and has more code points than
# this is a heading that is quoted, not the name of a work.
_TITLE_SENTENCE = 25


def quotation_kind(
    text: str, span: Quoted, reader: Reader, token: int, telling: Telling | None
) -> str:
    """Return direct, partial or scare."""
    inside = text[span.start : span.end]
    words = [match[0] for match in WORD.finditer(inside, 0, _TITLE)]
    if not words:
        return "scare"
    if _INNER_SENTENCE.search(inside, 0, 20_000) and len(words) > 5:
        return "direct"
    if telling is not None and telling.method == "according_to":
        return "direct" if _is_sentence(inside, words, reader, token, telling) else "partial"
    if _is_title(words, reader.lex["small"]) and not _stands_alone(reader, token):
        return _title_kind(inside, reader, token, telling)
    if _is_sentence(inside, words, reader, token, telling):
        return "direct"
    if telling is not None and telling.method == "document":
        return "partial"
    if telling is not None and _is_told(reader, telling, token, len(words)):
        return "partial"
    return "scare"


def _is_title(words: Sequence[str], small: frozenset[str]) -> bool:
    """Are all its longer words capitalised, as in a work's title?"""
    longer = [word for word in words if len(word) > 3 and word.lower() not in small]
    return (
        bool(longer)
        and len(words) <= 60
        and all(word[0].isupper() or word[0].isdigit() for word in longer)
    )


def _is_sentence(
    inside: str, words: Sequence[str], reader: Reader, token: int, telling: Telling | None
) -> bool:
    """Does it stand as a sentence of its own, not as words of the reporter's?"""
    first = next((char for char in inside if char.isalnum()), " ")
    before = reader.words[token - 1] if token else ""
    begins = token == reader.stretch.sentence_of(token)[0]
    ends = inside[-1] in _STOPS or inside[-1] in ",-\u2014"
    starts = first.isupper() or first.isdigit() or not first.isascii() or inside[0] in ".\u2026"
    if begins:
        ends = ends or (telling is not None and telling.token > token)
        return starts and (ends or len(words) > 5) and (len(words) > 1 or inside[-1] in "!?")
    if starts and ends and len(words) > 3 and telling is not None and telling.token > token:
        return True
    if before in (",", ":", "-", "\u2014", "\u2013", "\uff1a", "\uff0c"):
        return (starts or before == ",") and (len(words) > 3 or inside[-1] in _STOPS)
    return starts and inside[-1] in _STOPS and len(words) > 5 and reader.lows[token - 1] != "that"


def _title_kind(inside: str, reader: Reader, token: int, telling: Telling | None) -> str:
    """A title is nobody's words, unless its verb or a colon stands right before it."""
    near = telling.token if telling is not None else token
    told = len(inside) > _TITLE_SENTENCE and inside[-1] in _STOPS
    if (near == token - 1 and told) or (near == token - 2 and reader.words[token - 1] in ",:"):
        colon = telling is not None and telling.method == "colon"
        return "direct" if inside[-1] in _STOPS or colon else "partial"
    return "partial" if telling is not None and _names(reader, telling, token) else "scare"


def _stands_alone(reader: Reader, token: int) -> bool:
    return token == reader.stretch.sentence_of(token)[0]


def _names(reader: Reader, telling: Telling, token: int) -> bool:
    """Is the quotation what a verb calls something: called it "Big Brother"?"""
    return telling.verb in reader.lex["quote verb"] and 0 < token - telling.token <= 5


def _is_told(reader: Reader, telling: Telling, token: int, words: int) -> bool:
    """Does the quotation stand in what the verb tells?"""
    verb = reader.table.get(telling.verb or "")
    if verb is None:
        return False
    between = reader.lows[telling.token + 1 : token]
    if not reader.lex["bare"]:
        return _is_near(reader, between, words)
    if between and between[-1] in reader.lex["scare before"]:
        return False
    if telling.token < token and len(between) > 3 and verb.verb_class in ("ask", "think", "demand"):
        return False
    if telling.verb in reader.lex["shown"] and telling.token < token and len(between) > 1:
        return False
    if words <= _TERM and _is_called(reader, telling):
        return False
    if verb.use == "quote":
        return telling.verb in reader.lex["quote verb"] or len(between) <= 3
    return True


def _is_called(reader: Reader, telling: Telling) -> bool:
    """Is the quotation a term: what painters call "life"?"""
    subject = telling.subject
    return subject is not None and subject.first > 0 and reader.lows[subject.first - 1] == "what"


def _is_near(reader: Reader, between: Sequence[str], words: int) -> bool:
    """Outside English: do more than two words stand right behind the verb or its link?"""
    if not between:
        return True
    link = between[-1] in reader.lex["link"] or between[-1] in ":,"
    return words > _TERM and (link or len(between) <= _NEAR)
