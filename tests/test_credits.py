"""Where an article appeared, and which agency it credits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.credits import Credit, credited_agency, source_of
from tasks.records import DraftParagraph

PROSE = "The ministers met on Monday and agreed on nothing much."


def first(text: str) -> Credit | None:
    """The credit of an article that begins with `text`."""
    return credited_agency(None, (), None, [DraftParagraph(text=text), DraftParagraph(text=PROSE)])


def last(text: str, kind: str = "body") -> Credit | None:
    """The credit of an article that ends with `text`."""
    paragraphs = [DraftParagraph(text=PROSE)] * 4
    return credited_agency(None, (), None, [*paragraphs, DraftParagraph(text=text, kind=kind)])


@pytest.mark.parametrize(
    ("url", "publisher", "source"),
    [
        ("https://www.example.org/a", "Example", "example.org"),
        ("http://m.bbc.co.uk:8080/x", None, "bbc.co.uk"),
        ("https://www.amp.example.org/", None, "example.org"),
        ("https://xn--mnchen-3ya.de/", None, "münchen.de"),
        ("https://m.tv/", None, "m.tv"),
        (None, " The  DAILY\nPost ", "the daily post"),
        (None, " ", None),
        (None, None, None),
    ],
)
def test_the_source_is_the_site_else_the_publisher(
    url: str | None, publisher: str | None, source: str | None
) -> None:
    assert source_of(url, publisher) == source


@pytest.mark.parametrize(
    ("byline", "agency"),
    [
        ("By Jane Doe, Associated Press", "AP"),
        ("By JANE DOE Associated Press Writer", "AP"),
        ("JANE DOE AP Political Writer", "AP"),
        ("A.P.", "AP"),
        ("Reuters Staff", "Reuters"),
        ("dpa/afp", "dpa"),
        ("AFP con agencias", "AFP"),
        ("Par Le Figaro avec AFP", "AFP"),
        ("Von Max Muster, dpa", "dpa"),
        ("新华社记者 张三", "Xinhua"),
        ("PA", "PA Media"),
        ("By Michael Bloomberg", None),
        ("Bloomberg Businessweek", None),
        ("By Ani Patel", None),
        ("John Smith, Pittsburgh, PA", None),
        ("By Jane Doe | Photo: AP", None),
        ("(AP Photo/Jane Doe)", None),
    ],
)
def test_an_agency_in_the_byline_is_credited(byline: str, agency: str | None) -> None:
    credit = credited_agency(byline, (), None, [DraftParagraph(text=PROSE)])

    assert credit == (Credit(agency, "byline") if agency else None)


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("BERLIN (AP) — The ministers met.", "AP"),
        ("WASHINGTON, D.C. (AP) -- The ministers met.", "AP"),
        ("LONDON, May 3 (Reuters) - The ministers met.", "Reuters"),
        ("Reuters.- Los ministros se reunieron.", "Reuters"),
        ("AP - The ministers met.", "AP"),
        ("Berlin/Potsdam (dpa/bb) - Die Minister", "dpa"),
        ("(ANSA) - ROMA, 3 MAG - I ministri", "ANSA"),
        ("PARIS, 3 mai (AFP) - Les ministres", "AFP"),
        ("Paris (AFP) The ministers met", "AFP"),
        ("MADRID, 3 (EUROPA PRESS) - Los ministros", "Europa Press"),
        ("Madrid, 3 may (EFE).- Los ministros", "EFE"),
        ("Praha 3. května (ČTK) - Vláda", "CTK"),
        ("МОСКВА, 3 мая. /ТАСС/. Министры", "TASS"),
        ("МОСКВА, 3 мая — РИА Новости. Министры", "RIA Novosti"),
        ("Riyadh, May 3, 2024, SPA -- The ministers", "SPA"),
        ("New Delhi [India], May 3 (ANI): The ministers", "ANI"),
        ("NEW YORK, May 3, 2024 /PRNewswire/ -- Acme", "PR Newswire"),
        ("القاهرة 3 مايو (رويترز) - قال", "Reuters"),
        ("北京5月3日电（新华社记者张三）部长们", "Xinhua"),
        ("新华社北京5月3日电 部长们", "Xinhua"),
        ("（中央社記者王小明台北3日電）行政院", "CNA (Taiwan)"),
        ("【ニューヨーク共同】閣僚", "Kyodo"),
        ("［東京 3日 ロイター］ - 閣僚", "Reuters"),
        ("(서울=연합뉴스) 홍길동 기자 = 정부", "Yonhap"),
    ],
)
def test_an_agency_in_the_dateline_is_credited(text: str, agency: str) -> None:
    assert first(text) == Credit(agency, "dateline")


@pytest.mark.parametrize(
    "text",
    [
        "Reuters reported that the ministers met.",
        "The Associated Press (AP) said so.",
        "Middle East and North Africa (MENA) - a region",
        "The company told Reuters (AFP) - so they say",
        "PITTSBURGH, PA - The ministers met.",
        "Pittsburgh (PA) - The ministers met.",
        "据新华社报道，部长们",
        "Jean Doe, le 27 octobre à Toulouse (Photo Luc Roe. AFP)",
    ],
)
def test_a_name_in_running_prose_is_no_credit(text: str) -> None:
    assert first(text) is None


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("© 2024 AFP", "AFP"),
        ("Copyright 2024 The Associated Press. All rights reserved.", "AP"),
        ("He left. (Reporting by J. Doe in Paris; Editing by R. Roe)", "Reuters"),
        ("The Associated Press contributed to this report.", "AP"),
        ("Associated Press writer Jane Doe in Paris contributed to this report.", "AP"),
        ("– with files from The Canadian Press", "CP"),
        ("(With inputs from PTI)", "PTI"),
        ("Quelle: dpa", "dpa"),
        ("Mit Material von dpa und AFP", "dpa"),
        ("Con información de EFE", "EFE"),
        ("来源：新华社", "Xinhua"),
        ("“We agree,” he said. (dpa)", "dpa"),
        ("He said so. — Bernama", "Bernama"),
        ("He said so. Enditem", "Xinhua"),
        ("--(بترا)", "Petra"),
    ],
)
def test_an_agency_in_a_credit_line_is_credited(text: str, agency: str) -> None:
    assert last(text) == Credit(agency, "credit")


@pytest.mark.parametrize(
    "text",
    [
        "Photo: AFP",
        "© AFP Photo",
        "He told Reuters.",
        "He left, according to information from Reuters.",
        "Sources: the ministry",
        "The senators were Casey and Specter (PA)",
    ],
)
def test_pictures_and_prose_at_the_end_are_no_credit(text: str) -> None:
    assert last(text) is None


def test_a_bare_name_among_furniture_is_that_of_another_story() -> None:
    assert last("UPI", "furniture") is None
    assert last("Af Ritzau", "furniture") == Credit("Ritzau", "credit")
    assert last("Photo of a house, AP", "caption") is None


@pytest.mark.parametrize("tail", [" - Reuters", " | Reuters", " (Reuters)"])
def test_an_agency_at_the_end_of_the_headline_is_credited(tail: str) -> None:
    credit = credited_agency(None, (), f"Ministers meet{tail}", [DraftParagraph(text=PROSE)])

    assert credit == Credit("Reuters", "headline")


def test_the_byline_comes_before_dateline_credit_and_headline() -> None:
    paragraphs = [DraftParagraph(text="BERLIN (AP) - So."), DraftParagraph(text="Quelle: dpa")]

    assert credited_agency("EFE", (), "So - Reuters", paragraphs) == Credit("EFE", "byline")
    assert credited_agency(None, (), "So - Reuters", paragraphs) == Credit("AP", "dateline")
    assert credited_agency(None, (), "So - Reuters", paragraphs[1:]) == Credit("dpa", "credit")


def test_an_author_who_is_an_agency_is_credited() -> None:
    assert credited_agency(None, ["Jane Doe", "AFP"], None, []) == Credit("AFP", "byline")


@pytest.mark.parametrize(
    "text", ["", "\0", "\ud800", "(" * 100_000, "© " * 50_000, "reporting by " * 50_000, "("]
)
def test_hostile_text_credits_nobody(text: str) -> None:
    paragraphs = [DraftParagraph(text=text or " ")] * 4

    assert credited_agency(text, [text], text, paragraphs) is None


@given(st.text(max_size=80), st.sampled_from(["(AP) - ", "Quelle: dpa", "Reuters", "", "© AFP"]))
def test_what_stands_in_the_middle_credits_nobody(text: str, name: str) -> None:
    around = [DraftParagraph(text=PROSE)] * 4
    middle = [DraftParagraph(text=name + text), DraftParagraph(text=text + name)]

    assert credited_agency(None, [], None, [*around, *middle, *around]) is None
