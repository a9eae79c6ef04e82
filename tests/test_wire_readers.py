"""Agency formats to drafts: NITF, NewsML 1.2, NewsML-G2, IPTC 7901, ANPA 1312, Reuters-21578."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.compression import Readable
from tasks.dates import parse_moment
from tasks.readers import newsml1, newsml_g2, nitf, reuters, wire
from tasks.readers.parts import Part
from tasks.readers.sevenbit import restore_letters
from tasks.readers.wirelines import part_indented
from tasks.records import Draft, RawDocument
from tasks.sniff import ANPA, IPTC_7901, sniff
from warehouse.errors import CannotRead

SEEDS = Path(__file__).parents[1] / "seeds" / "wire"


class Format(NamedTuple):
    """How files of one format are split, and how their documents are read."""

    split: Callable[..., Iterator[Part]]
    read: Callable[[RawDocument], Draft]


FORMATS = {
    "nitf.xml": Format(nitf.split_nitf, nitf.read),
    "newsml-1.2.xml": Format(newsml1.split_newsml, newsml1.read),
    "newsml-g2-message.xml": Format(newsml_g2.split_g2, newsml_g2.read),
    "iptc7901.txt": Format(wire.split_7901, wire.read_7901),
    "anpa.txt": Format(wire.split_anpa, wire.read_anpa),
    "reuters21578.sgm": Format(reuters.split_reuters, reuters.read),
}


class Slow(io.BytesIO):
    """Gives a few bytes at a time, and breaks after `broken_at`."""

    step, broken_at = 7, 10**9

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() >= self.broken_at:
            raise CannotRead("read.corrupt", "a checksum is wrong")
        return super().read(self.step)


def parts(name: str, stream: Readable | None = None) -> list[Part]:
    stream = stream or io.BytesIO((SEEDS / name).read_bytes())
    return list(FORMATS[name].split(stream, limit=10**6))


def read(name: str, data: bytes | str | None) -> Draft:
    raw = data.encode() if isinstance(data, str) else data or b""
    return FORMATS[name].read(RawDocument(path=name, record=None, data=raw, media_type=""))


def seed(name: str, number: int = 0) -> Draft:
    return read(name, parts(name)[number].data)


def values(draft: Draft, field: str) -> list[str]:
    return [each.value for each in draft.candidates if each.field == field]


def texts(draft: Draft, kind: str = "body") -> list[str]:
    return [each.text for each in draft.paragraphs if each.kind == kind]


class TestAllFormats:
    @pytest.mark.parametrize("name", FORMATS)
    def test_every_date_can_be_understood(self, name: str) -> None:
        written = values(seed(name), "published")
        assert written
        assert parse_moment(written[0]) is not None

    @pytest.mark.parametrize("name", FORMATS)
    @given(step=st.integers(1, 90))
    def test_the_size_of_the_reads_does_not_matter(self, name: str, step: int) -> None:
        stream = Slow((SEEDS / name).read_bytes())
        stream.step = step
        found = [part.data.strip(b"\x16") for part in parts(name, stream) if part.data]
        assert found == [part.data.strip(b"\x16") for part in parts(name) if part.data]

    @pytest.mark.parametrize("name", ["newsml-g2-message.xml", "iptc7901.txt", "reuters21578.sgm"])
    def test_damage_is_the_last_part_and_names_the_byte(self, name: str) -> None:
        stream = Slow((SEEDS / name).read_bytes())
        stream.broken_at = stream.getbuffer().nbytes - 20
        *whole, last = parts(name, stream)
        assert whole[0].data == parts(name)[0].data
        assert last.rejection is not None
        assert re.search(r"a checksum is wrong; .* byte [\d,]+", last.rejection.detail)

    @pytest.mark.parametrize("name", FORMATS)
    @given(st.data())
    def test_any_cut_of_a_document_is_a_draft_or_a_rejection(
        self, name: str, data: st.DataObject
    ) -> None:
        whole = parts(name)[0].data or b""
        try:
            assert read(name, whole[: data.draw(st.integers(0, len(whole)))]).paragraphs
        except CannotRead as error:
            assert error.reason  # noqa: PT017 - either is good

    @pytest.mark.parametrize("name", FORMATS)
    def test_no_document_inside_is_said(self, name: str) -> None:
        with pytest.raises(CannotRead, match=r"read\.(unknown_xml|no_body|bad_xml)"):
            read(name, "<other>text</other>")


class TestNitf:
    def test_the_seed(self) -> None:
        draft = seed("nitf.xml")
        assert values(draft, "headline")[0] == "Ferry crews return to work after night of talks"
        assert values(draft, "byline") == ["By Ana Martínez"]
        assert values(draft, "published")[0] == "20240503T180000+0200"
        assert values(draft, "keyword") == ["ferries", "strikes", "labour"]
        assert values(draft, "copyright_holder") == ["Harbour News Service"]
        assert draft.extra["urgency"] == "4"

    def test_paragraphs_have_kinds(self) -> None:
        draft = seed("nitf.xml")
        assert texts(draft, "subhead") == ["Pay rises by four percent", "What was agreed"]
        assert texts(draft, "caption")[0] == "The first ferry leaves the harbour on Friday."
        assert texts(draft, "quote")[0] == "We are tired, and we are glad,"
        assert texts(draft, "list_item") == ["Pay rises in July.", "Night shifts end at five."]
        assert texts(draft, "table") == ["Year Ships", "2023 12"]
        assert texts(draft, "byline")[-1] == "Sam Roe in Westport contributed to this report."
        assert len(texts(draft)) == 2

    @pytest.mark.parametrize(
        "space", ["", ' xmlns="http://iptc.org/std/NITF/2006-10-18/"', ' xmlns="urn:wrong"']
    )
    def test_the_namespace_does_not_matter(self, space: str) -> None:
        draft = read(
            "nitf.xml", f"<nitf{space}><body><body.content><p>One.</p></body.content></body></nitf>"
        )
        assert texts(draft) == ["One."]

    def test_pictures_in_base64_are_no_text(self) -> None:
        packed = "<media-object encoding='base64'>AAAA</media-object>"
        media = f"<media>{packed}<media-caption>A ship</media-caption></media>"
        draft = read(
            "nitf.xml", f"<nitf><body><body.content><p>One.</p>{media}</body.content></body></nitf>"
        )
        assert [each.text for each in draft.paragraphs] == ["One.", "A ship"]

    def test_full_text_is_not_read_twice(self) -> None:
        """The New York Times Annotated Corpus has the first paragraphs in a block of their own."""
        draft = read(
            "nitf.xml",
            '<nitf><body><body.content><block class="lead_paragraph"><p>One.</p></block>'
            '<block class="full_text"><p>One.</p><p>Two.</p></block></body.content></body></nitf>',
        )
        assert texts(draft) == ["One.", "Two."]

    def test_a_cut_document_is_marked(self) -> None:
        draft = read("nitf.xml", "<nitf><body><body.content><p>One.</p><p>Two, and")
        assert (texts(draft), draft.truncated) == (["One.", "Two, and"], ("damaged_markup",))

    def test_files_of_many_are_split(self) -> None:
        one = b"<?xml version='1.0'?>\n<nitf><body.content><p>One.</p></body.content></nitf>\n"
        assert [part.record for part in parts("nitf.xml", io.BytesIO(one * 3))] == [1, 2, 3]


class TestNewsml1:
    def test_languages_are_parted(self) -> None:
        french, english = seed("newsml-1.2.xml", 0), seed("newsml-1.2.xml", 1)
        assert values(french, "headline") == ["Les équipages des ferries reprennent le travail"]
        assert values(french, "language")[0] == "fr"
        assert values(english, "headline") == ["Ferry crews return to work"]
        assert texts(english)[1].startswith("The agreement covers 310 people on eleven ships & ")

    def test_the_envelope_goes_with_each_item(self) -> None:
        draft = seed("newsml-1.2.xml", 1)
        assert values(draft, "publisher")[0] == "Agence du Port"
        assert values(draft, "published")[0] == "20240503T141500Z"
        assert values(draft, "modified") == ["20240503T142900Z"]

    def test_a_picture_is_rejected_as_one(self) -> None:
        with pytest.raises(CannotRead, match=r"read\.no_body: a NewsItem without text.*image/jpeg"):
            seed("newsml-1.2.xml", 2)

    def test_roles_tell_headline_body_and_contact(self) -> None:
        def component(role: str, text: str) -> str:
            return (
                f'<NewsComponent><Role FormalName="{role}"/><ContentItem><DataContent><html><head>'
                f"<title>x</title></head><body><p>{text}</p></body></html></DataContent>"
                "</ContentItem></NewsComponent>"
            )

        roles = {"HeadLine": "Vote", "Summary": "In short.", "Body": "One.", "Contact": "A Doe"}
        inside = "".join(component(role, text) for role, text in roles.items())
        draft = read(
            "newsml-1.2.xml",
            f"<NewsML><NewsItem><NewsComponent>{inside}</NewsComponent></NewsItem></NewsML>",
        )
        assert values(draft, "headline") == ["Vote"]
        assert values(draft, "description") == ["In short."]
        assert (texts(draft), texts(draft, "furniture")) == (["One."], ["A Doe"])

    def test_of_equivalent_formats_one_is_taken(self) -> None:
        plain = "<ContentItem><DataContent>Flat.</DataContent></ContentItem>"
        page = "<html><body><p>Rich.</p></body></html>"
        rich = f"<ContentItem><DataContent>{page}</DataContent></ContentItem>"
        draft = read(
            "newsml-1.2.xml",
            f"<NewsML><NewsItem><NewsComponent>{plain}{rich}</NewsComponent></NewsItem></NewsML>",
        )
        assert (texts(draft), draft.removed["second_body"]) == (["Rich."], 1)


class TestNewsmlG2:
    def test_the_seed(self) -> None:
        draft = seed("newsml-g2-message.xml")
        assert values(draft, "headline") == ["Ferry crews return to work after night of talks"]
        assert values(draft, "byline") == ["By Ana Martínez"]
        assert values(draft, "published")[0] == "2024-05-03T14:15:00Z"
        assert values(draft, "modified") == ["2024-05-03T16:05:00Z"]
        assert values(draft, "license") == ["Not for sale."]
        assert texts(draft)[1] == "The agreement covers 310 people on eleven ships."
        assert draft.extra["signal"] == ["correction"]

    def test_a_picture_is_rejected_with_its_class(self) -> None:
        with pytest.raises(
            CannotRead, match=r"class picture; remotecontent image/jpeg.*The first ferry"
        ):
            seed("newsml-g2-message.xml", 1)

    @pytest.mark.parametrize(
        ("name", "what"),
        [
            ("packageItem", "package"),
            ("conceptItem", "concept"),
            ("planningItem", "plan of coverage"),
        ],
    )
    def test_other_items_are_rejected_as_what_they_are(self, name: str, what: str) -> None:
        with pytest.raises(CannotRead, match=rf"read\.no_body: a {what}"):
            read("newsml-g2-message.xml", f"<{name}><itemMeta/></{name}>")

    def test_items_of_a_message_have_their_own_types(self) -> None:
        message = b"<newsMessage><itemSet><packageItem/><newsItem/></itemSet></newsMessage>"
        found = parts("newsml-g2-message.xml", io.BytesIO(message))
        assert [part.media_type for part in found] == [
            "application/vnd.iptc.g2.packageitem+xml",
            "application/vnd.iptc.g2.newsitem+xml",
        ]

    @pytest.mark.parametrize(
        "content",
        [
            '<inlineData contenttype="text/plain">One.\n\nTwo.</inlineData>',
            '<inlineData contenttype="text/html">&lt;p>One.&lt;/p>&lt;p>Two.&lt;/p></inlineData>',
            '<inlineData contenttype="text/plain" encoding="ebase64">T25lLgoKVHdvLg==</inlineData>',
            "<inlineXML><p>One.</p><p>Two.</p></inlineXML>",
            "<inlineXML><nitf><body.content><p>One.</p><p>Two.</p></body.content></nitf></inlineXML>",
        ],
    )
    def test_all_kinds_of_inline_text_are_read(self, content: str) -> None:
        draft = read(
            "newsml-g2-message.xml", f"<newsItem><contentSet>{content}</contentSet></newsItem>"
        )
        assert texts(draft) == ["One.", "Two."]

    def test_a_canceled_item_says_so(self) -> None:
        with pytest.raises(CannotRead, match="class text; status canceled; no content"):
            read(
                "newsml-g2-message.xml",
                '<newsItem><itemMeta><itemClass qcode="ninat:text"/>'
                '<pubStatus qcode="stat:canceled"/>'
                "</itemMeta></newsItem>",
            )


class TestIptc7901:
    def test_the_german_message(self) -> None:
        draft = seed("iptc7901.txt")
        headline = "Fähren vor Portsea fahren wieder - Einigung nach einer langen Nacht"
        assert values(draft, "headline") == [headline]
        assert values(draft, "keyword") == ["Schifffahrt", "Tarife"]
        assert len(texts(draft)) == 2
        assert texts(draft)[1].endswith("den Anlass des neun Tage langen Streiks.")
        assert draft.extra["category"] == "wi"

    def test_the_english_message(self) -> None:
        draft = seed("iptc7901.txt", 1)
        assert values(draft, "headline") == ["Roe wins the Portsea regatta for the third time"]
        assert draft.extra["slugline"] == "BC-SAILING-PORTSEA"
        assert len(texts(draft)) == 2

    @pytest.mark.parametrize(
        ("tail", "wanted"),
        [
            ("031605 GMT MAY 24", ["2024-05-03 16:05:00+00:00"]),
            ("031605 mai 98", ["1998-05-03 16:05:00+00:00"]),
            ("031605", []),
            ("031605 GMT", []),
            ("991605 GMT MAY 24", []),
        ],
    )
    def test_only_a_whole_day_time_group_is_a_date(self, tail: str, wanted: list[str]) -> None:
        message = f"\x01abc0001 4 pol 10\r\n\x02\r\nTitle =\r\n   One.\r\n\x03\r\n{tail}\r\n"
        moments = [
            parse_moment(each) for each in values(read("iptc7901.txt", message), "published")
        ]
        assert [str(moment.at) for moment in moments if moment] == wanted

    def test_seven_bit_letters_come_back(self) -> None:
        message = (
            "\x01abc0001 4 pl 10\r\n\x02\r\nF{hre =\r\n   Sie f{hrt f}r alle }ber den Flu~.\r\n\x03"
        )
        draft = read("iptc7901.txt", message)
        assert (texts(draft), draft.encoding) == (
            ["Sie fährt für alle über den Fluß."],
            "iso646-de",
        )

    def test_a_message_without_end_is_marked(self) -> None:
        message = "\x01abc0001 4 pol 10\r\n\x02\r\nTitle =\r\n   One, and"
        assert read("iptc7901.txt", message).truncated == ("no_end_of_text",)

    def test_a_message_of_a_header_alone_has_no_body(self) -> None:
        with pytest.raises(CannotRead, match=r"read\.no_body: no STX"):
            read("iptc7901.txt", "\x01abc0001 4 pol 10\r\n")


class TestAnpa:
    def test_the_seed(self) -> None:
        draft = seed("anpa.txt")
        assert values(draft, "headline") == ["Ferry Crews Return To Work After Nine Days"]
        assert values(draft, "byline") == ["By ANN WRITER"]
        assert values(draft, "published") == ["1994-09-12 12:34 EDT"]
        assert texts(draft)[0].startswith(
            "PORTSEA, Ore. (HN) _ Ferry crews returned to work Monday"
        )
        assert len(texts(draft)) == 2
        assert draft.extra["slugline"] == "BC-Ferry-Strike"

    def test_marks_of_typesetting_are_removed(self) -> None:
        text = "".join(each.text for each in seed("anpa.txt").paragraphs)
        assert not {*"^<\x11\x13\x14"} & {*text}

    def test_files_of_many_are_split(self) -> None:
        data = (SEEDS / "anpa.txt").read_bytes()
        assert [part.record for part in parts("anpa.txt", io.BytesIO(data * 3))] == [1, 2, 3]


class TestSignatures:
    @pytest.mark.parametrize("name", ["iptc7901.txt", "anpa.txt"])
    def test_each_file_has_one_signature(self, name: str) -> None:
        head = (SEEDS / name).read_bytes()
        assert sniff(head, name) == {"iptc7901.txt": IPTC_7901, "anpa.txt": ANPA}[name]

    @pytest.mark.parametrize(
        "head",
        [
            b"abc0001 4 pol 10\r\n",
            b"\x01\x02\x03\x04",
            b"\x01 plain text",
            b"ZCZC\r\nplain",
            b"\x16A",
        ],
    )
    def test_other_bytes_have_none(self, head: bytes) -> None:
        assert sniff(head, "a.txt") not in (IPTC_7901, ANPA)


class TestReuters:
    def test_the_seed(self) -> None:
        draft = seed("reuters21578.sgm")
        assert values(draft, "headline") == ["PORTSEA FERRIES <PFL.L> BUYS TWO SHIPS"]
        assert values(draft, "keyword") == ["ship", "acq"]
        assert draft.extra["places"] == ["uk"]
        assert texts(draft)[0].startswith("PORTSEA, Feb 26 - Portsea Ferries Plc said it would buy")
        assert len(texts(draft)) == 2
        assert texts(draft, "furniture") == ["Reuter"]

    def test_a_brief_is_a_headline_without_body(self) -> None:
        with pytest.raises(CannotRead, match=r"read\.no_body: a text of type BRIEF .*TWO SHIPS"):
            seed("reuters21578.sgm", 1)

    def test_an_unprocessed_text_keeps_its_lines(self) -> None:
        assert texts(seed("reuters21578.sgm", 2))[2:4] == ["Shr 34p vs 19p", "Div 5p vs 4p"]

    def test_an_impossible_date_is_kept_as_written(self) -> None:
        draft = read(
            "reuters21578.sgm", "<REUTERS><DATE>31-MAR-1987 605:12:19</DATE><TEXT><BODY>One.</BODY>"
        )
        assert values(draft, "published") == ["31-MAR-1987 605:12:19"]


class TestLines:
    def test_indented_lines_begin_paragraphs(self) -> None:
        one = "   One goes on over the end of\nthe line and ends.\n"
        text = f"{one}   Two is short\nas well, and ends."
        assert part_indented(text).split("\n\n") == [
            "One goes on over the end of the line and ends.",
            "Two is short",
            "as well, and ends.",
        ]

    def test_tables_keep_their_lines(self) -> None:
        table = "A Town     2\nB Town     1\n"
        text = f"   Results of the day follow here:\n{table}   The rest came later in it."
        assert "A Town     2\n\nB Town     1" in part_indented(text)

    def test_text_without_indentation_is_left_alone(self) -> None:
        assert part_indented("One.\n\nTwo.") == "One.\n\nTwo."


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("han {r h{r fr}n idag och {ven p} kv{llen", "iso646-se"),
        ("det var v{re barn, og de er her ogs} p} s|ndag", "iso646-no"),
        ("il a {t{ nomm{ pr{sident apr}s le vote", "iso646-fr"),
        ("in C one writes {a|b} and x[~i] }", None),
        ("plain words only", None),
    ],
)
def test_national_letters_are_told_by_common_words(text: str, wanted: str | None) -> None:
    assert restore_letters(text)[1] == wanted
