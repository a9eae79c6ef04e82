"""Mails, mailboxes and saved pages: the text and its fields, and no mail that breaks the reader."""

from __future__ import annotations

import base64
import binascii
import contextlib
import io
import mailbox
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.readers import mail, mhtml
from tasks.readers.mbox import split_mbox
from tasks.readers.mime import decode_words, leaves, parse_message
from tasks.readers.parts import Part
from tasks.records import Draft, RawDocument
from warehouse.errors import CannotRead

SEEDS = Path(__file__).parents[1] / "seeds" / "mail"
PROSE = (
    "The county council met on Tuesday and voted to close the bridge until the month is over.",
    "Nobody in the town had been asked, said the mayor, who learned of it from the newspaper.",
    "The bridge was built in 1911 and has carried a tramway, a railway and now a road.",
)
BODY = "\n\n".join(PROSE)
PAGE = "<html><body>" + "".join(f"<p>{each}</p>" for each in PROSE) + "</body></html>"


def a_document(data: bytes) -> RawDocument:
    return RawDocument(path="a.eml", record=None, data=data, media_type="message/rfc822")


def a_mail(body: str = BODY, **headers: str) -> EmailMessage:
    """Make a mail; underscores in the names of headers stand for hyphens."""
    message = EmailMessage()
    for name, value in {
        "Subject": "The bridge",
        "From": "Ann Lee <a@b.example>",
        **headers,
    }.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return message


def read(message: EmailMessage | bytes) -> Draft:
    data = message if isinstance(message, bytes) else bytes(message)
    return mail.read(a_document(data))


def texts(draft: Draft, kind: str = "body") -> tuple[str, ...]:
    return tuple(each.text for each in draft.paragraphs if each.kind == kind)


def best(draft: Draft, field: str) -> str | None:
    return next((each.value for each in draft.candidates if each.field == field), None)


class TestFields:
    def test_headers_become_fields(self) -> None:
        draft = read(a_mail(Date="Mon, 03 Jun 2024 08:15:00 +0200"))

        assert best(draft, "headline") == "The bridge"
        assert best(draft, "author") == "Ann Lee"
        assert best(draft, "published") == "Mon, 03 Jun 2024 08:15:00 +0200"
        assert best(draft, "publisher") is None

    @pytest.mark.parametrize(
        "subject",
        ["Fwd: The bridge", "RE: Fw: The bridge", "AW: WG: The bridge", "Re[2]: The bridge"],
    )
    def test_marks_of_forwarding_are_no_part_of_the_headline(self, subject: str) -> None:
        assert best(read(a_mail(Subject=subject)), "headline") == "The bridge"

    @pytest.mark.parametrize(
        ("sender", "author"),
        [
            ("'Ann Lee' via Press List <list@b.example>", "Ann Lee"),
            ('"Lee, Ann" <a@b.example>', "Lee, Ann"),
            ("a@b.example (Ann Lee)", "Ann Lee"),
            ("a@b.example", None),
            ('"a@b.example" <a@b.example>', None),
        ],
    )
    def test_the_name_of_the_sender_is_the_author(self, sender: str, author: str | None) -> None:
        data = b"From: " + sender.encode() + b"\nSubject: The bridge\n\n" + BODY.encode()

        assert best(read(data), "author") == author

    def test_a_sender_that_is_no_person_is_the_publisher_too(self) -> None:
        draft = read(a_mail(From="Reuters <a@b.example>"))

        assert best(draft, "publisher") == best(draft, "author") == "Reuters"

    @pytest.mark.parametrize(
        ("raw", "text"),
        [
            ("=?utf-8?Q?Stra=C3=9Fe?=", "Straße"),
            ("=?iso-8859-1?B?U3RyYd9l?= =?utf-8?q?n?=", "Straßen"),
            ("=?utf-8?Q?Stra=C3?= =?utf-8?Q?=9Fe?=", "Straße"),
            ("=?utf-8?B?U3RyYcOfZQ?=", "Straße"),
            ("=?x-nothing?Q?Stra=DFe?=", "=?x-nothing?Q?Stra=DFe?="),
            ("no word", "no word"),
        ],
    )
    def test_encoded_words_are_decoded_as_far_as_they_can(self, raw: str, text: str) -> None:
        """A character over two words and a missing padding are usual faults."""
        assert decode_words(raw) == text

    @pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
    def test_a_subject_of_raw_bytes_is_read(self, charset: str) -> None:
        subject = "Subject: Café über der Straße geschlossen\n\n".encode(charset)

        assert best(read(subject + BODY.encode()), "headline") == "Café über der Straße geschlossen"


