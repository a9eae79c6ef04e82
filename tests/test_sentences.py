"""Sentences: where they end in many languages, and that offsets are right in any text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.annotate.records import Options
from tasks.annotate.sentences import annotator
from tests.annotating import annotate, make_article

SENTENCES = annotator(Options())


def cut(text: str, language: str | None = "en") -> list[str]:
    article = make_article(text, language=language)
    rows = annotate(article, SENTENCES)["sentences"]
    return [article.text[row.char_start : row.char_end] for row in rows]


# A bar stands where a sentence ends.
@pytest.mark.parametrize(
    ("language", "marked"),
    [
        ("en", "Lt. Gen. Smith met Sen. X on Jan. 3.| The U.S. Senate voted on No. 5."),
        ("en", "He lives in the U.S.| She left at 5 p.m. for D.C. after all."),
        ("en", "J. K. Rowling wrote it.| It sold at $3.5 million."),
        ("en", "He said: “It is over.”| Then he left.| “Go!” he said."),
        ("en", 'She said, "No."| "Why?" he asked.'),
        ("en", "Sen. Ted Lieu (D-Calif.) agreed.| (He left.)| She stayed."),
        ("en", "Boeing Co. and Acme Inc. merged.| In the U.K. In the end nobody minded.".replace(
            "U.K. In", "U.K.| In")),
        ("en", "SEN. CORNYN SPEAKS"),
        ("en", "He became ill.| Smith sat in the sun.| Jones did not."),
        ("en", "It ended on May 4.| The war went on."),
        ("de", "Am 3. Januar kam Dr. Müller.| Er sagte: „Es ist vorbei.“| Dann ging er."),
        ("de", "Das gilt z. B. für Hr. Maier.| Die Partei lehnt ab."),
        ("fr", "M. Macron est venu.| « C'est fini. »| Il partit avec J.-C. Dupont."),
        ("es", "El Sr. Gómez vino.| ¿Qué?| ¡Sí!| EE. UU. ganó."),
        ("ru", "Это г. Москва.| Он ушёл."),
        ("el", "Πού πας;| Εδώ.| Καλά."),
        ("zh", "总统说：“我们会赢。”|他离开了。|什么？|是的！|好……吧。"),
        ("zh", "他说。|“我不去。”"),
        ("ja", "彼は「行く。」と言った。|そして去った。|本当か？|はい。"),
        ("ar", "هل نذهب؟| نعم سنذهب.| ثم غادر."),
        ("ur", "وہ گیا۔| وہ آیا۔| کیا؟| ہاں"),
        ("hi", "राम गया।| सीता आई।| क्या?| हाँ॥"),
        ("hy", "Նա գնաց։| Նա եկավ։"),
        ("my", "သူသွားသည်။| သူလာသည်။"),
        ("am", "ሄደ።| መጣ።"),
        (None, "Hello there.| Next one!| “Quoted.”| Then."),
        ("qq", "Hello there.| Next one!"),
    ],
)  # fmt: skip
def test_a_sentence_ends_where_a_reader_says(language: str | None, marked: str) -> None:
    assert cut(marked.replace("|", ""), language) == [part.strip() for part in marked.split("|")]


def test_the_headline_is_one_sentence_and_the_first() -> None:
    article = make_article("One. Two.\n\nThree.", headline=" Stop. Go. ")
    rows = annotate(article, SENTENCES)["sentences"]
    found = [(row.sentence, row.field, row.paragraph, row.char_start) for row in rows]
    assert found == [
        (1, "headline", None, 1), (2, "text", 1, 0), (3, "text", 1, 5), (4, "text", 2, 11),
    ]  # fmt: skip


def test_a_blank_headline_is_no_sentence() -> None:
    assert [
        row.field for row in annotate(make_article("A b.", headline=" "), SENTENCES)["sentences"]
    ] == ["text"]


def test_a_sentence_never_crosses_a_paragraph() -> None:
    assert cut("It began\n\nand went on.") == ["It began", "and went on."]


MARKS = st.text(alphabet='aB 1.!?…。”“"»)(\n\u3000\ud800\0Dr।', max_size=60)


@given(st.one_of(st.text(max_size=80), MARKS), st.sampled_from(["en", "de", "zh", None]))
def test_the_sentences_of_any_text_hold_all_that_is_not_blank(
    text: str, language: str | None
) -> None:
    article = make_article(text, language=language)
    rows = annotate(article, SENTENCES)["sentences"]
    parts = [article.text[row.char_start : row.char_end] for row in rows]
    assert all(part and part == part.strip() for part in parts)
    spans = [text[one.start : one.end] for one in article.paragraphs]
    assert "".join("".join(parts).split()) == "".join("".join(spans).split())


@pytest.mark.parametrize("unit", ["x", "“", "1", ".", '."', "。", "1. ", "Dr. ", "a. »", " "])
def test_a_long_text_of_one_thing_takes_little_time(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    begin = time.process_time()
    cut(text)
    assert time.process_time() - begin < 2
