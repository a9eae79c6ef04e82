"""The annotator `dates`: what an expression of time means, in six languages."""

from __future__ import annotations

import dataclasses
import time
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.annotate import dates, sentences
from tasks.annotate.records import Article, Options, Subject
from tasks.annotate.timex.lexicon import LANGUAGES, lexicon
from tasks.dates import MONTHS
from tests.annotating import annotate, check_offsets, make_article
from warehouse.annotations import DateRow

FRIDAY = date(2020, 1, 10)  # the day of publication below
ANNOTATOR = dates.annotator(Options())


def rows_of(article: Article) -> list[DateRow]:
    rows = annotate(article, ANNOTATOR)
    check_offsets(article, rows)
    return list(rows["dates"])


def found(text: str, published: date | None = FRIDAY, **more: Any) -> list[DateRow]:
    return rows_of(make_article(text, published=published, **more))


def one(text: str, published: date | None = FRIDAY, **more: Any) -> DateRow:
    rows = found(text, published, **more)
    assert len(rows) == 1, [row.surface for row in rows]
    return rows[0]


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


# text | what stands there | type | value | mod | first day | last day
ENGLISH = """
He died on January 3, 2020. | January 3, 2020 | DATE | 2020-01-03 | | 2020-01-03 | 2020-01-03
He died on 3 January 2020. | 3 January 2020 | DATE | 2020-01-03 | | 2020-01-03 | 2020-01-03
on Friday, January 3, 2020 | Friday, January 3, 2020 | DATE | 2020-01-03 | | 2020-01-03 | 2020-01-03
It opened on Jan. 3. | Jan. 3 | DATE | 2020-01-03 | | 2020-01-03 | 2020-01-03
It was sold on Dec. 30. | Dec. 30 | DATE | 2019-12-30 | | 2019-12-30 | 2019-12-30
the 3rd of March 2019 | the 3rd of March 2019 | DATE | 2019-03-03 | | 2019-03-03 | 2019-03-03
dated 2020-01-03 there | 2020-01-03 | DATE | 2020-01-03 | | 2020-01-03 | 2020-01-03
dated 13/1/2020 there | 13/1/2020 | DATE | 2020-01-13 | | 2020-01-13 | 2020-01-13
dated 3/1/2020 there | 3/1/2020 | DATE | 2020-XX-XX | | |
It rose in June 2006. | June 2006 | DATE | 2006-06 | | 2006-06-01 | 2006-06-30
It fell in 2019. | 2019 | DATE | 2019 | | 2019-01-01 | 2019-12-31
As of early 2025, it is. | early 2025 | DATE | 2025 | START | 2025-01-01 | 2025-04-30
in late 2018 | late 2018 | DATE | 2018 | END | 2018-09-01 | 2018-12-31
It began in mid-March 2019. | mid-March 2019 | DATE | 2019-03 | MID | 2019-03-11 | 2019-03-20
It was sold late last year. | late last year | DATE | 2019 | END | 2019-09-01 | 2019-12-31
at the end of 2018 | the end of 2018 | DATE | 2018 | END | 2018-09-01 | 2018-12-31
born in the 1990s | the 1990s | DATE | 199 | | 1990-01-01 | 1999-12-31
in the late 1990s | the late 1990s | DATE | 199 | END | 1996-09-01 | 1999-12-31
since the eighties | the eighties | DATE | 198 | ON_OR_AFTER | 1980-01-01 |
in the 19th century | the 19th century | DATE | 18 | | 1801-01-01 | 1900-12-31
the first quarter of 2008 | the first quarter of 2008 | DATE | 2008-Q1 | | 2008-01-01 | 2008-03-31
Profit rose in Q3 2021. | Q3 2021 | DATE | 2021-Q3 | | 2021-07-01 | 2021-09-30
the first half of 2008 | the first half of 2008 | DATE | 2008-H1 | | 2008-01-01 | 2008-06-30
in fiscal year 2009 | fiscal year 2009 | DATE | FY2009 | | |
the FY09 budget | FY09 | DATE | FY2009 | | |
in the summer of 2006 | the summer of 2006 | DATE | 2006-SU | | |
It opened last summer. | last summer | DATE | 2019-SU | | |
He said on Tuesday that | Tuesday | DATE | 2020-01-07 | | 2020-01-07 | 2020-01-07
He spoke Friday. | Friday | DATE | 2020-01-10 | | 2020-01-10 | 2020-01-10
The Senate will vote on Tuesday. | Tuesday | DATE | 2020-01-14 | | 2020-01-14 | 2020-01-14
He was shot last Friday. | last Friday | DATE | 2020-01-03 | | 2020-01-03 | 2020-01-03
They meet next Tuesday. | next Tuesday | DATE | 2020-01-14 | | 2020-01-14 | 2020-01-14
It ends next week. | next week | DATE | 2020-W03 | | 2020-01-13 | 2020-01-19
this weekend | this weekend | DATE | 2020-W02-WE | | 2020-01-11 | 2020-01-12
He resigned yesterday. | yesterday | DATE | 2020-01-09 | | 2020-01-09 | 2020-01-09
He spoke this morning. | this morning | TIME | 2020-01-10TMO | | 2020-01-10 | 2020-01-10
Tonight they meet. | Tonight | TIME | 2020-01-10TNI | | 2020-01-10 | 2020-01-10
It burned Monday night. | Monday night | TIME | 2020-01-06TNI | | 2020-01-06 | 2020-01-06
He died four years ago. | four years ago | DATE | 2016 | | 2016-01-01 | 2016-12-31
It shut three months ago. | three months ago | DATE | 2019-10 | | 2019-10-01 | 2019-10-31
It shut two weeks ago. | two weeks ago | DATE | 2019-W52 | | 2019-12-23 | 2019-12-29
It shut ten days ago. | ten days ago | DATE | 2019-12-31 | | 2019-12-31 | 2019-12-31
It shut several years ago. | several years ago | DATE | XXXX | | |
in the past three years | the past three years | DURATION | P3Y | | 2017-01-10 | 2020-01-10
over the next 30 days | the next 30 days | DURATION | P30D | | 2020-01-10 | 2020-02-09
It will reopen later this year. | later this year | DATE | 2020 | END | 2020-01-10 | 2020-12-31
shut earlier this month | earlier this month | DATE | 2020-01 | START | 2020-01-01 | 2020-01-10
He served for two years. | two years | DURATION | P2Y | | |
a two-year deal | two-year | DURATION | P2Y | | |
for more than a decade | more than a decade | DURATION | P10Y | MORE_THAN | |
He fought for years. | years | DURATION | PXY | | |
within 24 hours | 24 hours | DURATION | PT24H | | |
a year and a half | a year and a half | DURATION | P18M | | |
every Monday | every Monday | SET | XXXX-WXX-1 | | |
once a year | once a year | SET | P1Y | | |
They meet twice a week. | twice a week | SET | P1W | | |
between 2003 and 2011 | 2003 and 2011 | DATE | 2003/2011 | | 2003-01-01 | 2011-12-31
from 2003-2011 | 2003-2011 | DATE | 2003/2011 | | 2003-01-01 | 2011-12-31
from May 3 to 5, 2019 | May 3 to 5, 2019 | DATE | 2019-05-03/2019-05-05 | | 2019-05-03 | 2019-05-05
the 2003-04 school year | the 2003-04 school year | DATE | 2003/2004 | | 2003-01-01 | 2004-12-31
He has ruled since 2003. | 2003 | DATE | 2003 | ON_OR_AFTER | 2003-01-01 |
It is open until Friday. | Friday | DATE | 2020-01-10 | ON_OR_BEFORE | | 2020-01-10
It must be done by 2030. | 2030 | DATE | 2030 | ON_OR_BEFORE | | 2030-12-31
It began at 5 p.m. Sunday. | 5 p.m. Sunday | TIME | 2020-01-05T17:00 | | 2020-01-05 | 2020-01-05
It struck at 10:30 GMT. | 10:30 GMT | TIME | T10:30 | | |
since 9/11 | 9/11 | DATE | 2001-09-11 | ON_OR_AFTER | 2001-09-11 |
The parade was on July 4th. | July 4th | DATE | 2019-07-04 | | 2019-07-04 | 2019-07-04
on Christmas Day | Christmas Day | DATE | 2019-12-25 | | 2019-12-25 | 2019-12-25
the Energy Policy Act of 2005 | 2005 | DATE | 2005 | | 2005-01-01 | 2005-12-31
"""
OTHERS = {
    "de": """
Freitag, den 3. Mai 2019 | Freitag, den 3. Mai 2019 | DATE | 2019-05-03 | | 2019-05-03 | 2019-05-03
am 3.1.2020 eröffnet | 3.1.2020 | DATE | 2020-01-03 | | 2020-01-03 | 2020-01-03
Anfang 2025 kamen sie. | Anfang 2025 | DATE | 2025 | START | 2025-01-01 | 2025-04-30
Er starb vor vier Jahren. | vor vier Jahren | DATE | 2016 | | 2016-01-01 | 2016-12-31
im vergangenen Jahr | vergangenen Jahr | DATE | 2019 | | 2019-01-01 | 2019-12-31
Das wird nächste Woche sein. | nächste Woche | DATE | 2020-W03 | | 2020-01-13 | 2020-01-19
Er sagte am Dienstag | Dienstag | DATE | 2020-01-07 | | 2020-01-07 | 2020-01-07
den vergangenen drei Jahren | vergangenen drei Jahren | DURATION | P3Y | | 2017-01-10 | 2020-01-10
Ende der 1990er Jahre | Ende der 1990er Jahre | DATE | 199 | END | 1996-09-01 | 1999-12-31
im 19. Jahrhundert | 19. Jahrhundert | DATE | 18 | | 1801-01-01 | 1900-12-31
im ersten Quartal 2008 | ersten Quartal 2008 | DATE | 2008-Q1 | | 2008-01-01 | 2008-03-31
zwischen 2003 und 2011 | 2003 und 2011 | DATE | 2003/2011 | | 2003-01-01 | 2011-12-31
gestern Abend | gestern Abend | TIME | 2020-01-09TEV | | 2020-01-09 | 2020-01-09
jeden Montag | jeden Montag | SET | XXXX-WXX-1 | | |
seit 2003 | 2003 | DATE | 2003 | ON_OR_AFTER | 2003-01-01 |
3. bis 5. März 2019 | 3. bis 5. März 2019 | DATE | 2019-03-03/2019-03-05 | | 2019-03-03 | 2019-03-05
""",
    "fr": """
le vendredi 3 janvier 2020 | vendredi 3 janvier 2020 | DATE | 2020-01-03 | | 2020-01-03 | 2020-01-03
le 1er mai 2019 | 1er mai 2019 | DATE | 2019-05-01 | | 2019-05-01 | 2019-05-01
au début 2025 | début 2025 | DATE | 2025 | START | 2025-01-01 | 2025-04-30
il y a quatre ans | il y a quatre ans | DATE | 2016 | | 2016-01-01 | 2016-12-31
l’année dernière | année dernière | DATE | 2019 | | 2019-01-01 | 2019-12-31
la semaine prochaine | semaine prochaine | DATE | 2020-W03 | | 2020-01-13 | 2020-01-19
a-t-il dit mardi | mardi | DATE | 2020-01-07 | | 2020-01-07 | 2020-01-07
ces trois dernières années | trois dernières années | DURATION | P3Y | | 2017-01-10 | 2020-01-10
la fin des années 1990 | fin des années 1990 | DATE | 199 | END | 1996-09-01 | 1999-12-31
au XIXe siècle | XIXe siècle | DATE | 18 | | 1801-01-01 | 1900-12-31
au premier trimestre 2008 | premier trimestre 2008 | DATE | 2008-Q1 | | 2008-01-01 | 2008-03-31
entre 2003 et 2011 | 2003 et 2011 | DATE | 2003/2011 | | 2003-01-01 | 2011-12-31
aujourd’hui | aujourd’hui | DATE | 2020-01-10 | | 2020-01-10 | 2020-01-10
chaque lundi | chaque lundi | SET | XXXX-WXX-1 | | |
pendant deux ans | deux ans | DURATION | P2Y | | |
""",
    "es": """
lunes 6 de enero de 2020 | lunes 6 de enero de 2020 | DATE | 2020-01-06 | | 2020-01-06 | 2020-01-06
a principios de 2025 | principios de 2025 | DATE | 2025 | START | 2025-01-01 | 2025-04-30
murió hace cuatro años | hace cuatro años | DATE | 2016 | | 2016-01-01 | 2016-12-31
el año pasado | año pasado | DATE | 2019 | | 2019-01-01 | 2019-12-31
la próxima semana | próxima semana | DATE | 2020-W03 | | 2020-01-13 | 2020-01-19
dijo el martes | martes | DATE | 2020-01-07 | | 2020-01-07 | 2020-01-07
los últimos tres años | últimos tres años | DURATION | P3Y | | 2017-01-10 | 2020-01-10
los años noventa | años noventa | DATE | 199 | | 1990-01-01 | 1999-12-31
en el siglo XIX | siglo XIX | DATE | 18 | | 1801-01-01 | 1900-12-31
el primer trimestre de 2008 | primer trimestre de 2008 | DATE | 2008-Q1 | | 2008-01-01 | 2008-03-31
entre 2003 y 2011 | 2003 y 2011 | DATE | 2003/2011 | | 2003-01-01 | 2011-12-31
anoche | anoche | TIME | 2020-01-09TNI | | 2020-01-09 | 2020-01-09
cada lunes | cada lunes | SET | XXXX-WXX-1 | | |
durante dos años | dos años | DURATION | P2Y | | |
""",
    "ar": """
3 آذار/مارس 2019 | 3 آذار/مارس 2019 | DATE | 2019-03-03 | | 2019-03-03 | 2019-03-03
3 كانون الثاني 2020 | 3 كانون الثاني 2020 | DATE | 2020-01-03 | | 2020-01-03 | 2020-01-03
في أوائل 2025 | أوائل 2025 | DATE | 2025 | START | 2025-01-01 | 2025-04-30
وقبل أربع سنوات | قبل أربع سنوات | DATE | 2016 | | 2016-01-01 | 2016-12-31
قبل عامين | قبل عامين | DATE | 2018 | | 2018-01-01 | 2018-12-31
العام الماضي | العام الماضي | DATE | 2019 | | 2019-01-01 | 2019-12-31
الأسبوع المقبل | الأسبوع المقبل | DATE | 2020-W03 | | 2020-01-13 | 2020-01-19
قال الثلاثاء | الثلاثاء | DATE | 2020-01-07 | | 2020-01-07 | 2020-01-07
السنوات الثلاث الماضية | السنوات الثلاث الماضية | DURATION | P3Y | | 2017-01-10 | 2020-01-10
القرن التاسع عشر | القرن التاسع عشر | DATE | 18 | | 1801-01-01 | 1900-12-31
بين عامي 2003 و2011 | عامي 2003 و2011 | DATE | 2003/2011 | | 2003-01-01 | 2011-12-31
وفي يناير 2019 | يناير 2019 | DATE | 2019-01 | | 2019-01-01 | 2019-01-31
أمس | أمس | DATE | 2020-01-09 | | 2020-01-09 | 2020-01-09
""",
    "zh": """
他于2020年1月3日去世 | 2020年1月3日 | DATE | 2020-01-03 | | 2020-01-03 | 2020-01-03
去年通过 | 去年 | DATE | 2019 | | 2019-01-01 | 2019-12-31
四年前 | 四年前 | DATE | 2016 | | 2016-01-01 | 2016-12-31
2025年初 | 2025年初 | DATE | 2025 | START | 2025-01-01 | 2025-04-30
他周二表示 | 周二 | DATE | 2020-01-07 | | 2020-01-07 | 2020-01-07
上周二 | 上周二 | DATE | 2019-12-31 | | 2019-12-31 | 2019-12-31
下周将访问 | 下周 | DATE | 2020-W03 | | 2020-01-13 | 2020-01-19
过去三年 | 过去三年 | DURATION | P3Y | | 2017-01-10 | 2020-01-10
上世纪90年代 | 上世纪90年代 | DATE | 199 | | 1990-01-01 | 1999-12-31
2008年第一季度 | 2008年第一季度 | DATE | 2008-Q1 | | 2008-01-01 | 2008-03-31
2003年至2011年 | 2003年至2011年 | DATE | 2003/2011 | | 2003-01-01 | 2011-12-31
今年2月 | 今年2月 | DATE | 2020-02 | | 2020-02-01 | 2020-02-29
新华社北京1月3日电 | 1月3日 | DATE | 2020-01-03 | | 2020-01-03 | 2020-01-03
5日下午 | 5日下午 | TIME | 2020-01-05TAF | | 2020-01-05 | 2020-01-05
每周一 | 每周一 | SET | XXXX-WXX-1 | | |
""",
}
CASES = [("en", line) for line in ENGLISH.strip().splitlines()] + [
    (language, line) for language, lines in OTHERS.items() for line in lines.strip().splitlines()
]


