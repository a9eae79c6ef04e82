"""Written dates of documents as moments: absolute ones only, and never a guess.

A relative date ("yesterday", "3 hours ago"), a date without a year and one whose day and month can
be exchanged ("03/04/2024") are not understood on purpose. The clock is never asked.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

# The first printed newspaper is of 1605. Years outside are placeholders ("0001-01-01",
# "9999-12-31") or of another calendar: Persian and Islamic sites of today write 1403 and 1446,
# Thai ones 2567; taken as they stand they would be centuries off.
FIRST_YEAR, LAST_YEAR = 1600, 2100

_LONGEST = 100  # characters; a longer text is prose that mentions a date, not a date
_MOST_WORDS = 6  # beside the date itself, as in "Published on Friday, 3 May 2024 at 16:05 Uhr"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OF_CLOCK = ("minute", "second")
_WIDEST_OFFSET = 14 * 60  # minutes: Line Islands, UTC+14


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A point in time as a document states it.

    `at` is aware and in UTC. Without a zone in the document it holds the local clock, as though
    that were UTC, and `has_zone` is False. `precision` says how much of it was written.
    """

    at: datetime
    precision: str  # year, month, day, minute, second
    has_zone: bool
    original: str
    offset: timedelta = timedelta()  # of the written clock from UTC

    @property
    def day(self) -> date:
        """The calendar day as written, in the zone of the document."""
        return (self.at + self.offset).date()


@dataclass(frozen=True, slots=True)
class _Clock:
    """A time of day; microseconds since midnight, and minutes from UTC where they are known."""

    time: timedelta
    precision: str
    offset: int | None


@dataclass(frozen=True, slots=True)
class _Day:
    """A calendar date; `rest` is the text around it."""

    year: int
    month: int
    day: int
    rest: str
    precision: str = "day"