class TestText:
    def test_plain_text_is_read_and_its_first_line_stays(self) -> None:
        """The subject is the headline; what looks like one in the text is a subhead."""
        draft = read(a_mail(f"Bridge closed\n\n{BODY}"))

        assert texts(draft) == PROSE
        assert texts(draft, "subhead") == ("Bridge closed",)

    def test_a_first_line_that_is_the_subject_is_left_out(self) -> None:
        assert texts(read(a_mail(f"The bridge\n\n{BODY}")), "subhead") == ()

    @pytest.mark.parametrize(
        ("delsp", "sent"),
        [("no", "half of \nit"), ("yes", "half of  \nit"), ("yes", "half o \nf it")],
    )
    def test_flowed_lines_are_joined(self, delsp: str, sent: str) -> None:
        """RFC 3676: a blank at the end of a line says that it goes on; DelSp takes it away."""
        head = f"Content-Type: text/plain; format=flowed; delsp={delsp}\n\n"

        assert texts(read(f"{head}We know {sent} today.\n\n{BODY}".encode()))[0] == (
            "We know half of it today."
        )

    def test_html_is_preferred_to_its_plain_version(self) -> None:
        message = a_mail("See the web page.")
        message.add_alternative(PAGE, subtype="html")

        assert texts(read(message)) == PROSE

    def test_html_that_is_no_article_for_the_reader_of_pages_gives_its_blocks(self) -> None:
        message = a_mail()
        message.set_content("<div>Short and well.</div>", subtype="html")

        assert texts(read(message)) == ("Short and well.",)

    def test_a_page_without_a_label_is_a_page(self) -> None:
        assert texts(read(b"Subject: x\n\n" + PAGE.encode())) == PROSE

    def test_signatures_and_footers_are_furniture(self) -> None:
        draft = read(
            a_mail(f"{BODY}\n\nUnsubscribe from this list\n\n-- \nAnn Lee\nPress office\n")
        )

        assert texts(draft) == PROSE
        assert texts(draft, "furniture") == (
            "Unsubscribe from this list",
            "Ann Lee",
            "Press office",
        )

    def test_a_wrong_charset_is_seen_through(self) -> None:
        head = b"Content-Type: text/plain; charset=us-ascii\n\n"

        assert texts(read(head + "Größer als früher, sagte er.\n\nSo ist es.".encode()))[0] == (
            "Größer als früher, sagte er."
        )

    def test_pieces_around_pictures_are_one_text(self) -> None:
        """Apple Mail parts a text where a picture stands."""
        message = a_mail(PROSE[0])
        message.add_attachment(b"GIF", maintype="image", subtype="gif", disposition="inline")
        message.add_attachment(PROSE[1], disposition="inline")

        assert texts(read(message)) == PROSE[:2]


class TestAttachments:
    def test_attachments_are_named(self) -> None:
        message = a_mail()
        message.add_attachment(
            b"%PDF", maintype="application", subtype="pdf", filename="Zürich.pdf"
        )

        assert read(message).extra["attachments"] == [
            {"name": "Zürich.pdf", "media_type": "application/pdf", "bytes": 4}
        ]

    def test_a_mail_without_text_says_what_it_holds(self) -> None:
        message = EmailMessage()
        message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")

        with pytest.raises(CannotRead, match=r"'a.pdf' \(application/pdf, 4 bytes") as caught:
            read(message)
        assert caught.value.reason == "read.no_body"

    def test_a_mail_that_is_only_sent_on_is_read(self) -> None:
        outer = a_mail("FYI", Subject="Fwd: look")
        outer.add_attachment(a_mail())

        draft = read(outer)

        assert best(draft, "headline") == "The bridge"
        assert texts(draft) == PROSE
        assert draft.removed["forwarding_note"] == 1

    def test_a_mail_attached_to_a_text_is_named_by_its_subject(self) -> None:
        outer = a_mail(BODY * 2, Subject="News")
        outer.add_attachment(a_mail())

        draft = read(outer)

        assert best(draft, "headline") == "News"
        assert "'name': 'The bridge'" in str(draft.extra["attachments"])


def a_multipart(*parts: str, boundary: str = "x", head: str = "") -> bytes:
    """Write a multipart by hand, as no library would."""
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return f'{head}Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n{body}'.encode()


PIECES = [
    *(b"\n", b"\r\n", b"--x", b"--", b"Content-Type: multipart/mixed; boundary=x\n"),
    *(b"Content-Type: message/rfc822\n", b"Content-Transfer-Encoding: base64\n"),
    *(b"Content-Type: text/plain; charset*=\0'x'%ff\n", b"Subject: =?utf-8?b?=\n"),
    *(b"From: <<>>\n", b"text of a mail. ", b"\xff\xfe\x00", b"=?x?q?=FF?="),
]


