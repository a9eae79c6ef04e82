"""Signs that a text was cut, and whole texts that show none of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.records import DraftParagraph
from tasks.truncation import SIGNS, truncation_signs

PROSE = [
    f"The council met again on day {day} and voted to keep the bridge open." for day in range(6)
]
OTHER = "It will meet again in the spring, the mayor said."


def signs(*texts: str, kind: str = "body") -> tuple[str, ...]:
    """Return the signs of prose that ends with these paragraphs, of which the last has a kind."""
    parts = [DraftParagraph(text=text) for text in (*PROSE, *texts)]
    return truncation_signs([*parts[:-1], DraftParagraph(text=parts[-1].text, kind=kind)])


def signs_alone(*texts: str) -> tuple[str, ...]:
    """Return the signs of these paragraphs alone."""
    return truncation_signs([DraftParagraph(text=text) for text in texts])


@pytest.mark.parametrize(
    "end",
    [
        *("Read more", "Continue reading →", "Read the full story here.", "[Read more...]"),
        *("Weiterlesen", "Lire la suite", "Leer más »", "Leia mais", "Continua a leggere"),
        *("Lees verder", "Läs mer", "Czytaj więcej", "Читать далее", "阅读全文", "続きを読む"),
        *("더 보기", "اقرأ المزيد", "Baca selengkapnya", "Devamını oku"),
    ],
)
def test_a_link_to_the_rest_says_that_there_is_more(end: str) -> None:
    assert signs(end) == ("more_link",)


@pytest.mark.parametrize(
    "end",
    [
        "Subscribe to continue reading.",
        "Sign in to read the full article.",
        "You have reached your limit of free articles this month.",
        "This article is for subscribers only.",
        "To continue reading this article, please log in or subscribe.",
        "Dieser Artikel ist nur für Abonnenten.",
        "Cet article est réservé aux abonnés.",
        "Il vous reste 65.14% de cet article à lire.",
        "Suscríbete para seguir leyendo.",
        "Conteúdo exclusivo para assinantes.",
        "Contenuto riservato agli abbonati.",
        "この記事は有料会員限定です。残り1234文字",
    ],
)
@pytest.mark.parametrize("kind", ["body", "furniture"])
def test_a_request_to_pay_says_that_the_rest_is_behind_it(end: str, kind: str) -> None:
    assert signs(end, kind=kind) == ("paywall",)


def test_what_news_api_cuts_says_so() -> None:
    assert signs_alone("The mayor said that the br… [+1234 chars]") == ("char_marker",)


@pytest.mark.parametrize("end", ["The mayor said that [...]", "The mayor said […]", "The mayor…"])
def test_a_text_that_ends_in_an_ellipsis_is_cut(end: str) -> None:
    assert signs(end) == ("ellipsis",)


def test_a_summary_that_ends_in_an_ellipsis_and_a_link_shows_both() -> None:
    assert signs_alone("The mayor said that…", "Read more") == ("ellipsis", "more_link")


@pytest.mark.parametrize(
    "end",
    [
        "The mayor told the council that the bridge over the",
        "The mayor told the council, which had met again,",
        "The mayor told the council that the long bridge had bee",
        "Der Bürgermeister sagte dem Rat am Montag, dass die Brücke und",
    ],
)
def test_prose_that_stops_inside_a_sentence_is_cut(end: str) -> None:
    assert signs(end) == ("mid_sentence",)


def test_one_paragraph_is_cut_only_where_no_sentence_ends() -> None:
    whole = "The mayor told the council that the old bridge is open"
    assert signs_alone(f"{whole} and") == ("mid_sentence",)
    assert signs_alone(whole) == ()


@pytest.mark.parametrize(
    "end",
    [
        OTHER,
        "“We will see,” he said.",
        "Read more: Ten dead after the flood in the north",
        "Reporting by Ann Lee in London; Editing by John Doe",
        "The newspaper asks its readers to pay; a subscription costs five euros a month, it said.",
        "Thursday, 3 May",
        "He added: “We shall see”",
    ],
)
def test_a_whole_text_shows_no_sign(end: str) -> None:
    assert signs(end) == ()


def test_an_author_who_likes_ellipses_is_not_cut() -> None:
    assert signs("He waited... and waited.", "Nobody came...") == ()


def test_a_poem_and_a_list_of_headlines_are_not_cut() -> None:
    assert signs_alone(*["The rose upon the old and golden wall so", "And never more,"] * 3) == ()
    assert (
        signs_alone(*[f"Minister resigns after vote number {n} of the long" for n in "abc"]) == ()
    )


def test_read_more_in_the_furniture_belongs_to_another_story() -> None:
    assert signs("Read more", kind="furniture") == ()


def test_no_paragraphs_show_no_sign() -> None:
    assert truncation_signs([]) == ()


@given(st.lists(st.text(max_size=120), max_size=6))
def test_every_code_is_in_the_table(texts: list[str]) -> None:
    assert set(signs_alone(*texts)) <= SIGNS.keys()


@given(st.integers(min_value=30, max_value=len(OTHER) - 6))
def test_prose_cut_before_its_last_word_is_noticed(length: int) -> None:
    """Wherever the last sentence is cut, unless that leaves too little to tell."""
    cut = OTHER[:length].rstrip()
    assert signs(cut) == (("mid_sentence",) if cut.count(" ") >= 7 else ())