# Names and usual abbreviations of the months, after Unicode CLDR. A word that is another month in
# another language would have no place here (Croatian "listopad" is October, Polish is November).
_MONTH_NAMES: dict[str, str] = {
    "English": "january|jan february|feb march|mar april|apr may june|jun july|jul august|aug "
    "september|sep|sept october|oct november|nov december|dec",
    "Spanish": "enero|ene febrero marzo abril|abr mayo junio julio agosto|ago "
    "septiembre|setiembre|set octubre noviembre diciembre|dic",
    "French": "janvier|janv février|fevrier|févr|fév|fev mars avril|avr mai juin juillet|juil "
    "août|aout septembre octobre novembre décembre|decembre|déc",
    "German": "januar|jänner|jän februar|feber märz|maerz|mär|mrz april mai juni juli august "
    "september oktober|okt november dezember|dez",
    "Portuguese": "janeiro fevereiro março|marco abril maio junho julho agosto "
    "setembro outubro|out novembro dezembro",
    "Italian": "gennaio|gen febbraio|febb marzo aprile maggio|mag giugno|giu luglio|lug agosto "
    "settembre|sett ottobre|ott novembre dicembre",
    "Dutch": "januari februari maart|mrt april mei juni juli augustus september oktober "
    "november december",
    "Catalan": "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
    "Polish": "stycznia|styczeń lutego|luty marca|marzec kwietnia|kwiecień maja|maj "
    "czerwca|czerwiec lipca|lipiec sierpnia|sierpień września|wrzesień października|październik "
    "listopada grudnia|grudzień",
    "Russian": "января|янв февраля|фев марта|мар апреля|апр мая|май июня|июн июля|июл августа|авг "
    "сентября|сен|сент октября|окт ноября|ноя|нояб декабря|дек",
    "Ukrainian": "січня лютого березня квітня травня червня липня серпня вересня жовтня "
    "листопада грудня",
    "Turkish": "ocak şubat mart nisan mayıs|mayis haziran temmuz ağustos eylül ekim kasım|kasim "
    "aralık|aralik",
    "Swedish, Danish, Norwegian": "januari|januar februari|februar mars|marts april maj|mai "
    "juni juli augusti|august september oktober november december|desember",
    "Romanian": "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie "
    "noiembrie decembrie",
    "Indonesian": "januari februari maret april mei juni juli agustus september oktober "
    "november desember",
    "Arabic (Egypt, Gulf; Levant where one word; Maghreb)": "يناير|جانفي فبراير|شباط|فيفري "
    "مارس|آذار أبريل|إبريل|ابريل|نيسان|أفريل مايو|أيار|ماي يونيو|يونيه|حزيران|جوان "
    "يوليو|يوليه|تموز|جويلية أغسطس|اغسطس|آب|أوت سبتمبر|أيلول أكتوبر|اكتوبر نوفمبر ديسمبر",
    "Czech": "ledna|leden února|únor března|březen dubna|duben května|květen června|červen "
    "července|červenec srpna|srpen září října|říjen listopadu prosince|prosinec",
    "Slovak": "januára|január februára|február marca apríla|apríl mája|máj júna|jún júla|júl "
    "augusta|august septembra|september októbra|október novembra|november decembra|december",
    "Hungarian": "január február március április május június július augusztus szeptember október "
    "november december",
    "Finnish": "tammikuuta|tammikuu helmikuuta|helmikuu maaliskuuta|maaliskuu huhtikuuta|huhtikuu "
    "toukokuuta|toukokuu kesäkuuta|kesäkuu heinäkuuta|heinäkuu elokuuta|elokuu syyskuuta|syyskuu "
    "lokakuuta|lokakuu marraskuuta|marraskuu joulukuuta|joulukuu",
    "Greek": "ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου "
    "οκτωβρίου νοεμβρίου δεκεμβρίου",
    "Bulgarian": "януари февруари март април май юни юли август септември октомври ноември "
    "декември",
    "Serbian": "januar februar mart april maj jun jul avgust septembar oktobar novembar decembar",
    "Lithuanian": "sausio vasario kovo balandžio gegužės birželio liepos rugpjūčio rugsėjo spalio "
    "lapkričio gruodžio",
    "Hebrew": "בינואר|ינואר בפברואר|פברואר במרץ|מרץ באפריל|אפריל במאי|מאי ביוני|יוני ביולי|יולי "
    "באוגוסט|אוגוסט בספטמבר|ספטמבר באוקטובר|אוקטובר בנובמבר|נובמבר בדצמבר|דצמבר",
}
MONTHS: dict[str, int] = {
    name.casefold(): number
    for names in _MONTH_NAMES.values()
    for number, group in enumerate(names.split(), start=1)
    for name in group.split("|")
}

# Only abbreviations with one meaning: those of RFC 2822, and the European ones. BST, IST, CST in
# other countries and "ET" (without saying summer or winter) leave the clock local. CST is missing
# because Java's Date.toString() writes it for China as well.
_ZONES: dict[str, int] = {
    **dict.fromkeys(("z", "utc", "ut", "gmt", "wet"), 0),
    **{"edt": -240, "est": -300, "cdt": -300, "mdt": -360, "mst": -420, "pdt": -420, "pst": -480},
    **{"cet": 60, "mez": 60, "cest": 120, "mesz": 120, "eet": 120, "eest": 180, "west": 60},
    **{"msk": 180, "jst": 540, "kst": 540, "wib": 420},
}
_HALVES: dict[str, int] = {
    **dict.fromkeys(("am", "上午", "午前", "오전", "ص"), 0),
    **dict.fromkeys(("pm", "下午", "午後", "오후", "م"), 12),
}
# They make an interval of a day, not the day.
_OPEN_WORDS = frozenset(
    ("ago", "before", "after", "since", "until", "till", "seit", "bis", "depuis", "desde", "hasta")
)

_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
    r" ?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_MARKS = str.maketrans("", "", "\u200e\u200f\u061c\u200b")  # browsers write them into local dates
