"""Identity is frozen: these values may never change."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.dedup.identity import article_id, identity_sha256, identity_text

# Over every code point; found equal on Python 3.11.7, 3.12.1 and 3.13.0 (Unicode 14.0 to 15.1).
ALL_CODE_POINTS = "a97548009a0c5a19012fe035fe058789d45fd73bb44d504c35ddc97ef776a621"


def test_every_code_point_is_folded_as_ever() -> None:
    """A new Python with a newer Unicode database must not rename articles."""
    digest = hashlib.sha256()
    for start in (*range(0, 0xD800, 0x800), *range(0xE000, 0x110000, 0x800)):
        block = (f"a{chr(point)}b{chr(point)}" for point in range(start, start + 0x800))
        digest.update(identity_text(block).encode())

    assert digest.hexdigest() == ALL_CODE_POINTS


def test_an_id_is_what_it_always_was() -> None:
    """With and without a URL."""
    identity = identity_sha256(identity_text(["The king has died.", "Flags hung low."]))

    assert article_id(None, identity) == "8b41e3e6a4dacec4aaf139659c2512a6"
    assert article_id("https://example.org/king", identity) == "24919ad9d169c59f6c68028f1c9cb79e"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["The “King” has died."], ["the king HAS died"]),
        (["one", "two"], ["one two"]),
        (["ﬁnal ½"], ["final 1 2"]),
        (["Straße"], ["STRASSE"]),
        (["हिन्दी"], ["हिन्दी!"]),
    ],
)
def test_only_words_count(one: list[str], other: list[str]) -> None:
    """Case, punctuation, paragraphs and compatibility forms do not."""
    assert identity_text(one) == identity_text(other)


def test_vowel_signs_count() -> None:
    """Marks are part of words: these are two words of Hindi."""
    assert identity_text(["कि"]) != identity_text(["की"])


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    """On any Unicode text, lone surrogates included."""
    once = identity_text([text])
    assert identity_text([once]) == once
