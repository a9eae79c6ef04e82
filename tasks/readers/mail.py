"""Reader of mails (RFC 5322): newsletters and press releases, as HTML or as plain text.

The subject is the headline, without "Fwd:" and its like; the sender's name is the author, and the
publisher too where it is no person's. HTML goes through the reader of pages, which finds the text
between the menus and footers of newsletters (measured on five usual layouts: F1 0.91 to 1.00; all
blocks of the page 0.83 to 0.98).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tasks.clean import clean_line
from tasks.decode import decode
from tasks.names import authors_in
from tasks.readers import html, text
from tasks.readers.fragment import paragraphs_in
from tasks.readers.mime import MOST_NESTED, Entity, children, parse_message
from tasks.readers.prose import keep_first_line
from tasks.records import Candidate, Draft, DraftParagraph, RawDocument
from warehouse.errors import CannotRead

_MOST_FORWARDED = 5  # messages in messages that are opened to find a text
_MOST_LISTED = 100  # attachments
_SHORT = 300  # bytes; a mail that only sends another one on has "FYI" and a signature
_PLAIN, _HTML, _MESSAGE = "text/plain", "text/html", "message/rfc822"
_MARKUP = re.compile(rb"<(style|head)\b.*?</\1>|<[^<>]*>", re.DOTALL | re.IGNORECASE)
_PAGE = re.compile(rb"\s*(?:<!doctype html|<html|<body|<head)\b", re.IGNORECASE)

# Put before a subject by mail programs in many languages (MediaWiki and Wikipedia list them).
_FORWARDED = re.compile(
    r"(?:(?:re|fwd?|aw|wg|sv|vs|vb|tr|rv|rif|res|enc|antw|odp|ynt|转发|回复|轉寄|回覆)"
    r"(?:\s?\[\d+\]|\(\d+\))?\s*[:：]\s*)+",
    re.IGNORECASE,
)
_NAMED = re.compile(r'(?:"((?:[^"\\]|\\.)*)"|([^<>,;"]*))\s*<[^<>]*>')  # Jane Doe <jane@...>
_COMMENT = re.compile(r"\S+@\S+\s+\(([^()]+)\)")  # jane@... (Jane Doe), as before 1982
_VIA = re.compile(r"\s+(?:via|über|par le biais de|a través de)\s+", re.IGNORECASE)  # of a list
_QUOTES = "'\"‘’“” "
# What stands above and below newsletters; the reader of pages keeps it in short ones.
_OF_NEWSLETTERS = re.compile(
    r"\b(?:unsubscribe|(?:view|read|open) (?:this|it|the|online|in)\b.{0,30}\b(?:browser|online)"
    r"|you(?:'re|’re| are)? receiv(?:ing|ed?) this"
    r"|(?:update|manage) (?:your )?(?:email )?preferences"
    r"|abmelden|abbestellen|im browser (?:ansehen|anzeigen|öffnen)|sie erhalten diese"
    r"|désabonner|désinscrire|vous recevez ce|darse de baja|cancelar (?:la|su|tu) suscripción"
    r"|(?:usted )?(?:ha recibido|recibe|recibes) este|ver en (?:el|su|tu) navegador"
    r"|annulla(?:re)? l[’']iscrizione|disiscriver\w*|descadastrar|cancelar a inscrição"
    r"|afmelden|uitschrijven|meld (?:deg|dig) av|avmeld\w*|avsluta prenumeration|afmeld"
    r"|du (?:får|mottar|modtager) (?:dette|denne|det här)|отписаться|退订|退訂|配信停止)",
    re.IGNORECASE,
)
_LONGEST_FURNITURE = 200  # characters
_SIGNATURE = re.compile(r"(?:\A|\n)-- ?\n(?=(?:[^\n]*\n){0,20}[^\n]*\Z)")  # RFC 3676, 4.3
_STUFFED = re.compile(r"^ ", re.MULTILINE)


def read(document: RawDocument) -> Draft:
    """Return the article that a mail is.

    Attachments, which are not read, are listed in `extra`. Where a mail only sends another one on,
    that one is read. Raises CannotRead: "read.no_body" with the attachments that there are, and
    what the readers of pages and of text raise.
    """
    mail, is_forwarded = _innermost(_sorted(parse_message(document.data)))
    if not mail.texts:
        held = ", ".join(map(_shown, mail.others[:10])) or "nothing"
        raise CannotRead("read.no_body", f"a mail without text; it holds {held}")
    draft = _read_texts(document, mail.texts, _subject(mail.message))
    return replace(
        draft,
        paragraphs=_without_furniture(draft.paragraphs),
        candidates=(*_candidates(mail.message), *draft.candidates),
        removed={**draft.removed, **({"forwarding_note": 1} if is_forwarded else {})},
        extra={**draft.extra, **_extra(mail)},
    )


# ---- parts ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Mail:
    """A message, the parts that are its text (all HTML or all plain), and all others."""

    message: Entity
    texts: Sequence[Entity]
    others: Sequence[Entity]

    @property
    def size(self) -> int:
        """How long the text is, in bytes, about."""
        return sum(len(_MARKUP.sub(b"", part.content).strip()) for part in self.texts)


def _sorted(message: Entity) -> _Mail:
    parts = list(_parts(message, 0))
    inline = [part for part in parts if not part.is_attached and part.content.strip()]
    pages = [part for part in inline if _is_page(part)]
    plain = [part for part in inline if part.media_type == _PLAIN and part not in pages]
    others = [part for part in parts if part not in pages and part not in plain]
    return _Mail(message, pages or plain, [part for part in others if part.body.strip()])


def _is_page(part: Entity) -> bool:
    is_unlabelled = part.media_type == _PLAIN and _PAGE.match(part.content)
    return part.media_type == _HTML or bool(is_unlabelled)


def _innermost(mail: _Mail) -> tuple[_Mail, bool]:
    """Return the mail that is sent on with next to no text, and whether there is one."""
    for depth in range(_MOST_FORWARDED):
        inner = next((part for part in mail.others if part.media_type == _MESSAGE), None)
        if inner is None or mail.size >= _SHORT:
            return mail, depth > 0
        forwarded = _sorted(children(inner)[0])
        if forwarded.size <= mail.size:
            return mail, depth > 0
        mail = forwarded
    return mail, True


def _parts(entity: Entity, depth: int) -> Iterator[Entity]:
    """Yield what is no multipart, in order. A message inside stays one."""
    is_split = entity.media_type.startswith("multipart/") and depth < MOST_NESTED
    for part in children(entity) if is_split else ():
        yield from _parts(part, depth + 1)
    if not is_split:
        yield entity


def _shown(part: Entity) -> str:
    return f"{_name(part)!r} ({part.media_type}, {len(part.content):,} bytes)"


def _name(part: Entity) -> str:
    is_message = part.media_type == _MESSAGE and not part.filename
    return children(part)[0].header("Subject") if is_message else part.filename


def _extra(mail: _Mail) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in ("Message-ID", "List-ID", "From"):
        if value := mail.message.header(name):
            found[name.lower().replace("-", "_")] = value
    if mail.others:
        found["attachments"] = [
            {"name": _name(each), "media_type": each.media_type, "bytes": len(each.content)}
            for each in mail.others[:_MOST_LISTED]
        ]
    return found


# ---- fields -----------------------------------------------------------------------------------


def _candidates(message: Entity) -> Iterator[Candidate]:
    """Yield what the headers say of the article."""
    author = _sender(message)
    is_person = all(each.kind == "person" for each in authors_in(author))
    publisher = message.header("Organization") or ("" if is_person else author)
    offers = (
        ("headline", _subject(message), "subject"),
        ("author", author, "from"),
        ("publisher", publisher, "organization" if publisher != author else "from"),
        ("published", message.header("Date"), "date"),
        ("language", message.header("Content-Language").partition(",")[0], "content-language"),
        ("url", message.header("Archived-At").strip("<> "), "archived-at"),  # RFC 5064
    )
    for field, value, source in offers:
        if value:
            yield Candidate(field=field, value=value, source=f"mail:{source}")


def _subject(message: Entity) -> str:
    return _FORWARDED.sub("", message.header("Subject"), count=1)


def _sender(message: Entity) -> str:
    """Return the name of the sender as he writes it; an address is no name."""
    line = message.header("From")
    found = _NAMED.search(line) or _COMMENT.search(line)
    name = next((each for each in found.groups() if each), "") if found else ""
    name = _VIA.split(name.replace("\\", "").strip(_QUOTES))[0].strip(_QUOTES)
    return "" if "@" in name else name


# ---- text -------------------------------------------------------------------------------------


def _read_texts(document: RawDocument, texts: Sequence[Entity], subject: str) -> Draft:
    if _is_page(texts[0]):
        return _read_pages(document, texts)
    decoded = [decode(part.content, charset=part.charset) for part in texts]
    bodies = (_unwrapped(part, one.text) for part, one in zip(texts, decoded, strict=True))
    body, _, signature = _split_signature("\n\n".join(bodies))
    plain = replace(document, data=body.encode(), media_type=_PLAIN, charset="utf-8", url=None)
    draft = text.read(plain)
    return replace(
        draft,
        paragraphs=(*keep_first_line(draft, subject), *_furniture(signature)),
        encoding=decoded[0].encoding,
        encoding_method=decoded[0].method,
    )


def _read_pages(document: RawDocument, pages: Sequence[Entity]) -> Draft:
    """Read the HTML of a mail, or all its blocks if the reader of pages finds no article in it."""
    page = replace(document, data=pages[0].content, media_type=_HTML, charset=pages[0].charset)
    if len(pages) > 1:  # Apple Mail: pieces around pictures
        texts = [decode(each.content, charset=each.charset, is_html=True).text for each in pages]
        page = replace(page, data="\n".join(texts).encode(), charset="utf-8")
    try:
        return html.read(page)
    except CannotRead as error:
        if error.reason != "read.no_body":
            raise
        return _read_blocks(page, error)


def _read_blocks(page: RawDocument, error: CannotRead) -> Draft:
    decoded = decode(page.data, charset=page.charset, is_html=True)
    blocks = ((clean_line(block).text, kind) for block, kind in paragraphs_in(decoded.text))
    paragraphs = tuple(
        DraftParagraph(text=block, kind="body" if kind == "text" else kind)
        for block, kind in blocks
        if block
    )
    if not any(each.kind == "body" for each in paragraphs):
        raise error
    return Draft(
        paragraphs=paragraphs,
        candidates=(),
        encoding=decoded.encoding,
        encoding_method=decoded.method,
        extractor="mail 1",
    )


def _unwrapped(part: Entity, body: str) -> str:
    """Join the lines of text in format=flowed (RFC 3676): a blank at the end says it goes on."""
    body = body.replace("\r\n", "\n")
    if part.parameter("format").lower() != "flowed":
        return body
    kept = -1 if part.parameter("delsp").lower() == "yes" else None
    lines = [""]
    for line in _STUFFED.sub("", body).split("\n"):
        goes_on = lines[-1].endswith(" ") and lines[-1] != "-- " and line != "-- "
        is_same_quote = line.startswith(">") == lines[-1].startswith(">")
        if goes_on and is_same_quote:
            lines[-1] = lines[-1][:kept] + (line.lstrip("> ") if line[:1] == ">" else line)
        else:
            lines.append(line)
    return "\n".join(lines[1:])


def _split_signature(body: str) -> tuple[str, str, str]:
    found = _SIGNATURE.search(body)
    if not found or not body[: found.start()].strip():
        return body, "", ""
    return body[: found.start()], found[0], body[found.end() :]


def _furniture(signature: str) -> Iterator[DraftParagraph]:
    for line in signature.split("\n"):
        if cleaned := clean_line(line).text:
            yield DraftParagraph(text=cleaned, kind="furniture")


def _without_furniture(paragraphs: Sequence[DraftParagraph]) -> tuple[DraftParagraph, ...]:
    """Mark what newsletters say about themselves, unless that is all there is."""
    marked = tuple(
        replace(each, kind="furniture") if _is_furniture(each) else each for each in paragraphs
    )
    return marked if any(each.kind == "body" for each in marked) else tuple(paragraphs)


def _is_furniture(paragraph: DraftParagraph) -> bool:
    text = paragraph.text
    return len(text) <= _LONGEST_FURNITURE and _OF_NEWSLETTERS.search(text) is not None