class TestBrokenMime:
    def test_a_multipart_without_its_end_is_read(self) -> None:
        data = a_multipart(f"Content-Type: text/plain\r\n\r\n{BODY}")

        assert texts(read(data)) == PROSE

    @pytest.mark.parametrize("declared", [b'boundary="y"', b"boundary=", b""])
    def test_a_missing_or_wrong_boundary_is_found(self, declared: bytes) -> None:
        data = a_multipart(f"Content-Type: text/plain\r\n\r\n{BODY}")

        assert texts(read(data.replace(b'boundary="x"', declared))) == PROSE

    def test_a_boundary_may_begin_with_another(self) -> None:
        """Mailers count them: part_1, part_12."""
        inner = a_multipart(f"\r\n{PROSE[0]}", f"\r\n{PROSE[1]}", boundary="x1").decode()

        assert texts(read(a_multipart(inner, f"\r\n{PROSE[2]}"))) == PROSE

    def test_nesting_has_an_end(self) -> None:
        data = f"Content-Type: text/plain\r\n\r\n{BODY}".encode()
        for number in range(200):
            data = a_multipart(data.decode(), boundary=f"b{number}")

        assert len(list(leaves(parse_message(data)))) == 1

    def test_cut_base64_gives_what_is_there(self) -> None:
        packed = base64.encodebytes(BODY.encode()).decode()[:-30]
        head = "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"

        assert texts(read((head + packed).encode()))[:2] == PROSE[:2]

    def test_uuencode_is_read(self) -> None:
        """Of mails before MIME."""
        head = b"Content-Type: text/plain\nContent-Transfer-Encoding: x-uuencode\n\n"
        line = binascii.b2a_uu(b"The bridge is closed today.")

        assert texts(read(head + b"begin 644 a.txt\n" + line + b"`\nend\n")) == (
            "The bridge is closed today.",
        )

    @settings(max_examples=150, deadline=None)
    @given(st.lists(st.sampled_from(PIECES), max_size=30))
    def test_nothing_but_a_rejection_is_raised(self, pieces: list[bytes]) -> None:
        for reader in (mail.read, mhtml.read):
            with contextlib.suppress(CannotRead):
                assert reader(a_document(b"".join(pieces))).paragraphs


def split(data: bytes, *, limit: int = 10**6) -> list[Part]:
    return list(split_mbox(io.BytesIO(data), limit=limit))


def subjects(parts: Sequence[Part]) -> list[str]:
    return [parse_message(part.data or b"").header("Subject") for part in parts]


