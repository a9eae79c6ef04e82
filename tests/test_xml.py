"""XML to trees: what is refused, what is mended, and what an unknown dialect becomes."""

from __future__ import annotations

import contextlib
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.readers import xml
from tasks.readers.cutter import Cuts, cut
from tasks.readers.parts import Part
from tasks.readers.xmltree import Xml, parse_xml, plain_names, text_of
from tasks.records import Draft, RawDocument
from warehouse.errors import CannotRead


def tree(text: str | bytes) -> Xml:
    return parse_xml(text if isinstance(text, bytes) else text.encode())


def words(text: str | bytes) -> str:
    return text_of(tree(text).root)


def read(text: str) -> Draft:
    data = text.encode()
    return xml.read(RawDocument(path="a", record=None, data=data, media_type="application/xml"))


def value(draft: Draft, field: str) -> str:
    return next(each.value for each in draft.candidates if each.field == field)


LAUGHS = """<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;"><!ENTITY n "&m;&m;&m;&m;">]>"""


class TestEntities:
    def test_a_billion_laughs_are_refused(self) -> None:
        with pytest.raises(CannotRead, match=r"read\.entities: &n; is declared by other entities"):
            tree(LAUGHS + "<a>&n;</a>")

    def test_they_are_refused_in_attributes_too(self) -> None:
        with pytest.raises(CannotRead, match=r"read\.entities"):
            tree(LAUGHS + "<a title='&n;'/>")

    def test_a_second_doctype_hides_nothing(self) -> None:
        with pytest.raises(CannotRead, match=r"read\.entities"):
            tree("<!DOCTYPE a>" + LAUGHS + "<a>&n;</a>")

    def test_a_file_is_not_read(self) -> None:
        with pytest.raises(CannotRead, match=r"read\.entities: &x;"):
            tree('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>')

    def test_a_doctype_without_end_is_refused_when_it_declares_entities(self) -> None:
        with pytest.raises(CannotRead, match=r"read\.entities: a DOCTYPE without end"):
            tree('<!DOCTYPE a [<!ENTITY x "y" <a>text</a>')

    def test_declared_entities_that_nobody_uses_do_no_harm(self) -> None:
        assert words(LAUGHS + "<a>text</a>") == "text"

    def test_short_declared_characters_are_put_in(self) -> None:
        doctype = '<!DOCTYPE a SYSTEM "a.dtd" [<!-- it\'s --><!ENTITY copy "&#169;">]>'
        assert words(doctype + "<a>&copy; 2024</a>") == "© 2024"

    def test_names_of_html_become_characters(self) -> None:
        assert words("<a>caf&eacute;&nbsp;&mdash; &lt;b&gt;</a>") == "café — <b>"

    def test_unknown_names_stay_as_they_are_written(self) -> None:
        assert words("<a>AT&T &unknown; R&D</a>") == "AT&T &unknown; R&D"


class TestDamage:
    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            ("<a>profit < loss</a>", "profit < loss"),
            ("<a>one &#3;two\x04 three</a>", "one two three"),
            ("\ufeff\n junk <a>text</a>", "text"),
            ("<a><p>one</b><p>two</p></a>", "onetwo"),
            ("<x:a><x:p>text</x:p></x:a>", "text"),
        ],
    )
    def test_what_can_be_read_is_read(self, text: str, wanted: str) -> None:
        assert words(text) == wanted

    def test_mismatched_tags_are_reported_with_line_and_column(self) -> None:
        fault = tree("<a>\n<p>one</b></p></a>").fault
        assert fault is not None
        assert "line 2, column 11" in fault

    def test_a_cut_document_is_read_to_the_cut_and_says_so(self) -> None:
        cut_off = tree("<a><p>one</p><p>two")
        assert (text_of(cut_off.root), cut_off.is_truncated) == ("onetwo", True)

    def test_cdata_without_end_keeps_its_text(self) -> None:
        assert "R&D <b>" in words("<a><![CDATA[R&D <b> and more")

    @pytest.mark.parametrize("text", ["", "no markup at all", "<", "<!-- only a comment -->"])
    def test_where_there_is_no_element_the_place_is_named(self, text: str) -> None:
        with pytest.raises(CannotRead, match=r"read\.bad_xml: .* line 1"):
            tree(text)

    def test_a_lying_declaration_of_the_encoding_is_no_harm(self) -> None:
        declared = '<?xml version="1.0" encoding="UTF-16"?>'
        assert words((declared + "<a>Zoë</a>").encode()) == "Zoë"
        assert words((declared + "<a>Zoë</a>").encode("utf-16")) == "Zoë"

    def test_declared_latin_letters_are_decoded(self) -> None:
        data = '<?xml version="1.0" encoding="ISO-8859-1"?><a>Zoë, Dupré</a>'.encode("latin-1")
        assert words(data) == "Zoë, Dupré"

    @pytest.mark.parametrize(
        "piece",
        ["<a>", "<!--", "<![CDATA[", "<!DOCTYPE a [<!--", "&", "<a><!-- -", "<?", "]]>", '"'],
    )
    def test_repeated_openings_take_time_in_proportion(self, piece: str) -> None:
        start = time.process_time()
        for data in (piece * 50_000, "<a>" + piece * 50_000):
            try:
                tree(data)
            except CannotRead:
                continue
        assert time.process_time() - start < 5

    @given(st.binary(max_size=200), st.sampled_from([b"", b"<a>", b"<!DOCTYPE a [", b"<a b='"]))
    def test_no_bytes_raise_anything_else(self, data: bytes, before: bytes) -> None:
        with contextlib.suppress(CannotRead):
            assert parse_xml(before + data).root is not None


