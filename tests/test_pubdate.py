"""Dates of publication outside the metadata, and what a text says about when it was published."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.date_bounds import Evidence, bounds, settle
from tasks.date_evidence import find_evidence
from tasks.date_mentions import find_mentions
from tasks.dates import parse_moment
from tasks.layout import assemble
from tasks.pubdate import date_candidates
from tasks.records import Candidate, Draft, DraftParagraph, RawDocument

SEEDS = Path(__file__).parents[1] / "seeds"
DOCUMENT = RawDocument(path="/in/a.html", record=None, data=b"", media_type="text/html")


def a_draft(*texts: str, **fields: str) -> Draft:
    """Return a draft with these paragraphs and one candidate per keyword."""
    return Draft(
        paragraphs=tuple(DraftParagraph(text=text) for text in texts),
        candidates=tuple(Candidate(field=k, value=v, source="meta") for k, v in fields.items()),
        encoding="utf-8",
        encoding_method="utf-8",
        extractor="test 1",
    )


def offered(draft: Draft, **document: object) -> list[tuple[str, str]]:
    """Return (value, source) of the candidates found."""
    found = date_candidates(replace(DOCUMENT, **document), draft)
    return [(each.value, each.source) for each in found]


class TestAddresses:
    @pytest.mark.parametrize(
        ("path", "value", "pattern"),
        [
            ("/2024/05/03/slug", "2024-05-03", "/YYYY/MM/DD/"),
            ("/news/2024/5/3/slug.html", "2024-05-03", "/YYYY/MM/DD/"),
            ("/world/2024/may/03/slug", "2024-05-03", "/YYYY/mon/DD/"),
            ("/a/slug-2024-05-03-more", "2024-05-03", "YYYY-MM-DD"),
            ("/a/slug_20240503_1.html", "2024-05-03", "YYYYMMDD"),
            ("/202405/t20240503_123.html", "2024-05-03", "YYYYMMDD"),
            ("/n1/2024/0503/c1-40228.html", "2024-05-03", "/YYYY/MMDD/"),
            ("/a/202405/03/WS1.html", "2024-05-03", "/YYYYMM/DD/"),
            ("/gn/2024/05-03/1.shtml", "2024-05-03", "/YYYY/MMDD/"),
            ("/news/23-05-2024/slug", "2024-05-23", "DD-MM-YYYY"),
            ("/news/03.05.2024-slug", "2024-05-03", "DD.MM.YYYY"),
            ("/2024/05/slug", "2024-05", "/YYYY/MM/"),
            ("/2024/may/slug", "2024-05", "/YYYY/mon/"),
        ],
    )
    def test_a_date_in_an_address_is_offered_with_its_pattern(
        self, path: str, value: str, pattern: str
    ) -> None:
        draft = a_draft("Text.", canonical_url=f"https://example.org{path}")
        assert offered(draft) == [(value, f"url:{pattern}")]

    @pytest.mark.parametrize(
        "path",
        [
            *("/news/1202405031", "/a/2024050312345.html", "/2024/13/45/slug", "/2024/02/31-slug"),
            *(
                "/id/99999999",
                "/news/03-05-2024/slug",
                "/set-2024-budget",
                "/20241303/x",
                "/x?d=20240503",
            ),
            *("/2024/slug", "/3024/05/03/slug", "/article/c20240503abc"),
        ],
    )
    def test_what_only_looks_like_a_date_is_none(self, path: str) -> None:
        assert offered(a_draft("Text.", url=f"https://example.org{path}")) == []

    def test_the_date_of_an_archived_copy_is_not_that_of_the_article(self) -> None:
        copy = "https://web.archive.org/web/20190102030405/http://example.org/2015/06/07/a"
        assert offered(a_draft("Text."), url=copy) == [("2015-06-07", "url:/YYYY/MM/DD/")]

    def test_a_day_is_offered_beside_a_declared_date_and_a_month_is_not(self) -> None:
        """The day confirms or contradicts the metadata; a month says less than they do."""
        draft = a_draft("Text.", published="2024-05-03T10:00:00Z")
        assert offered(draft, url="https://example.org/2024/05/03/a") != []
        assert offered(draft, url="https://example.org/2024/05/a") == []

    def test_a_date_after_the_page_was_fetched_is_impossible(self) -> None:
        fetched = datetime(2024, 5, 1, tzinfo=UTC)
        url = "https://example.org/2024/05/03/a"
        assert offered(a_draft("Text."), url=url, retrieved_at=fetched) == []

    @given(st.text(max_size=80))
    def test_no_address_raises(self, text: str) -> None:
        for value, _ in offered(a_draft("Text.", url=f"https://example.org/{text}")):
            assert parse_moment(value) is not None


class TestPaths:
    @pytest.mark.parametrize("name", ["2024/05/03/a.txt", "a/2024-05-03.html", "20240503_a.txt"])
    def test_a_full_day_in_the_path_is_offered(self, name: str) -> None:
        [(value, source)] = offered(a_draft("Text."), name=name)
        assert value == "2024-05-03"
        assert source.startswith("path:")

    @pytest.mark.parametrize(
        "name",
        ["2024/05/a.txt", "2024-05-03/2024-05-01.txt", "crawl-2024-05-03/a.html", "a/1.txt"],
    )
    def test_a_month_two_days_or_a_day_of_fetching_are_not(self, name: str) -> None:
        assert offered(a_draft("Text."), name=name) == []

    def test_the_path_of_a_container_dates_the_container(self) -> None:
        assert offered(a_draft("Text."), name="2024-05-03.jsonl", record=7) == []

    def test_the_path_inside_an_archive_dates_its_member(self) -> None:
        name, inside = "news-2024-05-09.zip/2024/05/03/a.html", "2024/05/03/a.html"
        found = offered(a_draft("Text."), name=name, record=1, record_id=inside)
        assert found == [("2024-05-03", "path:/YYYY/MM/DD/")]


class TestDatelines:
    @pytest.mark.parametrize(
        "beginning",
        [
            "KÖLN, 3. Mai 2024 (dpa) - Der Rat tagte.",
            "Köln, 3. Mai 2024. Der Rat tagte.",
            "NEW YORK--(BUSINESS WIRE)--May 3, 2024--Acme said it grew.",
            "SAN JOSE, Calif., May 3, 2024 /PRNewswire/ -- Acme said it grew.",
            "WASHINGTON (May 3, 2024) – The council met.",
            "MADRID, 3 de mayo de 2024 (EFE).- El consejo se reunió.",
            "Paris, le 3 mai 2024 - Le conseil s'est réuni.",
            "ROMA, 3 maggio 2024 (ANSA) - Il consiglio si è riunito.",
            "МОСКВА, 3 мая 2024 г. - ТАСС. Совет собрался.",
            "新华社北京2024年5月3日电（记者李明）今天上午会议举行。",
        ],
    )
    def test_a_dateline_with_a_year_gives_the_day(self, beginning: str) -> None:
        [(value, source)] = offered(a_draft(beginning))
        moment = parse_moment(value)
        assert moment is not None
        assert (moment.day, source) == (date(2024, 5, 3), "dateline")

    @pytest.mark.parametrize(
        "beginning",
        [
            "LONDON, May 3 (Reuters) - The council met.",
            "新华社北京5月3日电 今天上午会议举行。",
            "On Monday, May 3, 2021. The council met again.",
            "The council met on Friday, May 3, 2024 - and again.",
            "Updated Monday, May 3, 2021 - The council met.",
        ],
    )
    def test_without_a_year_or_a_place_there_is_none(self, beginning: str) -> None:
        assert offered(a_draft(beginning)) == []

    def test_a_dateline_that_the_reader_offered_is_not_offered_twice(self) -> None:
        known = Candidate(field="published", value="3. Mai 2024", source="dateline")
        draft = replace(a_draft("KÖLN, 3. Mai 2024 (dpa) - Der Rat."), candidates=(known,))
        assert offered(draft) == []


def evidence(*paragraphs: str, language: str = "en") -> list[Evidence]:
    """Return the settled evidence of a text without a date of publication."""
    text, spans = assemble(paragraphs)
    return settle(find_evidence(text, spans, language), None)


def between(*paragraphs: str, language: str = "en") -> tuple[str, str]:
    """Return the bounds of a text as ISO dates, "None" where there is none."""
    earliest, latest = bounds(evidence(*paragraphs, language=language))
    return str(earliest), str(latest)


class TestEvidence:
    @pytest.mark.parametrize(
        ("text", "earliest"),
        [
            ("As of early 2025, about 2,500 troops were deployed.", "2025-01-01"),
            ("As of mid-2025, two bridges are open.", "2025-05-01"),
            ("As of March 2024, two bridges are open.", "2024-03-01"),
            ("As of the end of 2023, two bridges were open.", "2023-12-01"),
            ("The rule is in force (Stand: 3. Mai 2024).", "None"),  # no English
        ],
    )
    def test_the_present_of_a_text_is_not_later_than_its_publication(
        self, text: str, earliest: str
    ) -> None:
        assert between(text) == (earliest, "None")

    @pytest.mark.parametrize(
        ("language", "text"),
        [
            ("en", "He was shot near the airport on January 3, 2020."),
            ("en", "On 3 January 2020, the general was killed in a strike."),
            ("en", "She has been in office since January 3, 2020."),
            ("de", "Der General wurde am 3. Januar 2020 am Flughafen getötet."),
            ("de", "Das Gesetz gilt so (Stand: 03.01.2020)."),
            ("es", "El general fue asesinado el 3 de enero de 2020 en Bagdad."),
            ("fr", "Le général a été tué le 3 janvier 2020 à Bagdad."),
            ("pt", "O general foi morto em 3 de janeiro de 2020 em Bagdá."),
            ("it", "Il generale è stato ucciso il 3 gennaio 2020 a Baghdad."),
        ],
    )
    def test_what_a_text_tells_as_past_lies_before_its_publication(
        self, language: str, text: str
    ) -> None:
        assert between(text, language=language) == ("2020-01-03", "None")

    @pytest.mark.parametrize(
        ("language", "text"),
        [
            ("en", "The council said the bridge would be closed on 3 May 2030."),
            ("en", "He announced a summit on 3 May 2030."),
            ("en", "The vote scheduled for 3 May 2030 was postponed."),
            ("en", "The contract was extended until 3 May 2030."),
            ("en", "He wanted to leave on 3 May 2030."),
            ("en", "The 2030 games were awarded to Rome."),
            ("en", "Emissions were to fall by 2030."),
            ("de", "Der Rat beschloss, die Brücke am 3. Mai 2030 zu sperren."),
            ("es", "El consejo anunció que cerrará el puente el 3 de mayo de 2030."),
            ("fr", "Le conseil a annoncé la fermeture du pont le 3 mai 2030."),
            ("pt", "O conselho foi convocado e a ponte fechará até 3 de maio de 2030."),
            ("it", "Il consiglio ha deciso che il ponte chiuderà il 3 maggio 2030."),
            ("xx", "He was shot on January 3, 2020."),
        ],
    )
    def test_what_may_lie_ahead_says_nothing_from_below(self, language: str, text: str) -> None:
        assert between(text, language=language)[0] == "None"

    def test_what_will_happen_on_a_day_was_written_before_it(self) -> None:
        assert between("The show will open on 3 May 2024.") == ("None", "2024-05-03")
        assert between("“The show will open on 3 May 2024,” he said then.") == ("None", "None")
        assert between("Sales will end by 2030.") == ("None", "None")

    def test_earlier_this_year_and_last_year_bound_on_both_sides(self) -> None:
        assert between("On 3 March 2024, earlier this year, it rained.") == (
            "2024-03-03",
            "2024-12-31",
        )
        assert between("It rained in May 2023, last year, too.") == ("2024-01-01", "2024-12-31")

    def test_years_ago_are_counted_from_the_event_beside_them(self) -> None:
        """Rounded, or as a difference of calendar years, whichever is wider."""
        found = between("He was elected four years ago, on 3 January 2020, in Rome.")
        assert found == ("2023-07-04", "2024-12-31")

    def test_years_ago_are_counted_from_an_event_of_the_same_kind_only(self) -> None:
        """A death is retold in the next sentence; the opening of a bridge is another event."""
        ago = "The law followed the assassination of the general four years ago."
        killed = "He was killed on 3 January 2020."
        assert between(ago, killed) == ("2023-07-04", "2024-12-31")
        assert between(ago, "The bridge was opened on 3 January 2020.") == ("2020-01-03", "None")

    def test_a_wrong_weekday_makes_the_date_doubtful(self) -> None:
        [found] = evidence("He was shot on Monday, January 3, 2020.")
        assert found.conflict == "2020-01-03 was a Friday, not a Monday"
        assert bounds([found]) == (None, None)

    def test_the_seed_of_the_user_is_not_before_2025_and_its_four_years_are_a_conflict(
        self,
    ) -> None:
        """Four years after 3 January 2020 is 2024; what the text calls its present is stronger."""
        text = (SEEDS / "000_1925a3406a3489e1.txt").read_text("utf-8")
        found = evidence(*[line for line in text.split("\n") if line.strip()])
        assert [(each.rule, each.conflict is None) for each in found] == [
            ("as_of", True),
            ("years_ago", False),
            ("past_date", True),
        ]
        assert bounds(found) == (date(2025, 1, 1), None)

    def test_an_explicit_date_stands_and_what_it_contradicts_is_a_conflict(self) -> None:
        text = "He was shot on 3 January 2020."
        found = find_evidence(text, [(0, len(text))], "en")
        for written, is_sound in (("2020-01-02", True), ("2019-12-31", False), ("2020", True)):
            [settled] = settle(found, parse_moment(written))
            assert (settled.conflict is None) is is_sound

    def test_offsets_point_at_the_words(self) -> None:
        text, spans = assemble(["Nothing.", "As of early 2025, it is open."])
        [found] = find_evidence(text, spans, "en")
        assert text[found.start : found.end] == "As of early 2025"

    def test_a_paragraph_that_is_not_asked_for_gives_nothing(self) -> None:
        text = "As of early 2025, it is open."
        assert find_evidence(text, [], "en") == []

    def test_a_huge_text_takes_little_time(self) -> None:
        started = time.thread_time()
        for text in ("In 2020 it was. " * 50_000, "2 years ago killed " * 50_000, "2020" * 200_000):
            find_evidence(text, [(0, len(text))], "en")
        assert time.thread_time() - started < 5

    @given(
        st.lists(st.sampled_from(["on ", "May 3, ", "2020", "was ", "will be ", "As of ", ". A "]))
    )
    def test_sound_evidence_never_contradicts_itself(self, pieces: list[str]) -> None:
        earliest, latest = bounds(evidence("".join(pieces)))
        assert earliest is None or latest is None or earliest <= latest


@pytest.mark.parametrize(
    ("text", "first", "precision"),
    [
        ("on the 23rd of September, 2020", "2020-09-23", "day"),
        ("am 3. Mai 2020", "2020-05-03", "day"),
        ("le 1er mai 2020", "2020-05-01", "day"),
        ("el 3 de mayo de 2020", "2020-05-03", "day"),
        ("at 2020-05-03T10:00", "2020-05-03", "day"),
        ("in late 2020", "2020-09-01", "year"),
    ],
)
def test_a_date_in_running_text_is_found(text: str, first: str, precision: str) -> None:
    [found] = find_mentions(text)
    assert (str(found.first), found.precision) == (first, precision)


@pytest.mark.parametrize("text", ["$2020", "12020", "2020%", "31 June 2020", "example.org/2020"])
def test_other_numbers_are_no_dates(text: str) -> None:
    assert list(find_mentions(text)) == []


def test_a_verb_is_no_month() -> None:
    [found] = find_mentions("They may 2020 times", capital_months=True)
    assert found.precision == "year"