@pytest.mark.parametrize(("language", "line"), CASES)
def test_an_expression_is_found_and_resolved(language: str, line: str) -> None:
    text, surface, kind, value, mod, start, end = (each.strip() for each in line.split("|"))
    row = one(text, language=language)
    assert (row.surface, row.timex_type, row.timex_value) == (surface, kind, value)
    assert (row.timex_mod or "", row.start_date, row.end_date) == (mod, day(start), day(end))
    assert row.is_resolved == bool(start or end)
    assert row.is_resolved or row.reason


def test_blanks_that_do_not_break_and_line_breaks_stand_inside_a_date() -> None:
    assert one("It fell on January\u00a03,\n2020.").surface == "January\u00a03,\n2020"


def test_a_date_does_not_cross_a_blank_line() -> None:
    assert [row.surface for row in found("in May\n\n5 people")] == ["May"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "You may march on Washington, May said, and April Smith agreed."),
        ("en", "The August body met; Sen. May voted."),
        ("en", "They sent 2,500 troops and 2020 people."),
        ("en", "It cost $2000, or 2008 miles, under S. 1955 and Section 2008."),
        ("en", "a 30-year-old man, 30 years old, and a 5 year old girl"),
        ("en", "It was a last-minute deal at 1600 Pennsylvania Avenue, 24/7."),
        ("en", "They watched Friday Night Lights in the hurricane season."),
        ("en", "It costs $40 a year; prices fall."),
        ("en", "call 202-224-2002 or see www.example.com/2008/x"),
        ("de", "Der 30-jährige Mann und rund 2000 Menschen."),
        ("fr", "Il a été tué. 2000 personnes. Un homme de 30 ans."),
        ("es", "Unos 2000 soldados; un hombre de 30 años."),
        ("zh", "一万人，第三天。"),
    ],
)
def test_what_only_looks_like_a_date_is_none(language: str, text: str) -> None:
    assert [row.surface for row in found(text, language=language)] == []