def test_names_are_compared_without_namespace_and_case() -> None:
    root = plain_names(tree('<n:A xmlns:n="urn:x"><B FormalName="c"/></n:A>').root)
    assert (root.tag, root[0].tag, root[0].get("formalname")) == ("a", "b", "c")


class TestUnknownDialects:
    def test_elements_mean_what_keys_of_json_mean(self) -> None:
        draft = read(
            "<story><headline>Big news</headline><author>Ann Doe</author>"
            "<pubDate>2024-05-03</pubDate><keywords>a, b</keywords>"
            "<body><para>One.</para><para>Two.</para></body></story>"
        )
        assert (value(draft, "headline"), value(draft, "author")) == ("Big news", "Ann Doe")
        assert value(draft, "published") == "2024-05-03"
        assert [each.value for each in draft.candidates if each.field == "keyword"] == ["a", "b"]
        assert [each.text for each in draft.paragraphs] == ["One.", "Two."]

    def test_tei_is_read(self) -> None:
        draft = read(
            '<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><title>The mill</title><date '
            'when="1898-03-04">4 March</date></teiHeader><text><body><head>The mill</head>'
            "<p>It burned<lb/>down.</p></body></text></TEI>"
        )
        assert value(draft, "published") == "1898-03-04"
        assert [(each.kind, each.text) for each in draft.paragraphs] == [
            ("furniture", "The mill"),
            ("body", "It burned down."),
        ]

    def test_escaped_html_in_the_body_is_markup(self) -> None:
        draft = read(
            "<doc><title>T</title><text>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</text></doc>"
        )
        assert [each.text for each in draft.paragraphs] == ["One.", "Two."]

    def test_other_xml_is_rejected_with_its_root(self) -> None:
        with pytest.raises(CannotRead, match=r"read\.unknown_xml: root <config> in .*'urn:x'"):
            read('<config xmlns="urn:x"><text>not an article</text></config>')


class Slow(io.BytesIO):
    """Gives a few bytes at a time."""

    step = 7

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self.step)


CUTS = Cuts(media_types={"doc": "application/xml"})
DOCS = b'<?xml version="1.0"?><docs a="b"><head/>' + b"".join(
    b'<doc n="%d"><!-- </doc> --><![CDATA[<doc>]]>text</doc>\n' % n for n in range(3)
)


def parts(data: bytes, cuts: Cuts = CUTS, limit: int = 10**6) -> list[Part]:
    return list(cut(io.BytesIO(data), cuts, limit=limit))


class TestFilesOfManyDocuments:
    def test_each_document_goes_with_what_stands_before_all(self) -> None:
        found = parts(DOCS + b"</docs>")
        assert [part.record for part in found] == [1, 2, 3]
        for number, part in enumerate(found):
            root = parse_xml(part.data or b"").root
            assert (root.tag, root[-1].get("n")) == ("docs", str(number))

    def test_one_document_is_the_file_itself(self) -> None:
        data = b"<docs>\n<doc>text</doc>\n</docs>\n"
        assert [(part.record, part.data) for part in parts(data)] == [(None, data)]

    def test_a_file_without_a_document_is_one_all_the_same(self) -> None:
        assert [(part.record, part.data) for part in parts(b"<docs/>")] == [(None, b"<docs/>")]

    def test_a_cut_file_gives_all_before_the_cut_and_the_offset(self) -> None:
        *whole, last = parts(DOCS[:-10])
        assert [part.record for part in whole] == [1, 2]
        assert last.rejection is not None
        assert last.rejection.reason == "read.truncated"
        assert f"byte {len(DOCS) - 10:,}" in last.rejection.detail

    def test_one_cut_document_is_left_to_its_reader(self) -> None:
        assert [part.data for part in parts(b"<doc><p>one")] == [b"<doc><p>one"]

    def test_a_document_that_is_too_large_does_not_hide_the_next(self) -> None:
        found = parts(b"<docs><doc>" + b"x" * 500 + b"</doc><doc>y</doc></docs>", limit=100)
        assert [part.rejection and part.rejection.reason for part in found] == [
            "read.too_large",
            None,
        ]

    def test_an_unclosed_document_ends_where_the_next_begins(self) -> None:
        assert [
            part.record for part in parts(b"<a><doc>one<doc>two</doc><doc>three</doc></a>")
        ] == [1, 2, 3]

    @given(st.integers(1, 60))
    def test_the_size_of_the_reads_does_not_matter(self, step: int) -> None:
        stream = Slow(DOCS + b"</docs>")
        stream.step = step
        assert list(cut(stream, CUTS, limit=10**6)) == parts(DOCS + b"</docs>")


def test_a_character_written_as_two_references_is_one() -> None:
    """Java writes emoji as a pair of surrogates; one alone is no character."""
    tree = parse_xml(b"<p>&#55357;&#56832; &#xD83D;&#xDE00; &#55357;.</p>")

    assert tree.root.text == "\U0001f600 \U0001f600 \ufffd."


def test_a_name_with_an_undeclared_prefix_is_read() -> None:
    """lxml refuses to write such names; they are read all the same."""
    assert plain_names(parse_xml(b"<ct:article A9:9='x'><ct:p>Fog</ct:p></ct:article>").root).tag
