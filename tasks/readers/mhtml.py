"""Reader of saved pages in one file (RFC 2557): MHTML of Chromium and Edge, .mht of Internet
Explorer and Word.

The page is the part that the file calls its start, else the one at the address of the file, else
the first page. The others are frames; they are read only if the page itself holds no text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tasks.readers import html, mail
from tasks.readers.mime import Entity, leaves, parse_message
from tasks.records import Candidate, Draft, RawDocument
from warehouse.errors import CannotRead

_PAGES = ("text/html", "application/xhtml+xml")
_MOST_FRAMES = 5  # tried; a set of frames has a menu, a banner and the text
_OF_MAILS = ("Message-ID", "Received", "To", "Return-Path", "Delivered-To")


def read(document: RawDocument) -> Draft:
    """Return the article on the saved page.

    Its address is a candidate of "url", its title the last one of "headline"; when it was saved
    is kept in `extra` as "saved_at", for that is no date of publication. A mail that holds a page
    with its pictures has the same media type and goes to the mail reader. Raises CannotRead:
    "read.no_body" if there is no page in it, and what the reader of pages raises.
    """
    message = parse_message(document.data)
    if any(message.headers.get(name) for name in _OF_MAILS):
        return mail.read(document)
    parts = list(leaves(message))
    pages = _in_order(message, [part for part in parts if part.media_type in _PAGES])
    if not pages:
        held = ", ".join(sorted({part.media_type for part in parts})[:10])
        raise CannotRead("read.no_body", f"no page among {len(parts)} parts ({held})")
    return _read_first(document, message, pages[: 1 + _MOST_FRAMES])


def _in_order(message: Entity, pages: Sequence[Entity]) -> list[Entity]:
    """Return the pages, the one that the file is about first."""
    start = message.parameter("start").strip("<> ")
    address = message.header("Snapshot-Content-Location") or message.header("Content-Location")

    def rank(page: Entity) -> int:
        if start and page.header("Content-ID").strip("<> ") == start:
            return 0
        return 1 if address and page.header("Content-Location") == address else 2

    return sorted(pages, key=rank)


def _read_first(document: RawDocument, message: Entity, pages: Iterable[Entity]) -> Draft:
    """Read the first page that has a body. Raises what the first one raises if none has."""
    refusal: CannotRead | None = None
    for page in pages:
        try:
            return _read_page(document, message, page)
        except CannotRead as error:
            refusal = refusal or error
    raise refusal or CannotRead("read.no_body", "no page in it")


def _read_page(document: RawDocument, message: Entity, page: Entity) -> Draft:
    name = "Snapshot-Content-Location"
    address = message.header(name) or page.header("Content-Location")
    inner = replace(
        document,
        data=page.content,
        media_type="text/html",
        charset=page.charset,
        url=address or document.url,
    )
    draft = html.read(inner)
    title, saved_at = message.header("Subject"), message.header("Date")
    first = [Candidate(field="url", value=address, source="mhtml:location")] if address else []
    last = [Candidate(field="headline", value=title, source="mhtml:subject")] if title else []
    extra = {**draft.extra, "saved_at": saved_at} if saved_at else draft.extra
    return replace(draft, candidates=(*first, *draft.candidates, *last), extra=extra)