UNANCHORED = [
    ("He spoke on Tuesday.", "XXXX-WXX-2", None),
    ("Last year it fell.", "XXXX", "-P1Y"),
    ("It fell four years ago.", "XXXX", "-P4Y"),
    ("It fell yesterday.", "XXXX-XX-XX", "-P1D"),
    ("It fell two weeks ago.", "XXXX-WXX", "-P2W"),
    ("It falls on Jan. 3.", "XXXX-01-03", None),
    ("It fell in August.", "XXXX-08", None),
    ("It burned last night.", "XXXX-XX-XXTNI", "-P1D"),
    ("It fell last month.", "XXXX-XX", "-P1M"),
    ("the past three years", "P3Y", "-P3Y"),
]


@pytest.mark.parametrize(("text", "value", "offset"), UNANCHORED)
def test_without_an_anchor_nothing_is_guessed(text: str, value: str, offset: str | None) -> None:
    row = one(text, None)
    assert (row.timex_value, row.relative_offset, row.reason) == (value, offset, "no anchor")
    assert (row.start_date, row.end_date, row.is_resolved) == (None, None, False)
    assert row.anchor == "none"


def test_the_past_is_known_from_the_words_alone() -> None:
    assert one("It fell four years ago.", None).direction == "past"
    assert one("It falls next year.", None).direction == "future"


