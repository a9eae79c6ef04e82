"""Raw text to clean text by an ordered table of small rules; what each rule did is counted.

The table runs until nothing changes any more, so cleaning twice equals cleaning once even where
one rule makes work for an earlier one (mojibake with a zero-width blank inside). What carries the
layout of a text stays for tasks.layout: line breaks, indentation, gaps of WIDE_GAP or more blanks
inside a line, and a soft hyphen before a line break. `clean_line` leaves none of these.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import ne

from tasks.mojibake import mend_mojibake

WIDE_GAP = 20  # blanks; scraped releases set paragraphs apart with 20 to 400, tables rarely use 20
MAX_ROUNDS = 50  # a guard: each level of nested damage needs a round and doubles the damage


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """Clean text, and how many places each rule changed; rules that changed none are left out.

    A place is a match of what the rule looks for: a character or a run of them; for "mojibake"
    and "trailing_blanks" a line, for "nfc" a character composed away.
    """

    text: str
    removed: Mapping[str, int]


Change = Callable[[str], tuple[str, int]]  # text in; text and the number of places changed out
Replacement = str | Callable[[re.Match[str]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One named change; `seed` is the file, or the literal, that shows why it is needed.

    `finds` is the body of a regular expression class: the rule has work only where one of these
    characters stands. All of them are looked for in one search (_ODD). Empty: always tried.
    `settles` says that in ASCII text the outcome gives no other rule new work.
    """

    name: str
    change: Change
    seed: str
    finds: str = ""
    non_ascii: bool = False  # has work only in text that is not pure ASCII
    settles: bool = False
    gate: re.Pattern[str] | None = field(init=False)

    def __post_init__(self) -> None:
        gate = re.compile(f"[{self.finds}]") if self.finds else None
        object.__setattr__(self, "gate", gate)


def _replace(pattern: str, replacement: Replacement) -> Change:
    """Return a change of every match of `pattern`. Patterns begin with a class, for speed."""
    compiled = re.compile(pattern)

    def change(text: str) -> tuple[str, int]:
        return compiled.subn(replacement, text)

    return change


# ---- line breaks ------------------------------------------------------------------------------
_LINE_END = re.compile(r"\r\r?\n|\r")


def _end_lines(text: str) -> tuple[str, int]:
    """CR LF of Windows, CR of old Macintosh, CR CR LF of files written twice in text mode."""
    return _LINE_END.subn("\n", text) if "\r" in text else (text, 0)


_OTHER_C1 = re.compile("[\x80-\x84\x86-\x9f]")
_SEPARATORS = re.compile("[\x0b\x0c\u2028\u2029]")
_SEPARATORS_AND_NEL = re.compile("[\x0b\x0c\x85\u2028\u2029](?<![Â-ß\xa0-\xbf]\x85)")


def _separate_lines(text: str) -> tuple[str, int]:
    """Form feed, vertical tab, U+2028, U+2029 and NEL (U+0085) are line breaks.

    Beside other C1 controls, or inside a misread UTF-8 sequence, U+0085 is no NEL but the ellipsis
    of windows-1252 or part of a letter; those are left to the mojibake rule.
    """
    is_windows = "\x85" in text and _OTHER_C1.search(text)
    return (_SEPARATORS if is_windows else _SEPARATORS_AND_NEL).subn("\n", text)


# ---- characters that are none -----------------------------------------------------------------
_SURROGATE = re.compile("[\ud800-\udfff]")


def _join_surrogates(text: str) -> tuple[str, int]:
    """Join surrogate pairs, replace lone halves by U+FFFD: Parquet and UTF-8 cannot hold them."""
    try:
        text.encode()  # 2 ns a character; a regular expression needs 10
    except UnicodeEncodeError:
        whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return whole, len(_SURROGATE.findall(text))
    return text, 0


_ENTITY = re.compile(
    r"&(?:(?:amp|AMP|#0{0,4}38|#[xX]0{0,4}26);)*+"
    r"(#\d{2,7};|#[xX][0-9a-fA-F]{2,6};|(?!lt;|gt;|LT;|GT;)[a-zA-Z][a-zA-Z0-9]{1,30};)?"
)
_MARKUP = re.compile(r"<[a-zA-Z/!]")


def _unescape(entity: re.Match[str]) -> str:
    """Return the character an entity stands for, through any number of escapings of its `&`."""
    return html.unescape("&" + (entity[1] or ""))


def _unescape_entities(text: str) -> tuple[str, int]:
    """Undo HTML escaping left in plain text. Text with markup is left alone, as are &lt; and
    &gt;, which would turn text about markup into markup."""
    if "&" not in text or ";" not in text or _MARKUP.search(text):
        return text, 0
    plain = _ENTITY.sub(_unescape, text)
    return plain, text.count("&") if plain != text else 0


_CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufff9-\ufffc\ufffe\uffff"
_TERMINAL_COLOUR = "(?:(?<=\x1b)\\[[0-9;]*[A-Za-z])?"

# Direction marks (display, not text), byte order mark, word joiner, invisible operators.
_UNSEEN = "\u061c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
_ZERO_WIDTH = "\u200b-\u200d"
_TAGS = "\U000e0000-\U000e007f"
# Scripts in which zero-width characters spell or part words (Arabic to Myanmar, Khmer, Mongolian,
# Arabic forms), and emoji, which are glued by ZWJ. Elsewhere they are left-overs of web pages.
_JOINING = "\u0600-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc"
_EMOJI = "\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
_INVISIBLE = (
    f"[{_UNSEEN}{_ZERO_WIDTH}\u180e{_TAGS}](?:(?<=[{_UNSEEN}])"
    f"|(?<=[\u200b\u200c])(?:(?<![{_JOINING}].)|(?![{_JOINING}]))"
    f"|(?<=\u200d)(?<![{_JOINING}].)(?![{_JOINING}])(?:(?<![{_EMOJI}].)|(?![{_EMOJI}]))"
    "|(?<=\u180e)(?:(?<![\u1800-\u18af].)|(?![\u1800-\u18af]))"  # a vowel separator in Mongolian
    f"|(?<=[{_TAGS}])(?<![\U0001f3f4{_TAGS}].)[{_TAGS}]*)"  # tags spell the flags of regions
)
_LIGATURES = {letter: unicodedata.normalize("NFKC", letter) for letter in "ﬀﬁﬂﬃﬄﬅﬆ"}


def _compose(text: str) -> tuple[str, int]:
    """Compose letters and accents (Unicode normalisation form C)."""
    if unicodedata.is_normalized("NFC", text):
        return text, 0
    composed = unicodedata.normalize("NFC", text)
    return composed, max(1, len(text) - len(composed))


# ---- blanks -----------------------------------------------------------------------------------
_CJK = "\u1100-\u11ff\u2e80-\u2fff\u3001-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffef"
_BLANKS = "\xa0\u1680\u2000-\u200a\u202f\u205f\u2800\u3164\uffa0"
# U+3000, the wide blank, stays beside CJK and as indentation; between other words it is a blank.
_WIDE_BLANKS = f"(?<!\u3000)|(?<![{_CJK}\u3000\n]\u3000)\u3000*+(?![{_CJK}\u3000])"


def _expand_tabs(text: str) -> tuple[str, int]:
    """Turn each tab into four blanks, so that five of them make a wide gap."""
    return text.replace("\t", "    "), text.count("\t")


def _strip_line_ends(text: str) -> tuple[str, int]:
    if " \n" not in text and "\u3000\n" not in text and text[-1:] not in (" ", "\u3000"):
        return text, 0
    lines = text.split("\n")
    bare = [line.rstrip(" \u3000") for line in lines]
    return "\n".join(bare), sum(map(ne, lines, bare))


# Two literal blanks first: the engine finds them ten times faster than a look-behind.
_RUN = re.compile(r"  (?<=\S  )[ \u3000]*+(?=\S)")
_NARROW_RUN = re.compile(rf"  (?<=\S  )(?! {{{WIDE_GAP - 2}}})[ \u3000]*+(?=\S)")
_WIDE_BLANK_RUN = re.compile(r"(?<=\S)(?: \u3000|\u3000[ \u3000])[ \u3000]*+(?=\S)")


def _one_blank(run: re.Match[str]) -> str:
    """Return one blank for a run; the wide one if the run has no other."""
    return " " if " " in run[0] else "\u3000"


def _collapse(run: re.Pattern[str]) -> Change:
    """Return the change of each run of blanks inside a line into one blank."""

    def change(text: str) -> tuple[str, int]:
        places = wide = 0
        if "  " in text:
            text, places = run.subn(" ", text)
        if "\u3000" in text:
            text, wide = _WIDE_BLANK_RUN.subn(_one_blank, text)
        return text, places + wide

    return change


_LINE_BREAK = re.compile(r"\xad\n *|\n\s*")


def _join_lines(text: str) -> tuple[str, int]:
    """Line breaks become blanks; a word parted by a soft hyphen is joined."""
    if "\n" not in text:
        return text, 0
    return _LINE_BREAK.subn(lambda place: "" if place[0][0] == "\xad" else " ", text)


def _strip_ends(text: str) -> tuple[str, int]:
    bare = text.strip(" \u3000")
    return bare, (text[:1] != bare[:1]) + (text[-1:] != bare[-1:])


_WIDE = "seeds/txt/wide-gaps.txt"
_UNICODE = "seeds/txt/decomposed.txt"
_MOJIBAKE = "seeds/txt/mojibake.txt"
_WRAPPED = "seeds/txt/hard-wrapped.txt"

