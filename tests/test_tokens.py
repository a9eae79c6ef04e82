"""Tokens: what a word is, where it stands, and that its hash depends on nothing else."""

from __future__ import annotations

import hashlib
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.dedup.shingles import VERSION
from tasks.dedup.tokens import SLICE_POINTS, Script, Tokens, tokenize

# (VERSION, digest of the tokens of every code point between two letters)
ALL_CODE_POINTS = (1, "488ab2dc749139790dfd14f257fa23e65171b319426ada01211e46f0360fa54c")
TEXTS = st.text(st.characters(), max_size=60) | st.text(
    "aB1 'ß½é\u0301京カｶ한ก\0\ud800", max_size=60
)


def tokens_of(text: str) -> Tokens:
    return tokenize([text])[0]


def words_of(text: str) -> list[str]:
    tokens = tokens_of(text)
    return [text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)]


def rows(tokens: Tokens) -> list[list[int]]:
    """All that is said of the tokens, to compare."""
    return [part.tolist() for part in (tokens.hashes, tokens.starts, tokens.ends, tokens.scripts)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The king's dead.", ["The", "king", "s", "dead"]),
        ("The king’s dead.", ["The", "king", "s", "dead"]),
        ("1,250 men", ["1", "250", "men"]),
        ("한국어 뉴스", ["한국어", "뉴스"]),
        ("東京は2024年", ["東", "京", "は", "2024", "年"]),
        ("葛\U000e0100飾", ["葛", "飾"]),  # a selector of a glyph is no token
        ("กำ", ["ก", "ำ"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("a\0b\ud800c\U000e0fffd", ["a", "b", "c", "d"]),
        ("", []),
        ("…", []),
    ],
)
def test_a_text_is_cut_into_words(text: str, words: list[str]) -> None:
    """Runs of letters, marks and digits; single characters where no blanks are written."""
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("king", Script.WORDS),
        ("한국어", Script.WORDS),
        ("བོད", Script.WORDS),
        ("京", Script.HAN),
        ("ア", Script.HAN),
        ("ｱ", Script.HAN),
        ("々", Script.HAN),
        ("\U00020000", Script.HAN),
        ("ก", Script.SEA),
        ("ລ", Script.SEA),
        ("ម", Script.SEA),
        ("မ", Script.SEA),
    ],
)
def test_a_token_knows_its_script(text: str, script: Script) -> None:
    """It decides how shingles are made."""
    assert set(tokens_of(text).scripts.tolist()) == {script}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("King", "KING"),
        ("straße", "STRASSE"),
        ("ﬁnal", "final"),
        ("２０２４", "2024"),
        ("カ", "ｶ"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("ǰ", "ǰ"),  # the one folds to the two code points of the other
        ("\u0958", "\u0915\u093c"),
    ],
)
def test_words_that_fold_alike_hash_alike(one: str, other: str) -> None:
    """Case and compatibility forms do not count."""
    assert tokens_of(one).hashes.tolist() == tokens_of(other).hashes.tolist()


@pytest.mark.parametrize(
    ("one", "other"),
    [("0", "00"), ("½", "12"), ("ab", "ba"), ("é", "e"), ("कि", "की"), ("a", "aa")],
)
def test_other_words_hash_otherwise(one: str, other: str) -> None:
    """Length, order and marks count."""
    assert tokens_of(one).hashes.tolist() != tokens_of(other).hashes.tolist()


def test_a_hundred_thousand_words_have_as_many_hashes() -> None:
    """And every bit of them is set in half."""
    hashes = tokens_of(" ".join(map(str, range(100_000)))).hashes
    bits = np.unpackbits(hashes.view(np.uint8).reshape(-1, 8), axis=1).mean(axis=0)

    assert len(np.unique(hashes)) == 100_000
    assert np.abs(bits - 0.5).max() < 0.01


def test_every_code_point_is_read_as_ever() -> None:
    """On every Python (found equal on 3.11, 3.12, 3.13); what changes this needs a new VERSION."""
    digest = hashlib.sha256()
    for start in range(0, 0x110000, 0x10000):
        tokens = tokens_of("".join(f"a{chr(point)}b\0" for point in range(start, start + 0x10000)))
        for column, kind in ((tokens.hashes, "<u8"), (tokens.ends, "<i4"), (tokens.scripts, "<u1")):
            digest.update(column.astype(kind).tobytes())

    assert (VERSION, digest.hexdigest()) == ALL_CODE_POINTS


@given(st.lists(TEXTS, max_size=6))
def test_a_text_does_not_depend_on_its_batch(texts: list[str]) -> None:
    """Alone or among others, in any place."""
    assert [rows(one) for one in tokenize(texts)] == [rows(tokens_of(text)) for text in texts]


@given(TEXTS)
def test_a_token_is_what_its_characters_alone_are(text: str) -> None:
    """The offsets lead to the very code points that were hashed, and tokens do not overlap."""
    tokens = tokens_of(text)
    alone = tokenize(words_of(text))

    assert [one.hashes.tolist() for one in alone] == [[value] for value in tokens.hashes.tolist()]
    assert np.all(tokens.starts < tokens.ends)
    assert np.all(tokens.ends[:-1] <= tokens.starts[1:])


@given(st.text("aßéÉﬁ. 京カｶก", max_size=40))
def test_case_is_folded(text: str) -> None:
    """As str.casefold() does it."""
    assert tokens_of(text).hashes.tolist() == tokens_of(text.casefold()).hashes.tolist()


@settings(max_examples=10)
@given(st.integers(0, 40))
def test_a_long_text_is_as_its_parts(shift: int) -> None:
    """No word is lost or changed where the work is cut."""
    text = "x" * shift + " schöne Straße 東京" * (SLICE_POINTS // 8)
    tokens, start = tokens_of(text), tokens_of("schöne Straße 東京")

    assert tokens.hashes[-4:].tolist() == start.hashes.tolist()
    assert len(tokens) == (shift > 0) + 4 * (SLICE_POINTS // 8)
    assert text[tokens.starts[-3] : tokens.ends[-3]] == "Straße"


@pytest.mark.parametrize("text", ["a" * 10**7, "\0" * 10**7, "ß" * 10**6, "京" * 10**6])
def test_a_huge_token_takes_no_time(text: str) -> None:
    """Linear: a second is twenty times what it takes."""
    start = time.process_time()
    tokens = tokens_of(text)

    assert time.process_time() - start < 5
    assert len(tokens) == 0 or tokens.ends[-1] == len(text)