def test_an_absolute_date_needs_no_anchor() -> None:
    row = one("It fell on January 3, 2020.", None)
    assert (row.anchor, row.is_resolved, row.direction) == ("none", True, None)
    assert one("It fell on January 3, 2020.").direction == "past"


def test_two_weeks_later_is_counted_from_the_date_before_it() -> None:
    first, second = found("It opened on March 3, 2019. Two weeks later it shut.", None)
    assert second.timex_value == "2019-W11"
    assert (second.anchor, second.anchor_expression) == ("text", first.expression)
    assert second.anchor_date == date(2019, 3, 3)


def test_the_following_year_is_counted_from_the_year_before_it() -> None:
    assert [row.timex_value for row in found("In 1996 he won; the following year he lost.")] == [
        "1996",
        "1997",
    ]


def test_two_weeks_later_with_nothing_before_it_stays_open() -> None:
    row = one("Two weeks later it shut.")
    assert (row.timex_value, row.reason) == ("XXXX-WXX", "nothing to count from")


def test_days_are_not_counted_from_a_year() -> None:
    rows = found("It opened in 1996. Ten days later it shut.", None)
    assert rows[1].reason == "anchor is too coarse"


@pytest.mark.parametrize(
    "head",
    [
        "BAGHDAD, January 7, 2020 (Reuters) - ",
        "January 7, 2020\n Washington, DC - ",
        "January 7 2020 Washington ",
        "For Immediate Release: January 7, 2020\n",
    ],
)
def test_a_dateline_is_the_anchor_where_no_publication_is_known(head: str) -> None:
    last = found(head + "He resigned yesterday.", None)[-1]
    assert (last.timex_value, last.anchor) == ("2020-01-06", "dateline")