RULES: tuple[Rule, ...] = (
    Rule(name="line_endings", change=_end_lines, seed="seeds/txt/crlf.txt", settles=True),
    Rule(name="surrogates", change=_join_surrogates, seed=r'JSON "\ud800"', non_ascii=True),
    Rule(
        name="line_separators",
        change=_separate_lines,
        seed=_WIDE,
        finds="\x0b\x0c\x85\u2028\u2029",
    ),
    # before mojibake: "&acirc;&#128;&#153;" hides some
    Rule(name="html_entities", change=_unescape_entities, seed=_MOJIBAKE),
    # before all that drops characters: C1, NBSP and soft hyphen are halves of misread letters
    Rule(name="mojibake", change=mend_mojibake, seed=_MOJIBAKE, non_ascii=True),
    Rule(
        name="control_characters",  # and code points that are no characters; U+FFFC was an image
        change=_replace(f"[{_CONTROLS}]{_TERMINAL_COLOUR}", ""),
        seed=_UNICODE,
        finds=_CONTROLS,
    ),
    Rule(
        name="invisible_characters",
        change=_replace(_INVISIBLE, ""),
        seed=_UNICODE,
        finds=f"{_UNSEEN}{_ZERO_WIDTH}\u180e{_TAGS}",
    ),
    Rule(
        name="soft_hyphens",
        change=_replace(r"\xad(?!\n *+\w)", ""),
        seed=_UNICODE,
        finds="\xad",
    ),
    # after the droppings, which bring a letter and its accent together
    Rule(name="nfc", change=_compose, seed=_UNICODE, non_ascii=True),
    # left by typesetting in text from PDF: a search for "official" must find it
    Rule(
        name="latin_ligatures",
        change=_replace("[ﬀ-ﬆ]", lambda letter: _LIGATURES[letter[0]]),
        seed=_UNICODE,
        finds="ﬀ-ﬆ",
    ),
    Rule(
        name="odd_blanks",
        change=_replace(f"[{_BLANKS}\u3000](?:{_WIDE_BLANKS})", " "),
        seed="seeds/txt/windows-1252.txt",
        finds=f"{_BLANKS}\u3000",
    ),
    Rule(name="tabs", change=_expand_tabs, seed=_WIDE, finds="\t", settles=True),
    Rule(name="trailing_blanks", change=_strip_line_ends, seed=_WIDE, settles=True),
    Rule(name="repeated_blanks", change=_collapse(_NARROW_RUN), seed=_WRAPPED, settles=True),
)

LINE_RULES: tuple[Rule, ...] = (
    *RULES[:-1],
    Rule(name="line_breaks", change=_join_lines, seed=_WRAPPED, settles=True),
    Rule(name="repeated_blanks", change=_collapse(_RUN), seed=_WRAPPED, settles=True),
    Rule(name="outer_blanks", change=_strip_ends, seed='JSON " A title "', settles=True),
)

_ODD = re.compile(f"[{''.join(rule.finds for rule in RULES)}]")


def clean_text(text: str) -> Cleaned:
    """Return `text` after RULES: its only line break is LF, its only blanks " " and U+3000.

    Layout stays (see the module). Takes any string, lone surrogates too; what comes out can be
    encoded in UTF-8. Cleaning a cleaned text changes nothing. Raises nothing.
    """
    return _clean(text, RULES)


def clean_line(text: str) -> Cleaned:
    """Return one headline or paragraph clean: as `clean_text`, then line breaks become blanks,
    every run of blanks becomes one, and both ends are bare."""
    is_plain = text.isascii() and text.isprintable() and text == text.strip(" ")
    if is_plain and "  " not in text and "&" not in text:
        return Cleaned(text=text, removed={})  # most lines; 20 times faster than asking every rule
    return _clean(text, LINE_RULES)


def _clean(text: str, rules: Iterable[Rule]) -> Cleaned:
    """Apply `rules` until a round is sure to find nothing more."""
    removed: Counter[str] = Counter()
    for _ in range(MAX_ROUNDS):
        text, is_settled = _round(text, rules, removed)
        if is_settled:
            break
    return Cleaned(text=text, removed=dict(removed))


def _round(text: str, rules: Iterable[Rule], removed: Counter[str]) -> tuple[str, bool]:
    """Apply every rule once, in order, and count its places into `removed`."""
    is_ascii = text.isascii()
    is_settled = True
    odd = "".join(set(_ODD.findall(text)))
    for rule in rules:
        if (rule.non_ascii and is_ascii) or (rule.gate and not rule.gate.search(odd)):
            continue
        text, places = rule.change(text)
        if places:
            removed[rule.name] += places
            is_settled = is_ascii and is_settled and rule.settles
    return text, is_settled