_EPOCH_NUMBER = re.compile(r"([0-9]{9,19})(?:\.[0-9]{1,9})?")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(\d{4})(\d\d)(\d\d)(?:(?=T\d)|(?!\d)|(?=\d{6}(?!\d)))")
_WEEK = re.compile(r"(\d{4})-?W(\d\d)-?([1-7])")
_ORDINAL = re.compile(r"(\d{4})-(\d{3})(?=T|\Z)")
_CJK = re.compile(r"(?<!\d)(\d{4}) ?[年년] ?(\d{1,2}) ?[月월](?: ?(\d{1,2}) ?[日號号일])?")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)")
_YEAR_ONLY = re.compile(r"(\d{4})(?:[-/](\d{1,2}))?")
_WORD = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")
_DAY_BEFORE = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|re|o|a|ª|º|\.)?[\s\-/]*(?:(?:de|of|di|d['’])\s*)?\Z", re.I
)
_YEAR_BEFORE = re.compile(r"(?<!\d)(\d{4})\.?[\s\-/,]*\Z")
_DAY_AFTER = re.compile(r"\.?[\s\-/]*(\d{1,2})(?:st|nd|rd|th|\.)?(?!\d)", re.I)
_YEAR_AFTER = re.compile(r"\.?[\s\-/,]*(?:(?:de|del|of)\s+)?(\d{4})(?!\d)", re.I)
_SHORT_YEAR_AFTER = re.compile(r"[\s-](\d\d)(?=\s+\d{1,2}:\d\d)")  # RFC 822, obs-year of RFC 2822
_CTIME_AFTER = re.compile(r"\s+(\d{1,2}),?(\s+\d\d?:\d\d.*?\s)(\d{4})(?!\d)")
_TIME = re.compile(
    r"(?<!\d)(\d{1,2})\s?(?:[:.hH時时点點시]\s?(\d\d)"
    r"(?:\s?[:.分분m]\s?(\d{1,2})(?!\d)(?:[.,](\d{1,9}))?)?[秒초分분]?"
    r"|[hH時时点點시](?![a-z])|(?=[AaPp]\.?\s?[Mm]\b)|(?=[Uu]hr\b))(?!\d)"
)
_TIME_COMPACT = re.compile(r"T?(\d\d)(\d\d)(?:(\d\d)(?:[.,](\d{1,9}))?)?(?![\d:])")
_OFFSET = re.compile(r"\s*(?:GMT|UTC|Z)?\s*([+\-−])\s?(\d{1,2})(?::?(\d\d))?(?!\d)")
_HALF = re.compile(r"\b([AaPp])\.?\s?[Mm]\b\.?|(上午|下午|午前|午後|오전|오후)|(?<!\w)([صم])(?!\w)")


@lru_cache(maxsize=256)  # asked for by the page's reader, once per candidate, and for the article
def parse_moment(text: str) -> Moment | None:
    """Return the moment that `text` states, or None when it states none or several.

    Understood: ISO 8601 and its usual relaxations, RFC 822 and 2822, seconds, milli-, micro- and
    nanoseconds since 1970, month names in 24 languages, Chinese, Japanese and Korean dates, and
    numbers. In "a/b/yyyy" a figure above 12 must say which one is the day; with dots the day comes
    first, because no locale of Unicode CLDR writes months first with dots.
    """
    if not 4 <= len(text) <= _LONGEST or not _DIGIT.search(text):
        return None
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_MARKS)
    plain = " ".join(plain.split())
    try:
        moment = _iso(plain, text) or _since_epoch(plain, text) or _free(plain, text)
    except (ValueError, OverflowError):  # no such day or hour
        return None
    # The very first second of 1970 is a zero or an empty field of a database, no time of an event.
    is_zero = moment is not None and moment.at == _EPOCH and moment.precision in _OF_CLOCK
    return None if is_zero else moment


def _iso(plain: str, original: str) -> Moment | None:
    """Read the common form without the detours of `_free`."""
    found = _ISO.fullmatch(plain)
    if found is None:
        return None
    day = _Day(int(found[1]), int(found[2]), int(found[3]), "")
    if found[4] is None:
        return _moment(day, None, original)
    zone = found[8]
    offset = None if zone is None else 0 if zone == "Z" else _minutes(zone[0], zone[1:3], zone[-2:])
    return _moment(day, _clock(found[4], found[5], found[6], found[7], offset), original)


def _since_epoch(plain: str, original: str) -> Moment | None:
    """Read seconds (9-10 digits), milli- (13), micro- (15-16) or nanoseconds (18-19).

    Twelve digits may be milliseconds or year to minute ("202405031605"), so they are neither.
    """
    found = _EPOCH_NUMBER.fullmatch(plain)
    if found is None or len(found[1]) in (11, 12, 14, 17):
        return None
    digits = found[1]
    scale = 10 ** (3 * ((len(digits) - 9) // 3))
    at = _EPOCH + timedelta(microseconds=int(digits) * 1_000_000 // scale)
    if at.year > LAST_YEAR:
        return None
    return Moment(at=at, precision="second", has_zone=True, original=original)


def _free(plain: str, original: str) -> Moment | None:
    day = _numeric_day(plain) or _named_day(plain) or _coarse(plain)
    if day is None:
        return None
    clock, rest = _find_clock(day.rest)
    words = [word.casefold() for word in _WORD.findall(rest)]
    if _DIGIT.search(rest) or len(words) > _MOST_WORDS or not _OPEN_WORDS.isdisjoint(words):
        return None
    return _moment(day, clock, original)


def _moment(day: _Day, clock: _Clock | None, original: str) -> Moment | None:
    """Put day and clock together; midnight without a zone is no clock.

    Raises ValueError for a day that does not exist.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if clock is None:
        return Moment(at=at, precision=day.precision, has_zone=False, original=original)
    if clock.offset is None and not clock.time:
        # Tools that know the day alone write "2024-05-03 00:00:00" (pandas, newspaper4k).
        clock_less = Moment(at=at, precision="day", has_zone=False, original=original)
        return None if at == _EPOCH else clock_less
    offset = timedelta(minutes=clock.offset or 0)
    return Moment(
        at=at + clock.time - offset,
        precision=clock.precision,
        has_zone=clock.offset is not None,
        original=original,
        offset=offset,
    )


def _numeric_day(plain: str) -> _Day | None:
    if found := _YEAR_FIRST.search(plain):
        return _Day(int(found[1]), int(found[3]), int(found[4]), _without(plain, found))
    if found := _YEAR_LAST.search(plain):
        return _day_and_month(found, _without(plain, found))
    if (found := _CJK.search(plain)) and found[3]:
        return _Day(int(found[1]), int(found[2]), int(found[3]), _without(plain, found))
    if found := _WEEK.match(plain):
        day = date.fromisocalendar(int(found[1]), int(found[2]), int(found[3]))
        return _Day(day.year, day.month, day.day, plain[found.end() :])
    if found := _ORDINAL.match(plain):
        day = date(int(found[1]), 1, 1) + timedelta(days=int(found[2]) - 1)
        return _Day(day.year, day.month, day.day, plain[found.end() :])
    if found := _COMPACT.match(plain):
        return _Day(int(found[1]), int(found[2]), int(found[3]), plain[found.end() :])
    return None


def _day_and_month(found: re.Match[str], rest: str) -> _Day | None:
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    if first > 12 or first == second or found[2] == ".":
        return _Day(year, second, first, rest)
    return _Day(year, first, second, rest) if second > 12 else None


def _named_day(plain: str) -> _Day | None:
    """Find day, month name and year in any usual order; every month name of the text is tried."""
    for word in _WORD.finditer(plain):
        month = MONTHS.get(word[0].casefold())
        if month:
            before, after = plain[: word.start()], plain[word.end() :]
            day = _day_first(before, after, month) or _month_first(before, after, month)
            if day:
                return day
    return None


def _day_first(before: str, after: str, month: int) -> _Day | None:
    day = _DAY_BEFORE.search(before)
    if day is None:
        return None
    if year := _YEAR_AFTER.match(after):
        return _Day(int(year[1]), month, int(day[1]), _around(before, day, after, year))
    if year := _SHORT_YEAR_AFTER.match(after):
        short = int(year[1])
        full = short + (2000 if short < 50 else 1900)  # RFC 2822, section 4.3
        return _Day(full, month, int(day[1]), _around(before, day, after, year))
    return None


def _month_first(before: str, after: str, month: int) -> _Day | None:
    if found := _CTIME_AFTER.match(after):  # "May 3 16:05:00 CEST 2024"
        rest = f"{before} {found[2]} {after[found.end() :]}"
        return _Day(int(found[3]), month, int(found[1]), rest)
    day = _DAY_AFTER.match(after)
    if day is None:
        return None
    if year := _YEAR_AFTER.match(after, day.end()):
        return _Day(int(year[1]), month, int(day[1]), f"{before} {after[year.end() :]}")
    if year := _YEAR_BEFORE.search(before):
        return _Day(int(year[1]), month, int(day[1]), _around(before, year, after, day))
    return None


def _coarse(plain: str) -> _Day | None:
    """Read a year, or a month of a year, that is all the text."""
    if found := _YEAR_ONLY.fullmatch(plain) or _CJK.fullmatch(plain):
        precision = "month" if found[2] else "year"
        return _Day(int(found[1]), int(found[2] or 1), 1, "", precision)
    word = _WORD.search(plain)
    month = MONTHS.get(word[0].casefold()) if word else None
    if word is None or month is None or word.start() > 0:
        return None
    year = _YEAR_AFTER.fullmatch(plain, word.end())
    return _Day(int(year[1]), month, 1, "", "month") if year else None


def _find_clock(rest: str) -> tuple[_Clock | None, str]:
    """Return the time of day in `rest` and what is left of the text without it."""
    found = _TIME.search(rest) or _TIME_COMPACT.match(rest)
    if found is None:
        return None, rest
    tail, offset = rest[found.end() :], None
    if written := _OFFSET.match(tail):
        offset = _minutes(written[1], written[2], written[3])
        tail = tail[written.end() :]
    left = f"{rest[: found.start()]} {tail}"
    hour = _hour(int(found[1]), _HALF.search(left))
    if offset is None:
        zones = (_ZONES.get(word.casefold()) for word in _WORD.findall(tail))
        offset = next((zone for zone in zones if zone is not None), None)
    return _clock(str(hour), found[2], found[3], found[4], offset), left


def _hour(hour: int, half: re.Match[str] | None) -> int:
    """Return the hour of 24; "12 am" is 0, and "16:05 PM" stays 16."""
    if half is None or hour > 12:
        return hour
    word = f"{half[1].lower()}m" if half[1] else half[0]
    return hour % 12 + _HALVES[word]


def _clock(
    hour: str, minute: str | None, second: str | None, part: str | None, offset: int | None
) -> _Clock:
    """Check the figures. Raises ValueError where no clock shows them (24:00 and 23:59:60 exist)."""
    hours, minutes, seconds = int(hour), int(minute or 0), int(second or 0)
    if hours > 24 or minutes > 59 or seconds > 60 or (hours == 24 and (minutes or seconds)):
        raise ValueError(f"{hours}:{minutes}:{seconds} is no time of day")
    time = timedelta(hours=hours, minutes=minutes, seconds=min(seconds, 59))
    if part:
        time += timedelta(microseconds=int((part + "000000")[:6]))
    return _Clock(time, "minute" if second is None else "second", offset)


def _minutes(sign: str, hours: str, minutes: str | None) -> int:
    """Return an offset from UTC in minutes. Raises ValueError beyond 14 hours."""
    amount = int(hours) * 60 + int(minutes or 0)
    if amount > _WIDEST_OFFSET:
        raise ValueError(f"an offset of {hours} hours does not exist")
    return amount if sign == "+" else -amount


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"


def _around(before: str, left: re.Match[str], after: str, right: re.Match[str]) -> str:
    return f"{before[: left.start()]} {after[right.end() :]}"
