"""Where sentences begin: simplemma's splitter, corrected by tables.

Measured on simplemma 2.0.0: it cuts only before a blank, so Chinese, Japanese, Burmese and Urdu
come back whole; it cuts after most titles (Sen. | Smith), never after "U.S." and "Jan. 3.", knows
no mark that closes after a blank or in the German way, and drops nothing. Thai has no mark for the
end of a sentence and is cut at full stops only, which are rare there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from simplemma import split_sentences

from tasks.annotate.naming.tables import words

# Full stops of scripts that need no blank after them: CJK, Urdu, danda, Ethiopic, Burmese, Khmer,
# Tibetan, Armenian. The one of CJK may be followed by closing marks.
_UNSPACED = "。！？｡．۔।॥።፧။។៕༎։؟"
_UNSPACED_CLOSERS = "\"'”’»)]」』）】》〉＂"
CLOSERS = _UNSPACED_CLOSERS + "“«›‹"  # those close after a full stop in German
_UNSPACED_END = re.compile(
    rf"(?<![{_UNSPACED}])[{_UNSPACED}]+[{re.escape(_UNSPACED_CLOSERS)}]*\s*(?=[^\W_]|[“‘「『（《【])"
)
_QUOTED_END = re.compile(r"[.!?…][“«›‹]\s+(?=\w)")
_FULL_STOP = re.compile(r"\.[\"'”’»)\]]*\s+(?=[\"'“‘«(\[]?[^\W\d_])")
_LEADING_CLOSER = re.compile(r"\s*[»”」』)\]]+(?=\s|[.,;:]|\Z)\s*")
_NEXT_WORD = re.compile(r"[\"'“‘«(\[]*([^\W_](?:[\w'’-]{0,40}))")
_WORD_CHARS = 24  # the longest abbreviation has 8; a window, so that a token of 10 MB is not read
_OPENERS = "\"'“‘«([„‚"


def sentence_spans(text: str, start: int, end: int, language: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences of the paragraph `text[start:end]` as half-open ranges.

    They have no outer blanks, and together hold all of its other characters.
    """
    part = text[start:end]
    first = len(part) - len(part.lstrip())
    for after in [*_begins(part, language), len(part)]:
        piece = part[first:after].rstrip()
        if piece:
            yield start + first, start + first + len(piece)
            first = after


def _begins(part: str, language: str) -> list[int]:
    """Return where each sentence but the first begins, in order."""
    found = {_past_closers(part, at) for at in _by_simplemma(part, language)}
    kept = {at for at in found if at < len(part) and not _goes_on(part, at, language)}
    return sorted(kept | set(_missed(part, language)))


def _by_simplemma(part: str, language: str) -> Iterator[int]:
    """Yield where simplemma begins sentences: it returns slices without outer blanks, in order."""
    at = 0
    for sentence in split_sentences(part, language):
        found = part.find(sentence, at)
        if found > 0 and part[at:found].isspace():
            yield found
        at = max(found, at) + len(sentence)


def _past_closers(part: str, at: int) -> int:
    """Move a begin past marks that close the sentence before it: « Fini. » Il partit."""
    match = _LEADING_CLOSER.match(part, at)
    return match.end() if match else at


def _goes_on(part: str, at: int, language: str) -> bool:
    """Is the full stop before `at` that of an abbreviation, or the next word a small one?"""
    if part[at].islower() and part[at - 1].isspace() and _before(part, at)[-1:] not in "?!":
        return True
    word = _last_word(part, at)
    if word is None:
        return False
    if part[at].isdigit():
        return _is_word(word, language, "number", "month", "title", "inner")
    return _is_word(word, language, "title") or (
        _is_word(word, language, "inner") and not _starter(part, at, language)
    )


def _is_word(word: str, language: str, *kinds: str) -> bool:
    """Is `word` of one of the kinds? Capitals in the table count."""
    lower = word.lower()
    known = (words("sentence_words", language, kind) for kind in kinds)
    return any(word in forms or lower in forms for forms in known)


def _missed(part: str, language: str) -> Iterator[int]:
    """Yield begins that simplemma does not see."""
    if not part.isascii():
        yield from (m.end() for m in _UNSPACED_END.finditer(part) if _is_end(part, m, language))
        for match in _QUOTED_END.finditer(part):
            if not part[match.end()].islower():
                yield match.end()
    for match in _FULL_STOP.finditer(part):
        at = match.end()
        word = _last_word(part, match.start() + 1)
        if word is not None and _ends_here(part, match.start(), at, word, language):
            yield at


def _is_end(part: str, match: re.Match[str], language: str) -> bool:
    """Does an unspaced end hold: not before a quotative, nor inside a number or a name?"""
    at = match.end()
    if part[at].islower() or (match[0] == "．" and part[at].isdigit()):
        return False
    if match[0][-1] in CLOSERS:
        following = part[at : at + 2]
        return not following.startswith(tuple(words("sentence_words", language, "quotative")))
    return True


def _ends_here(part: str, stop: int, at: int, word: str, language: str) -> bool:
    """Does a sentence end where simplemma sees an abbreviation or an ordinal?"""
    if word.isdigit():
        ordinals = words("sentence_words", language, "ordinals")
        opens = not part[max(0, stop - len(word) - 8) : stop - len(word)].strip()  # a list's number
        return not (ordinals or opens) and part[at].isupper()
    if not _starter(part, at, language):
        return False
    return _is_word(word, language, "inner") or (
        len(word) == 1 and word.isalpha() and not _name_before(part, stop)
    )


def _name_before(part: str, stop: int) -> bool:
    """Is the letter before the full stop an initial, after a capital or another initial?"""
    before = part[max(0, stop - 1 - _WORD_CHARS) : max(0, stop - 1)].split()
    return not before or before[-1].endswith(".") or before[-1][0].isupper()


def _starter(part: str, at: int, language: str) -> bool:
    """Does a word that begins sentences stand at `at`, with a capital?"""
    match = _NEXT_WORD.match(part, at)
    if match is None or not match[1][0].isupper():
        return False
    word = match[1].lower().replace("’", "'")
    return word in words("sentence_words", language, "starter")


def _before(part: str, at: int) -> str:
    """Return the characters before `at`, without blanks and closing marks at their end."""
    return part[max(0, at - _WORD_CHARS) : at].rstrip().rstrip(CLOSERS)


def _last_word(part: str, at: int) -> str | None:
    """Return the word that ends in a full stop before `at`, without the stop; or None."""
    before = _before(part, at)
    if not before.endswith("."):
        return None
    pieces = before.split()
    return pieces[-1].lstrip(_OPENERS).rstrip(".") if pieces else None
