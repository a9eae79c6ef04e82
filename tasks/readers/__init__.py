"""The registry: which raw format is read by what. A new format is one file and one line here.

Formats from outside come through the entry point group "copydesk.readers"; see ARCHITECTURE.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import NamedTuple

from tasks import sniff
from tasks.readers import (
    arc,
    arrow,
    csv,
    feed,
    feed_item,
    html,
    http,
    json,
    jsonarray,
    jsonfeed,
    jsonl,
    mail,
    markdown,
    mbox,
    mhtml,
    newsml1,
    newsml_g2,
    nitf,
    office,
    pdf,
    reuters,
    sitemap,
    tar,
    text,
    warc,
    wire,
    xml,
    zip,
)
from tasks.readers.parts import Split
from tasks.records import Draft, RawDocument
from warehouse.errors import BadSetting

GROUP = "copydesk.readers"


class Reader(NamedTuple):
    """Makes a draft of one document, or raises CannotRead. Raise the version when rows change."""

    name: str
    read: Callable[[RawDocument], Draft]


class Splitter(NamedTuple):
    """Takes the documents out of a container."""

    name: str
    split: Split
    media_type: str | None = None  # of all its documents; None: each part says, or is looked at
    is_seeking: bool = False  # does it need a stream that can go back?
    is_unpacking: bool = False  # does it take gzip and zstd off itself, to go on behind a damage?

    def takes(self, layers: Sequence[str]) -> bool:
        """Is it given the file as it lies, with these compressions around it?"""
        is_packed_singly = len(layers) == 1 and layers[0] in (sniff.GZIP, sniff.ZSTD)
        return (self.is_unpacking and is_packed_singly) or (self.is_seeking and not layers)


class Format(NamedTuple):
    """A format that an entry point adds: how it is recognised and what reads it."""

    media_type: str
    reads: Reader | Splitter
    suffixes: tuple[str, ...] = ()  # ".foo", lower case
    signature: bytes | None = None  # pattern of its first bytes


_RSS = Splitter("feed 1", feed.split_feed)
_G2 = Splitter("newsml-g2 1", newsml_g2.split_g2)

READERS: dict[str, Reader] = {
    "text/plain": Reader("text 1", text.read),
    "text/html": Reader("html 2", html.read),
    "text/markdown": Reader("markdown 1", markdown.read),
    "application/json": Reader("json 2", json.read),
    "application/pdf": Reader("pdf 1", pdf.read),
    sniff.DOCX: Reader("docx 1", office.read_docx),
    sniff.ODT: Reader("odt 1", office.read_odt),
    sniff.MAIL: Reader("mail 1", mail.read),
    sniff.WEB_ARCHIVE: Reader("mhtml 1", mhtml.read),
    feed_item.FEED_ITEM: Reader("feed 1", feed_item.read),
    jsonfeed.JSON_FEED_ITEM: Reader("json-feed 1", jsonfeed.read),
    sitemap.SITEMAP_URL: Reader("sitemap 1", sitemap.read),
    sniff.XML: Reader("xml 1", xml.read),
    sniff.NITF: Reader("nitf 1", nitf.read),
    sniff.NEWSML: Reader("newsml 1", newsml1.read),
    **dict.fromkeys(newsml_g2.MEDIA_TYPES.values(), Reader("newsml-g2 1", newsml_g2.read)),
    sniff.IPTC_7901: Reader("iptc-7901 1", wire.read_7901),
    sniff.ANPA: Reader("anpa 1", wire.read_anpa),
    sniff.REUTERS_SGML: Reader("reuters 1", reuters.read),
}

SPLITTERS: dict[str, Splitter] = {
    "application/jsonl": Splitter("jsonl 1", jsonl.split_lines, "application/json"),
    "application/json-seq": Splitter("json-seq 1", jsonarray.split_array, "application/json"),
    "application/json": Splitter("json-array 1", jsonarray.split_array, "application/json"),
    sniff.CSV: Splitter("csv 1", csv.split_csv, "application/json"),
    sniff.TSV: Splitter("csv 1", csv.split_csv, "application/json"),
    sniff.PARQUET: Splitter("parquet 1", arrow.split_parquet, "application/json", is_seeking=True),
    sniff.ARROW_FILE: Splitter(
        "arrow 1", arrow.split_arrow_file, "application/json", is_seeking=True
    ),
    sniff.ARROW_STREAM: Splitter("arrow 1", arrow.split_arrow_stream, "application/json"),
    sniff.WARC: Splitter("warc 1", warc.split_warc, is_unpacking=True),
    sniff.ARC: Splitter("arc 1", arc.split_arc, is_unpacking=True),
    sniff.HTTP: Splitter("http 1", http.split_http),
    **dict.fromkeys((sniff.RSS, sniff.ATOM, sniff.RDF), _RSS),
    sniff.JSON_FEED: Splitter("json-feed 1", jsonfeed.split_json_feed),
    sniff.SITEMAP: Splitter("sitemap 1", sitemap.split_sitemap),
    sniff.XML: Splitter("xml 1", xml.split_xml),
    sniff.NITF: Splitter("nitf 1", nitf.split_nitf),
    sniff.NEWSML: Splitter("newsml 1", newsml1.split_newsml),
    **dict.fromkeys((sniff.G2.format(name) for name in sniff.G2_ITEMS.split()), _G2),
    sniff.IPTC_7901: Splitter("iptc-7901 1", wire.split_7901),
    sniff.ANPA: Splitter("anpa 1", wire.split_anpa),
    sniff.REUTERS_SGML: Splitter("reuters 1", reuters.split_reuters),
    sniff.MAILBOX: Splitter("mbox 1", mbox.split_mbox),
    sniff.ZIP: Splitter("zip 1", zip.split_zip, is_seeking=True),
    sniff.TAR: Splitter("tar 1", tar.split_tar),
}


def reader_version(media_type: str | None, columns: Mapping[str, str] | None = None) -> str:
    """Return the reader of a media type; where there is none, the list of those there are.

    The ledger keeps it with a rejection: when it changes, the document is tried again. `columns`
    (the user's names of keys) are a part of it for the formats that have keys.
    """
    if media_type not in READERS:
        names = ", ".join(sorted({reader.name for reader in _all()}))
        return f"none for {len(READERS) + len(SPLITTERS)} formats: {names}"
    name = READERS[media_type].name
    if columns and media_type == "application/json":
        name += " " + ",".join(f"{field}={key}" for key, field in sorted(columns.items()))
    return name


def reader_versions(columns: Mapping[str, str] | None = None) -> list[str]:
    """Return every value that a row of the ledger names as its reader now."""
    names = {reader.name for reader in _all()} - {READERS["application/json"].name}
    return [*sorted(names), reader_version("application/json", columns), reader_version(None)]


def _all() -> Iterable[Reader | Splitter]:
    return (*READERS.values(), *SPLITTERS.values())


def add(format: Format) -> None:
    """Register a format; one from outside may take the place of one of ours."""
    if isinstance(format.reads, Reader):
        READERS[format.media_type] = format.reads
    else:
        SPLITTERS[format.media_type] = format.reads
    sniff.add(format.media_type, format.suffixes, format.signature)


def load(points: Iterable[EntryPoint]) -> None:
    """Register what the entry points name. Raises BadSetting for one that cannot be used."""
    for point in sorted(points, key=lambda each: each.name):
        try:
            found = point.load()
        except (ImportError, AttributeError) as error:
            what = f"{GROUP}: {point.name} = {point.value}: {error}; install or uninstall it"
            raise BadSetting(what) from error
        if not isinstance(found, Format):
            raise BadSetting(f"{GROUP}: {point.name} = {point.value} is no tasks.readers.Format")
        add(found)


load(entry_points(group=GROUP))
