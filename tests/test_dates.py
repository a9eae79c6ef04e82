"""Dates as documents write them, and those that nobody can understand without guessing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.dates import _MONTH_NAMES, FIRST_YEAR, LAST_YEAR, parse_moment

MINUTE = "2024-05-03 16:05"


def shown(text: str) -> str:
    """Return what was understood: time in UTC as precise as it was written, * without a zone."""
    moment = parse_moment(text)
    if moment is None:
        return "-"
    formats = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d", "minute": "%Y-%m-%d %H:%M"}
    written = moment.at.strftime(formats.get(moment.precision, "%Y-%m-%d %H:%M:%S"))
    return written if moment.has_zone else f"{written}*"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-03T16:05:00Z", "2024-05-03 16:05:00"),
        ("2024-05-03T16:05:07.123456789+02:00", "2024-05-03 14:05:07"),
        ("2024-05-03T16:05+0530", "2024-05-03 10:35"),
        ("2024-05-03 16:05", f"{MINUTE}*"),
        ("2024-05-03 16:05:00 -0400", "2024-05-03 20:05:00"),
        ("20240503T160500Z", "2024-05-03 16:05:00"),
        ("20240503", "2024-05-03*"),
        ("2024-W18-5", "2024-05-03*"),
        ("2024-124", "2024-05-03*"),
        ("2024-05-03T24:00:00Z", "2024-05-04 00:00:00"),
        ("2016-12-31T23:59:60Z", "2016-12-31 23:59:59"),
        ("2024-05", "2024-05*"),
        ("2024", "2024*"),
        ("2020-10-2T10:03:5Z", "2020-10-02 10:03:05"),
        ("2024-05-03T16:05:00.000Z[UTC]", "2024-05-03 16:05:00"),
    ],
)
def test_iso_8601_and_its_relaxations(text: str, expected: str) -> None:
    """The forms that feeds, databases and pages use."""
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fri, 03 May 2024 16:05:00 +0200", "2024-05-03 14:05:00"),
        ("Fri, 03 May 24 16:05 EDT", "2024-05-03 20:05"),
        ("Fri May 03 16:05:00 CEST 2024", "2024-05-03 14:05:00"),
        ("Fri May 03 2024 16:05:00 GMT+0200 (CEST)", "2024-05-03 14:05:00"),
        ("1714752300", "2024-05-03 16:05:00"),
        ("1714752300123", "2024-05-03 16:05:00"),
        ("May 3, 2024, 4:05 PM EDT", "2024-05-03 20:05"),
        ("Published: Sept. 9, 2020 at 9:09 a.m. ET", "2020-09-09 09:09*"),
        ("10:12:30 PM IST Apr 19, 2020", "2020-04-19 22:12:30*"),
        ("3rd of May 2024", "2024-05-03*"),
        ("3-May-2024", "2024-05-03*"),
        ("May 2024", "2024-05*"),
        ("viernes, 3 de mayo de 2024", "2024-05-03*"),
        ("mar 3 may 2024", "2024-05-03*"),
        ("1er août 2024 à 16h05", "2024-08-01 16:05*"),
        ("3. März 2024, 12.30 Uhr", "2024-03-03 12:30*"),
        ("3 мая 2024, 16:05", f"{MINUTE}*"),
        ("٣ مايو ٢٠٢٤", "2024-05-03*"),
        ("2024年5月3日 下午4:05", f"{MINUTE}*"),
        ("3. listopadu 2024", "2024-11-03*"),
        ("2024. május 3. 16:05", f"{MINUTE}*"),
        ("3. toukokuuta 2024", "2024-05-03*"),
        ("3 Μαΐου 2024", "2024-05-03*"),
        ("3 нисан 2024", "-"),
        ("3 نيسان 2024", "2024-04-03*"),
        ("3 במאי 2024", "2024-05-03*"),
        ("2024년 5월 3일", "2024-05-03*"),
        ("12 am, May 3 2024", "2024-05-03*"),
    ],
)
def test_written_dates(text: str, expected: str) -> None:
    """Names of months, halves of the day and zones in the languages of the table."""
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("25/12/2024", "2024-12-25*"),
        ("12/25/2024", "2024-12-25*"),
        ("04/04/2024", "2024-04-04*"),
        ("03.04.2024", "2024-04-03*"),
        ("2024/05/03", "2024-05-03*"),
        ("03/04/2024", "-"),
        ("03-04-2024", "-"),
        ("3/4/24", "-"),
    ],
)
def test_figures_count_only_where_day_and_month_cannot_be_exchanged(
    text: str, expected: str
) -> None:
    """Half of the world reads 03/04 the other way round."""
    assert shown(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("yesterday", "3 hours ago", "Il y a 2 heures", "today at 16:05", "Friday", "16:05"),
        *("3 May", "since 3 May 2024", "3 May 2024, updated 4 May 2024", "3 May 2024 (120 pages)"),
        *("0001-01-01T00:00:00Z", "9999-12-31", "1402/05/12", "1445-10-24", "2567-05-03"),
        *("1970-01-01T00:00:00Z", "1970-01-01 00:00:00", "0", "202405031605", "99999999999"),
        *("2024-02-30", "2024-05-03T25:00", "2024-05-03T16:05:00+99:00", "30 February 2024"),
        *("", "none", "{{ date }}", "2024-05-03 " * 20),
    ],
)
def test_what_is_no_date_or_not_sure_is_not_understood(text: str) -> None:
    """Relative, without year, two at once, impossible, of another calendar, or a placeholder."""
    assert parse_moment(text) is None


def test_the_day_is_the_one_written_even_where_utc_has_another() -> None:
    """An evening in New York is the next day in UTC."""
    moment = parse_moment("2024-05-03T23:05:00-04:00")

    assert moment is not None
    assert (moment.at, moment.day) == (datetime(2024, 5, 4, 3, 5, tzinfo=UTC), date(2024, 5, 3))


def test_midnight_without_a_zone_is_no_time_of_day() -> None:
    """Tools that know the day alone fill it up with zeros."""
    assert shown("2024-05-03T00:00:00") == "2024-05-03*"
    assert shown("2024-05-03T00:00:00Z") == "2024-05-03 00:00:00"


def test_no_word_means_two_months() -> None:
    """Croatian "listopad" is October, Polish November: such a word must stay out."""
    months: dict[str, set[int]] = {}
    for names in _MONTH_NAMES.values():
        groups = names.split()
        assert len(groups) == 12
        for number, group in enumerate(groups, start=1):
            for name in group.split("|"):
                months.setdefault(name, set()).add(number)

    assert not [name for name, numbers in months.items() if len(numbers) > 1]


@given(st.datetimes(datetime(FIRST_YEAR, 1, 2), datetime(LAST_YEAR, 12, 30)))
def test_what_python_writes_is_read_back(at: datetime) -> None:
    """Any instant in range survives ISO and RFC 2822, to the second."""
    at = at.replace(microsecond=0, tzinfo=UTC)
    if at == datetime(1970, 1, 1, tzinfo=UTC):
        return
    for text in (at.isoformat(), at.strftime("%a, %d %b %Y %H:%M:%S +0000")):
        moment = parse_moment(text)
        assert moment is not None
        assert moment.at == at


@given(st.text(max_size=60) | st.text("0123456789-/.: TZ年月日+", max_size=40))
def test_no_text_raises_and_every_year_is_in_range(text: str) -> None:
    """Python's own limits of years and offsets are never met."""
    moment = parse_moment(text)

    assert moment is None or FIRST_YEAR <= moment.day.year <= LAST_YEAR
