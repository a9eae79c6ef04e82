"""The language of a text: by script, else by two detectors that must not contradict each other.

langdetect knows 55 languages and calls every other one by a name it knows, at probability 1.0
(Georgian is "Estonian", Azerbaijani "Turkish"), so it never decides alone:

1. a script or a letter that only one language has decides (tasks.scripts, method "script");
2. where langdetect and py3langid agree, they decide (method "both");
3. where they differ, py3langid decides if it is nearly sure (method "py3langid"): it knows 140
   languages and its probability does fall on a language it has never seen;
4. the small words tell close relatives apart (method "words", or the library that said the same);
5. otherwise the language is "und", with both votes in `reason`.

The answer is a function of the text, whatever ran before and in whichever thread.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.detectors import Vote, ask_langdetect, ask_py3langid
from tasks.records import Language
from tasks.scripts import FAMILY_OF, ScriptFinding, name_relative, read_script

READ_CHARS = 1_000  # of the cleaned text; 2.4 times faster than whole articles, same answers
LOOKED_AT_CHARS = 2_000  # of the raw text; addresses may fill the first lines
LEAST_LETTERS = 20  # fewer are a name or an exclamation; both detectors guess
LEAST_PARAGRAPH_CHARS = 100  # from here on a paragraph gets a language of its own

# Least probability of py3langid, chosen with tests/bench/language.py on sentences of 75 languages
# and the Universal Declaration of Human Rights in 478: asking for more than 0.7 of a confirmed
# vote loses more right answers than wrong ones; of a contradicted vote 0.98 is wanted, because a
# language that neither library knows still reaches 0.9 in a third of the texts.
LEAST_AGREED = 0.7
LEAST_CONTRADICTED = 0.98

# Varieties count as their macrolanguage (ISO 639-3) when votes are compared.
_MACRO = {"wuu": "zh", "yue": "zh", "nn": "no", "arz": "ar", "ary": "ar", "uzs": "uz", "ckb": "ku"}
_MACRO |= {"sdh": "ku", "grc": "el", "pnb": "lah", "skr": "lah", "gcr": "gcf"}
NO_LANGUAGE = "zxx"  # BCP 47: no linguistic content; a label of py3langid

_ADDRESS = re.compile(r"(?:https?://|www\.)\S{1,2000}|[\w.+-]{1,64}@[\w.-]{1,255}")
_BLANKS = re.compile(r"[\s\d_]+")
_LATIN_LETTERS = re.compile("[A-Za-z]+")


def detect_language(text: str) -> Language:
    """Return the language of an article from its body (never from a title alone).

    `code` is None for a text without letters and "und" where nothing decides; both say why in
    `reason`. `confidence` is langdetect's probability of `code`, None where langdetect did not
    name it. Raises nothing.
    """
    readable = _readable(text)
    finding = read_script(readable)
    if not finding.letters:
        return _nothing_to_read(text)
    if finding.is_decided:
        return _by_script(finding, ask_py3langid(readable))
    if finding.letters < LEAST_LETTERS:
        return _undecided(f"{finding.letters} letters, {LEAST_LETTERS} wanted")
    readable = _in_one_script(readable, finding.script)
    return _by_votes(readable, ask_langdetect(readable), ask_py3langid(readable))


def paragraph_languages(paragraphs: Sequence[str]) -> list[Language | None]:
    """Return the language of each paragraph, None for one under 100 characters.

    The codes are those of `detect_language`; langdetect, four times as slow as py3langid, is
    asked only where py3langid is not sure, and nobody where the script decides.
    """
    return [
        _paragraph_language(text) if len(text) >= LEAST_PARAGRAPH_CHARS else None
        for text in paragraphs
    ]


def _paragraph_language(text: str) -> Language:
    readable = _readable(text)
    finding = read_script(readable)
    if not finding.letters:
        return _nothing_to_read(text)
    if finding.is_decided:
        return _by_script(finding, None)
    if finding.letters < LEAST_LETTERS:
        return _undecided(f"{finding.letters} letters, {LEAST_LETTERS} wanted")
    readable = _in_one_script(readable, finding.script)
    second = ask_py3langid(readable)
    if second.probability < LEAST_CONTRADICTED or second.code == NO_LANGUAGE:
        return _by_votes(readable, ask_langdetect(readable), second)
    code = name_relative(readable, second.code)
    method = "py3langid" if code == second.code else "words"
    return Language(
        code=code, confidence=None, method=method, second_code=second.code, is_agreed=None
    )


# -- the text that is read


def _readable(text: str) -> str:
    """Return the first 1,000 characters without addresses, digits and runs of blanks.

    Shouted text is lowered: langdetect skips words in capitals and would find nothing.
    """
    head = text[:LOOKED_AT_CHARS]
    if "@" in head or "://" in head or "www." in head:
        head = _ADDRESS.sub(" ", head)
    head = _BLANKS.sub(" ", head)[:READ_CHARS].strip()
    capitals = sum(map(str.isupper, head))
    return head.lower() if capitals * 2 > len(head) else head


def _in_one_script(text: str, script: str) -> str:
    """Drop the Latin names from a text in another script; they would vote for English."""
    return text if script == "LATIN" else _LATIN_LETTERS.sub(" ", text)


# -- the decision


def _by_script(finding: ScriptFinding, second: Vote | None) -> Language:
    code = finding.code or "und"
    return Language(
        code=code,
        confidence=None,
        method="script",
        second_code=second.code if second else None,
        is_agreed=_same(code, second.code) if second else None,
        reason=None if finding.code else _unknown_letters(finding),
    )


def _unknown_letters(finding: ScriptFinding) -> str:
    return f"{finding.script.title()} letters of a language that neither detector knows"


def _by_votes(text: str, first: Vote | None, second: Vote) -> Language:
    code = name_relative(text, second.code)
    votes = _tell(first, second)
    is_agreed = first is not None and _same(first.code, second.code)
    is_doubtful = code == second.code and second.probability < _least(first, second)
    if is_doubtful or code == NO_LANGUAGE:
        return _undecided(f"undecided: {votes}", second.code, is_agreed)
    is_first = first is not None and first.code == code
    return Language(
        code=code,
        confidence=round(first.probability, 4) if first and is_first else None,
        method=_method(is_first, code == second.code),
        second_code=second.code,
        is_agreed=is_agreed,
        reason=None if is_first and is_agreed else votes,
    )


def _least(first: Vote | None, second: Vote) -> float:
    """Return the probability that the second vote needs, given the first one.

    langdetect confirms a language when it names it or a close relative (it knows "hr", not "bs").
    """
    if first is None:
        return LEAST_CONTRADICTED
    family = FAMILY_OF.get(second.code)
    is_near = family is not None and first.code in family.words
    return LEAST_AGREED if is_near or _same(first.code, second.code) else LEAST_CONTRADICTED


def _method(is_first: bool, is_second: bool) -> str:
    if is_first:
        return "both" if is_second else "langdetect"
    return "py3langid" if is_second else "words"


def _nothing_to_read(text: str) -> Language:
    reason = "no letters" if text.strip() else "no text"
    return Language(
        code=None, confidence=None, method=None, second_code=None, is_agreed=None, reason=reason
    )


def _undecided(
    reason: str, second_code: str | None = None, is_agreed: bool | None = None
) -> Language:
    return Language(
        code="und",
        confidence=None,
        method=None,
        second_code=second_code,
        is_agreed=is_agreed,
        reason=reason,
    )


def _same(one: str, other: str) -> bool:
    """Do two codes name the same language? Varieties count as their macrolanguage (ISO 639-3)."""
    return _MACRO.get(one, one) == _MACRO.get(other, other)


def _tell(first: Vote | None, second: Vote) -> str:
    said = f"{first.code} ({first.probability:.4f})" if first else "nothing"
    return f"langdetect says {said}, py3langid {second.code} ({second.probability:.2f})"