def test_a_date_inside_the_first_sentence_is_no_dateline() -> None:
    assert not found("He died on January 7, 2020. He had resigned yesterday.", None)[1].is_resolved


def test_a_dateline_far_from_publication_gives_two_rows() -> None:
    text = "BAGHDAD, January 7, 2019 (Reuters) - He resigned yesterday."
    rows = [row for row in found(text) if row.surface == "yesterday"]
    assert [row.timex_value for row in rows] == ["2020-01-09", "2019-01-06"]
    assert [row.anchor for row in rows] == ["publication", "dateline"]
    assert all(row.is_conflict and "dateline 2019-01-07" in (row.reason or "") for row in rows)


def test_a_dateline_near_publication_is_no_conflict() -> None:
    rows = found("BAGHDAD, Jan 7 (Reuters) - He resigned yesterday.")
    assert [row.timex_value for row in rows] == ["2020-01-07", "2020-01-09"]


def test_a_wrong_weekday_is_a_conflict_and_the_date_stands() -> None:
    row = one("on Tuesday, January 3, 2020")
    assert (row.timex_value, row.is_conflict) == ("2020-01-03", True)
    assert row.reason == "Tuesday is said, 2020-01-03 is a Friday"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("He was arrested in March.", "2019-03"),
        ("The trial will begin in March.", "2020-03"),
        ("It was March 20 when he was shot.", "2019-03-20"),
        ("They will meet on March 20.", "2020-03-20"),
        ("They will meet last May.", "2019-05"),
        ("next May", "2020-05"),
        ("this May", "2020-05"),
    ],
)
def test_a_month_without_a_year_follows_the_verb(text: str, value: str) -> None:
    assert one(text).timex_value == value


