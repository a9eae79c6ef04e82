"""DOCX, ODT and PDF: text with its kinds, and documents that try to do harm."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.readers import pdf
from tasks.readers.office import read_docx, read_odt
from tasks.readers.pdf_lines import Line, paragraphs_of, without_running_lines
from tasks.records import Draft, RawDocument
from warehouse.errors import CannotRead

SEEDS = Path(__file__).parents[1] / "seeds" / "office"
HEADLINE = "Ropeway to Hohenfels closes for six weeks"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
READERS: dict[str, Callable[[RawDocument], Draft]] = {
    "ropeway.docx": read_docx,
    "ropeway.odt": read_odt,
    "ropeway.pdf": pdf.read,
}


def a_document(data: bytes) -> RawDocument:
    return RawDocument(path="a", record=None, data=data, media_type="application/x")


def a_docx(body: str, *others: tuple[str, str], head: str = "") -> bytes:
    """Write the members of a Word document that matter here."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml", f"{head}<w:document {W}><w:body>{body}</w:body></w:document>"
        )
        for name, data in others:
            archive.writestr(name, data)
    return buffer.getvalue()


def a_paragraph(words: str, style: str = "", more: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{words}</w:t></w:r>{more}</w:p>"


PROSE = a_paragraph("The council met on Tuesday.") + a_paragraph("It voted to close the bridge.")


def shown(draft: Draft) -> list[tuple[str, str]]:
    return [(each.kind, each.text) for each in draft.paragraphs]


def headlines(draft: Draft) -> list[str]:
    return [each.value for each in draft.candidates if each.field == "headline"]


class TestSeeds:
    @pytest.mark.parametrize("name", ["ropeway.docx", "ropeway.odt"])
    def test_what_libreoffice_wrote_is_read_with_its_kinds(self, name: str) -> None:
        draft = READERS[name](a_document((SEEDS / name).read_bytes()))

        assert headlines(draft)[0] == HEADLINE
        assert [kind for kind, _ in shown(draft)] == [
            *("byline", "body", "body", "subhead", "body"),
            *("list_item", "list_item", "table", "table"),
        ]
        assert shown(draft)[-1][1] == "Last bus | 5.40 p.m."

    def test_the_lines_of_a_pdf_are_paragraphs_again(self) -> None:
        draft = pdf.read(a_document((SEEDS / "ropeway.pdf").read_bytes()))
        docx = read_docx(a_document((SEEDS / "ropeway.docx").read_bytes()))
        prose = [words for kind, words in shown(docx) if kind in ("body", "subhead")]

        assert headlines(draft)[0] == HEADLINE
        assert [words for kind, words in shown(draft) if kind == "body"][:4] == prose

    @pytest.mark.parametrize("name", READERS)
    def test_damage_is_a_rejection_or_less_text(self, name: str) -> None:
        """Bytes are changed and the end is cut off; nothing but CannotRead comes out."""
        whole = (SEEDS / name).read_bytes()
        chance = random.Random(7)
        for _ in range(25):
            data = bytearray(whole)
            for _ in range(chance.choice((1, 5, 50))):
                data[chance.randrange(len(data))] = chance.randrange(256)
            del data[chance.choice((len(data), chance.randrange(len(data)))) :]
            try:
                draft = READERS[name](a_document(bytes(data)))
            except CannotRead:
                continue
            assert draft.paragraphs


class TestDocx:
    def test_styles_are_known_by_their_english_names(self) -> None:
        """Their ids are in the language of Word."""
        styles = (
            f'<w:styles {W}><w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>'
            '<w:style w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style></w:styles>'
        )
        body = a_paragraph("Bridge to close", "Titel") + PROSE + a_paragraph("Roads", "berschrift2")

        draft = read_docx(a_document(a_docx(body, ("word/styles.xml", styles))))

        assert headlines(draft) == ["Bridge to close"]
        assert shown(draft)[-1] == ("subhead", "Roads")

    def test_without_a_title_the_rules_for_text_find_it(self) -> None:
        draft = read_docx(a_document(a_docx(a_paragraph("Bridge to close") + PROSE)))

        assert headlines(draft) == ["Bridge to close"]

    def test_deleted_and_doubled_text_is_left_out(self) -> None:
        """Tracked changes, field codes, and the old version of a text box."""
        more = (
            "<w:del><w:r><w:delText>gone</w:delText><w:t>gone</w:t></w:r></w:del>"
            "<w:r><w:instrText>PAGE</w:instrText></w:r>"
            f'<mc:Fallback xmlns:mc="x">{a_paragraph("again")}</mc:Fallback>'
            "<w:r><w:br/><w:t>and</w:t><w:tab/><w:t>on</w:t></w:r>"
        )

        draft = read_docx(a_document(a_docx(a_paragraph("One", more=more) + PROSE)))

        assert "One and on" in " ".join((*headlines(draft), *(words for _, words in shown(draft))))
        assert "gone" not in str(draft)
        assert "again" not in str(draft)
        assert "PAGE" not in str(draft)

    def test_a_table_for_layout_is_text(self) -> None:
        table = f"<w:tbl><w:tr><w:tc>{PROSE}</w:tc></w:tr></w:tbl>"

        assert {kind for kind, _ in shown(read_docx(a_document(a_docx(table))))} == {"body"}

    def test_properties_are_kept_and_are_no_dates_of_publication(self) -> None:
        core = "<p><title>Template</title><creator>user1</creator><created>2001-01-01</created></p>"
        draft = read_docx(a_document(a_docx(PROSE, ("docProps/core.xml", core))))

        assert draft.extra == {"properties": {"creator": "user1", "created": "2001-01-01"}}
        assert {each.field for each in draft.candidates} == {"headline"}

    def test_entities_are_not_expanded(self) -> None:
        laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'

        with pytest.raises(CannotRead, match="entit"):
            read_docx(a_document(a_docx(a_paragraph("&b;") + PROSE, head=laughs)))

    def test_a_bomb_is_refused(self) -> None:
        data = a_docx(a_paragraph(" " * 30_000_000) + PROSE)

        with pytest.raises(CannotRead, match=r"read\.bomb"):
            read_docx(a_document(data))

    def test_a_document_without_text_says_so(self) -> None:
        with pytest.raises(CannotRead, match=r"read\.no_body"):
            read_docx(a_document(a_docx("<w:p/>")))

    def test_another_archive_says_what_is_missing(self) -> None:
        with pytest.raises(CannotRead, match=r"no content\.xml"):
            read_odt(a_document(a_docx(PROSE)))


def a_pdf(content: str, *, resources: str = "", forms: tuple[str, ...] = ()) -> bytes:
    """Write a PDF of one page by hand; the first of `forms` is object 6."""
    font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
        f"/Resources<</Font<</F 5 0 R>>{resources}>>>>",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        font,
        *forms,
    ]
    out = "%PDF-1.4\n"
    offsets = []
    for number, each in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{each}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = f"trailer<</Root 1 0 R/Size {size}>>\nstartxref\n{len(out)}\n%%EOF"
    return f"{out}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode("latin-1")