class TestMbox:
    def test_what_pythons_mailbox_writes_comes_out(self, tmp_path: Path) -> None:
        """Also a line of a text that begins with "From ", which it escapes."""
        box = mailbox.mbox(tmp_path / "box")
        for number in range(3):
            box.add(a_mail(f"{BODY}\n\nFrom here to 2024 it is far.", Subject=f"No {number}"))
        box.close()

        parts = split((tmp_path / "box").read_bytes())

        assert subjects(parts) == ["No 0", "No 1", "No 2"]
        assert b"\nFrom here to" in (parts[0].data or b"")
        assert {part.media_type for part in parts} == {"message/rfc822"}

    @settings(max_examples=25, deadline=None)
    @given(size=st.integers(1, 900), count=st.integers(1, 4))
    def test_chunks_do_not_matter(self, size: int, count: int) -> None:
        """A line that begins a mail may be cut anywhere."""
        one = b"From a@b.example Mon Jun  3 08:00:00 2024\nSubject: x\n\ntext\n\n"

        class Drip(io.BytesIO):
            def read(self, _: int | None = -1, /) -> bytes:
                return super().read(size)

        assert len(list(split_mbox(Drip(one * count), limit=1000))) == count

    def test_a_sentence_does_not_begin_a_mail(self) -> None:
        data = b"From a 2024\nSubject: x\n\nFrom 2019 to 2024\nnobody came.\n\nFrom now on: no.\n"

        assert len(split(data)) == 1

    def test_a_mail_beyond_the_limit_is_told_and_the_next_one_read(self) -> None:
        head = b"From a@b Mon Jun  3 08:00:00 2024\nSubject: x\n\n"

        parts = split(head + b"a" * 5000 + b"\n\n" + head + b"b", limit=1000)

        assert [part.rejection.reason if part.rejection else "" for part in parts] == [
            "read.too_large",
            "",
        ]

    def test_where_a_damaged_box_breaks_is_said(self) -> None:
        class Broken(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                if data := super().read(size):
                    return data
                raise CannotRead("read.truncated", "gzip ends early")

        one = b"From a@b Mon Jun  3 08:00:00 2024\nSubject: x\n\ntext\n\n"
        first, last = split_mbox(Broken(one * 2), limit=1000)

        assert first.data
        assert last.rejection
        assert last.rejection.reason == "read.truncated"
        assert f"byte {2 * len(one):,} of the mailbox" in last.rejection.detail

    def test_the_seed_of_pythons_mailbox(self) -> None:
        parts = split((SEEDS / "press-office.mbox").read_bytes())
        drafts = [read(part.data or b"") for part in parts]

        assert [best(draft, "headline") for draft in drafts] == [
            "Dredging of the outer harbour begins on 10 June",
            "Swimming allowed again at Sandvik beach",
            "Fernwärme: Straßen am Südufer gesperrt",
        ]
        assert [len(texts(draft)) for draft in drafts] == [2, 2, 2]


class TestSavedPages:
    def test_the_seed_of_chromium(self) -> None:
        data = (SEEDS / "glasshouse.mhtml").read_bytes()

        draft = mhtml.read(a_document(data))

        assert best(draft, "url") == "http://herald.example.com/news/2024/glasshouse.html"
        assert best(draft, "headline") == "Glasshouse at Kilbrae opens again after the hailstorm"
        assert len(texts(draft)) == 4
        assert draft.extra["saved_at"]

    def test_the_time_of_saving_is_no_date_of_publication(self) -> None:
        draft = mhtml.read(a_document((SEEDS / "glasshouse.mhtml").read_bytes()))

        assert best(draft, "published") is None

    def test_the_start_is_read_and_not_a_frame_before_it(self) -> None:
        data = a_saved_page(start="<b>", first="<html><p>An advertisement, in a frame.</p></html>")

        assert texts(mhtml.read(a_document(data))) == PROSE

    def test_where_the_page_is_a_set_of_frames_a_frame_is_read(self) -> None:
        data = a_saved_page(start="<a>", first="<html><frameset><frame src=b></frameset></html>")

        assert texts(mhtml.read(a_document(data))) == PROSE

    def test_a_cut_file_is_read_as_far_as_it_goes(self) -> None:
        data = a_saved_page(start="<b>", first="<html></html>")

        assert texts(mhtml.read(a_document(data[: data.rfind(b"railway")])))[:2] == PROSE[:2]

    def test_a_mail_with_pictures_is_a_mail(self) -> None:
        """It has the media type of saved pages."""
        message = a_mail(To="c@d.example")
        message.set_content(PAGE, subtype="html")
        message.add_related(b"GIF", maintype="image", subtype="gif", cid="<1>")

        assert best(mhtml.read(a_document(bytes(message))), "author") == "Ann Lee"

    def test_a_file_without_a_page_says_what_it_holds(self) -> None:
        data = b"Content-Type: multipart/related; boundary=x\n\n--x\nContent-Type: image/png\n\nx"

        with pytest.raises(CannotRead, match=r"no page among 1 parts \(image/png"):
            mhtml.read(a_document(data))


def a_saved_page(*, start: str, first: str) -> bytes:
    """A page of two parts, the second of them PAGE in quoted-printable."""
    page = PAGE.replace("=", "=3D").replace("bridge", "bri=\r\ndge")
    parts = "".join(
        f"--x\r\nContent-Type: text/html\r\nContent-ID: <{name}>\r\n"
        f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{data}\r\n"
        for name, data in (("a", first), ("b", page))
    )
    head = f'Content-Type: multipart/related; type="text/html"; boundary="x"; start="{start}"\r\n'
    return f"From: <Saved>\r\nMIME-Version: 1.0\r\n{head}\r\n{parts}--x--\r\n".encode()


def test_the_seed_of_pythons_email_package() -> None:
    draft = read((SEEDS / "newsletter.eml").read_bytes())

    assert best(draft, "headline") == "Fergen går igjen fra mandag – nytt fra Fjordby"
    assert best(draft, "published") == "Thu, 16 May 2024 06:30:00 +0200"
    assert len(texts(draft)) == 4
    assert "rutetider-høst.pdf" in str(draft.extra["attachments"])


def test_a_long_quotation_below_a_signature_takes_no_time() -> None:
    """The pattern of a signature must not try every way to count lines."""
    data = (
        "From: a@b.example\nSubject: Fog\n\nThe fog is thick today, they say.\n\n-- \n"
        + "> x\n" * 200
    )

    draft = mail.read(
        RawDocument(path="x", record=None, data=data.encode(), media_type="message/rfc822")
    )

    assert draft.paragraphs