def test_a_publication_known_by_month_resolves_only_what_is_as_coarse() -> None:
    article = make_article("It fell last year, last month, on Tuesday.", published=date(2020, 1, 1))
    rows = rows_of(dataclasses.replace(article, published_precision="month"))
    assert [row.timex_value for row in rows] == ["2019", "2019-12", "XXXX-WXX-2"]
    assert rows[2].reason == "anchor is too coarse"


@pytest.mark.parametrize(
    ("code", "value"), [("en-US", "2020-03-01"), ("en-GB", "2020-01-03"), ("de-AT", "2020-01-03")]
)
def test_the_region_decides_about_figures(code: str, value: str) -> None:
    text = "3/1/2020" if code != "de-AT" else "3.1.2020"
    assert one(text, language=code).timex_value == value


def test_the_headline_is_read_first() -> None:
    rows = found("He fell in 2019.", headline="Fall of 2018")
    assert [(row.field, row.expression) for row in rows] == [("headline", 1), ("text", 2)]


def test_the_sentence_of_a_date_is_told() -> None:
    article = make_article("One fell. Two fell in 2019.")
    rows = annotate(article, sentences.annotator(Options()), ANNOTATOR)["dates"]
    assert rows[0].sentence == 2


def test_other_languages_give_no_rows() -> None:
    assert found("It fell in 2019.", language="pt") == []
    assert ANNOTATOR.languages == LANGUAGES


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_month_names_agree_with_those_of_publication_dates(language: str) -> None:
    for name, number in lexicon(language).classes["month"].items():
        assert MONTHS.get(name.casefold().rstrip("."), int(number)) == int(number)


