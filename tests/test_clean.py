from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.clean import LINE_RULES, RULES, Rule, clean_line, clean_text
from tasks.decode import decode
from tasks.mojibake import mend_mojibake

ROOT = Path(__file__).parent.parent

# What the rules look for, thrown together; surrogates too, which JSON can bring.
_TRICKY = st.sampled_from(
    list(
        "Ââã€™œÃ©\xa0\xad\x85\x80\u200b\u200c\u200d\u3000 \t\n\r&;#amp38x\u0301e\ud83d\ude00\ud800"
    )
    + list("ﬁ\u2028\ufeff\u202e中क\u094dاГРВ§√≈Γ├🏴\U000e0067\x1b[m")
)
_ANY_TEXT = st.text(
    st.one_of(_TRICKY, _TRICKY, st.characters(categories=["L", "M", "C", "Z", "S"]))
)
_MISREAD = st.text(max_size=10).map(lambda text: text.encode().decode("latin-1"))
TEXTS = st.one_of(_ANY_TEXT, st.tuples(_ANY_TEXT, _MISREAD, _ANY_TEXT).map("".join))


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_cleaning_twice_equals_cleaning_once(text: str) -> None:
    """Whatever comes in, a cleaned text is clean, and nothing more is counted as removed."""
    once = clean_text(text)

    assert clean_text(once.text) == type(once)(text=once.text, removed={})


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_a_clean_line_is_one_line_with_bare_ends_and_stays_so(text: str) -> None:
    """Headlines and paragraphs have no line breaks, no double blanks and nothing at the ends."""
    line = clean_line(text).text

    assert line == line.strip() == clean_line(line).text
    assert "\n" not in line
    assert "  " not in line


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_a_clean_text_can_be_stored(text: str) -> None:
    """Parquet takes valid UTF-8 only; readers of it expect NFC and no control characters."""
    clean = clean_text(text).text

    assert clean.encode().decode() == unicodedata.normalize("NFC", clean)
    assert not any(unicodedata.category(each) in ("Cc", "Cs") for each in clean.replace("\n", ""))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_has_a_seed_that_needs_it(rule: Rule) -> None:
    """A rule whose seed does not show it is not needed; surrogates cannot stand in a text file."""
    if rule.name == "surrogates":
        assert clean_text("\ud800").removed == {"surrogates": 1}
        return
    text = decode((ROOT / rule.seed).read_bytes()).text

    assert clean_text(text).removed[rule.name] > 0


def test_rule_names_are_listed_once_per_table() -> None:
    """Counts are stored by the rule's name."""
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert len({rule.name for rule in LINE_RULES}) == len(LINE_RULES)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("one\r\ntwo\rthree\r\r\nfour\nfive", "one\ntwo\nthree\nfour\nfive"),
        ("page\x0cpage\u2028line\u2029end\x85next", "page\npage\nline\nend\nnext"),
        ("end \t\n  indented", "end\n  indented"),
        ("a  b\xa0\xa0c\u2009d", "a b c d"),
        ("left" + " " * 20 + "right", "left" + " " * 20 + "right"),
        ("\ufeffA\u200bB\u2060C\u200eD\u202cE\x00\x07F\ufffcG", "ABCDEFG"),
        ("\x1b[1mBreaking\x1b[0m news", "Breaking news"),
        ("infor\xadmation and infor\xad\nmation", "information and infor\xad\nmation"),
        ("cafe\u0301", "café"),
        ("oﬃcial", "official"),
        ("\ud83d\ude00 \ud800", "😀 \ufffd"),
        ("Smith &amp;amp; Sons&#39; &quot;best&quot;", 'Smith & Sons\' "best"'),
        ("Write &lt;b&gt; for bold", "Write &lt;b&gt; for bold"),
        ("The entity <b>&eacute;</b>", "The entity <b>&eacute;</b>"),
    ],
)
def test_what_is_no_text_goes(raw: str, clean: str) -> None:
    """Line ends, invisible characters, odd blanks and escapes become what was meant."""
    assert clean_text(raw).text == clean


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        ("FÃ¼r Menschen", "Für Menschen"),
        ("itâ€™s â‚¬5 â€“ or so", "it’s €5 – or so"),
        ("L\x92Ecole a co\xfbt\xe9 5 \x80\x85", "L’Ecole a coûté 5 €…"),
        ("Ð\x9fÑ\x80Ð¸Ð²ÐµÑ\x82", "Привет"),
        ("РџСЂРёРІРµС‚", "Привет"),
        ("PÅ™Ã\xadmÄ›", "Přímě"),
        ("ä¸\xadæ–‡", "中文"),
        ("fÃ\x83Â¼r", "für"),
    ],
)
def test_misread_utf8_is_mended(raw: str, meant: str) -> None:
    """UTF-8 read as windows-1252, 1251 or Latin-1, once or twice, is read again."""
    assert clean_text(raw).text == meant


@pytest.mark.parametrize(
    "text",
    [
        "Она сказала: «Привет» — и ушла. Від Києва до Львова 470 км",
        "MANHÃ DE SÃO PAULO, AÇÃO “À PORTUGUESA”",
        "Le café”, dit-il… et l’été « là-bas » à Noël",
        "Ärger über Übermut – „Ökonomie“ kostet 5 €",
        "می‌خواهم به خانه بروم",  # ZWNJ spells the verb
        "क्‍ष और क्ष",  # ZWJ asks for the half form
        "👩‍🚀 and 🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f and ❤️",
        "ភាសា\u200bខ្មែរ",  # ZWSP parts words
        "国際　ニュース",
        "“Curly” and ‘single’ quotes, 5½ µm, ¿qué?, № 5, naïve",
        "ＡＢＣ１２３ full width",
    ],
)
def test_right_text_is_left_alone(text: str) -> None:
    """Rules against damage must not damage: scripts, quotes and widths stay as written."""
    assert clean_text(text).text == unicodedata.normalize("NFC", text)
    assert clean_text(text).removed == {}


def test_the_cheap_test_before_mending_does_not_hide_damage() -> None:
    """One damaged line in a long right text is found, and only that one is counted."""
    text = "Ein schöner Tag – „wirklich“.\n" * 200

    assert mend_mojibake(text + "FÃ¼r") == (text + "Für", 1)


def test_counts_say_what_was_removed() -> None:
    """The ledger tells how much of a raw text was no text."""
    cleaned = clean_text("a\u200b\u200bb  c \r\n\xadd\r\n")

    assert cleaned.removed == {
        "line_endings": 2,
        "invisible_characters": 2,
        "soft_hyphens": 1,
        "trailing_blanks": 1,
        "repeated_blanks": 1,
    }


def test_a_line_joins_what_a_break_parted() -> None:
    """A headline set in two lines is one; a soft hyphen at the break joins the word."""
    assert (
        clean_line("  Parlia\xad\nment votes\n\n on  budget \u3000").text
        == "Parliament votes on budget"
    )


@pytest.mark.parametrize(
    "piece", [" ", "\r", "&amp;", "\xad", "Ã©", "\xa0", "\u200d", "\x1b[0;", "&#0"]
)
def test_time_grows_with_length_alone(piece: str) -> None:
    """Hostile runs of one thing must not cost quadratic time; this would take minutes then."""
    clean_text(piece * 60_000 + "x")
    clean_line(piece * 60_000 + "x")