class TestPdf:
    def test_a_scanned_page_says_that_it_has_no_text(self) -> None:
        with pytest.raises(CannotRead, match="scanned") as caught:
            pdf.read(a_document(a_pdf("0 0 10 10 re f")))
        assert caught.value.reason == "read.no_text"

    def test_what_is_no_pdf_inside_says_so(self) -> None:
        with pytest.raises(CannotRead, match=r"read\.corrupt"):
            pdf.read(a_document(b"%PDF-1.4\nnothing"))

    def test_text_of_a_hand_made_page_is_read(self) -> None:
        lines = "BT /F 12 Tf 72 700 Td (The council met on Tuesday) Tj 0 -14 Td (and voted.) Tj ET"

        draft = pdf.read(a_document(a_pdf(lines)))

        assert shown(draft) == [("body", "The council met on Tuesday and voted.")]

    def test_forms_that_draw_each_other_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Five of each level would be ten million at the tenth."""
        monkeypatch.setattr(pdf, "_MOST_OPERATORS", 2000)
        form = "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]{}/Length {}>>stream\n{}\nendstream"
        forms = []
        for number in range(7, 17):
            inner = f"/Resources<</XObject<</X {number} 0 R>>>>" if number < 16 else ""
            body = "/X Do " * 5 if number < 16 else "BT (a) Tj ET"
            forms.append(form.format(inner, len(body), body))
        data = a_pdf("/X Do", resources="/XObject<</X 6 0 R>>", forms=tuple(forms))

        with pytest.raises(CannotRead, match=r"read\.too_complex"):
            pdf.read(a_document(data))


def lines(*places: tuple[str, float], left: float = 72) -> list[Line]:
    return [Line(words, left, height) for words, height in places]


class TestLinesOfPdf:
    def test_a_wider_gap_begins_a_paragraph(self) -> None:
        page = lines(
            ("One line", 700), ("goes on.", 686), ("Two", 660), ("lines", 646), ("end", 632)
        )

        assert paragraphs_of([page]) == ["One line goes on.", "Two lines end"]

    def test_a_first_line_set_in_begins_a_paragraph(self) -> None:
        page = lines(("One line", 700), ("goes on.", 686))
        page += [Line("Two", 90, 672), *lines(("lines", 658), ("end", 644))]

        assert paragraphs_of([page]) == ["One line goes on.", "Two lines end"]

    def test_a_paragraph_goes_on_in_the_next_column(self) -> None:
        page = lines(("A sentence that", 114), ("goes on", 100))
        page += [*lines(("up here.", 700), ("Then", 660), left=300)]

        assert paragraphs_of([page])[0] == "A sentence that goes on up here."

    def test_running_heads_and_page_numbers_are_left_out(self) -> None:
        words = [
            [f"Text {chr(97 + page)}{chr(97 + line)}" for line in range(9)] for page in range(3)
        ]
        pages = [
            lines(("The Courier", 780), *((each, 700) for each in page), (f"Page {number}", 20))
            for number, page in enumerate(words)
        ]

        kept, left_out = without_running_lines(pages)

        assert left_out == 6
        assert [line.text for line in kept[0]] == words[0]