@pytest.mark.parametrize(
    "text", ["June 31, 2020", "99999 years ago", "in 9999 years", "32/13/2020"]
)
def test_days_of_no_calendar_are_told_not_raised(text: str) -> None:
    assert all(not row.is_resolved for row in found(text))


_WORDS = (
    "May March 3 5 2020 1999 last next the week ago four years on Tuesday , . - / : in by of and "
    "between from to until early mid 1990s century Q3 FY09 p.m. 10:30 every 12 \n \u00a0 ’ 9999 "
    "today earlier later days past 千 年 月 日 三 前 周一 Ende Januar vor Jahren يناير قبل "
    "hace años il y a ans"
)
WORDS = st.sampled_from(_WORDS.split(" "))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(WORDS, max_size=30).map(" ".join) | st.text(max_size=80),
    st.sampled_from(sorted(LANGUAGES)),
    st.none() | st.dates(),
)
def test_rows_stand_where_they_say_and_never_overlap(
    text: str, language: str, published: date | None
) -> None:
    rows = found(text, published, language=language)
    spans = sorted({(row.char_start, row.char_end) for row in rows})
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    for row in rows:
        if row.start_date and row.end_date:
            assert row.start_date <= row.end_date


@settings(max_examples=20, deadline=None)
@given(st.permutations(["It fell in 2019.", "He left on Tuesday.", "Two weeks later.", ""]))
def test_rows_do_not_depend_on_the_batch(texts: list[str]) -> None:
    subjects = [Subject(make_article(text, published=FRIDAY)) for text in texts]
    assert ANNOTATOR.annotate(subjects) == [ANNOTATOR.annotate([each])[0] for each in subjects]


@pytest.mark.parametrize(
    "text",
    [
        "1" * 300_000,
        "a" * 300_000,
        "the " * 80_000,
        "last " * 10_000,
        "\ud800\0" * 100_000,
        "2003 - " * 1_000,
        "May 3 " * 1_000,
        "“" * 300_000,
        " " * 300_000,
        "two " * 20_000,
    ],
)
def test_hostile_texts_take_linear_time(text: str) -> None:
    begun = time.process_time()
    found(text)
    assert time.process_time() - begun < 4
