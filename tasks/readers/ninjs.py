"""ninjs of the IPTC, versions 1.0 to 3.1: what its keys mean beyond those of any JSON article.

Keys are compared in lower case (2.x writes versioncreated, 3.0 versionCreated). Version 1 has one
headline and bodies by format (body_text, body_xhtml); from 2.0 on both are lists with roles.
Associations and renditions are other items or files of this one, never articles here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tasks.readers.fragment import is_html
from tasks.readers.json_body import read_body
from tasks.readers.nitf import add_nitf
from tasks.readers.story import Story
from tasks.readers.xmltree import parse_xml, plain_names
from tasks.records import Draft
from warehouse.errors import CannotRead

EXTRACTOR = "ninjs 1"

# Values of "type" in 1.0 to 3.1 whose text, if any, describes something else than news in words.
NO_TEXT_TYPES = frozenset(("picture", "graphic", "audio", "video", "event", "planning"))
_TEXT_TYPES = frozenset(("text", "composite", "component"))
# Keys that no other vocabulary of articles has. "uri" is the one key that is required.
_OWN_KEYS = frozenset(
    (
        *("representationtype", "pubstatus", "versioncreated", "firstcreated", "usageterms"),
        *("copyrightholder", "copyrightnotice", "ednote", "slugline", "urgency", "bodies"),
        *("headlines", "body_xhtml", "body_text", "body_html", "body_html5", "descriptions"),
        *("description_text", "renditions", "associations", "altids", "charcount", "mimetype"),
        *(
            "infosource",
            "infosources",
            "rightsinfo",
            "trustindicator",
            "eventdetails",
            "evolvedfrom",
        ),
        *("contentcreated", "planningdetails", "contactinfo", "embargoed"),
    )
)
_DATES = (
    ("published", ("firstcreated", "contentcreated", "versioncreated")),
    ("modified", ("versioncreated",)),
)
_USED = frozenset(
    (
        *("type", "language", "headline", "headlines", "title", "byline", "by", "version"),
        *("description_text", "descriptions", "firstcreated", "versioncreated", "copyrightholder"),
        *("usageterms", "copyrightnotice", "bodies", "contentcreated", "charcount", "wordcount"),
    )
)


def is_ninjs(value: Mapping[str, object]) -> bool:
    """Tell whether a JSON object is a ninjs item.

    It names its standard, or has the required "uri" and two signs: keys that only ninjs has, or a
    "type" with one of its values.
    """
    keys = {key.lower() for key in value}
    if "ninjs" in str(value.get("standard") or value.get("$standard") or "").lower():
        return True
    signs = len(keys & _OWN_KEYS) + (str(value.get("type")) in NO_TEXT_TYPES | _TEXT_TYPES)
    return "uri" in keys and signs > 1


def read_ninjs(value: Mapping[str, object], *, encoding: str, encoding_method: str) -> Draft:
    """Return the article that a ninjs item is; how it was decoded goes into the draft.

    Raises CannotRead("read.no_body") for pictures, videos, sound, events and plans, and for a text
    without body; the detail says which.
    """
    item = {key.lower(): inner for key, inner in value.items()}
    story = Story()
    _read_fields(story, item)
    kind = str(item.get("type") or "text").lower()
    if kind in NO_TEXT_TYPES:
        raise CannotRead("read.no_body", f"a ninjs item of type {kind!r}: {_title(story)}")
    used = _add_body(story, item)
    if not story.has_body():
        raise CannotRead("read.no_body", f"{_what(item, kind)} without body: {_title(story)}")
    for key, inner in value.items():
        if key.lower() not in _USED and key not in used:
            story.note(key, inner)
    return story.draft(encoding, encoding_method, EXTRACTOR)


def _title(story: Story) -> str:
    headlines = (each.value for each in story.candidates if each.field == "headline")
    return repr(next(headlines, "")[:80])


def _what(item: Mapping[str, object], kind: str) -> str:
    """Say what an item without text is: its type, status and how much of it was delivered."""
    status = str(item.get("pubstatus") or "usable").lower()
    said = f"a ninjs item of type {kind!r}"
    said += f", status {status!r}" if status != "usable" else ""
    partial = str(item.get("representationtype") or "").lower()
    return said + (f", {partial} representation" if partial not in ("", "complete", "full") else "")


# ---- fields ----------------------------------------------------------------------------------


def _read_fields(story: Story, item: Mapping[str, object]) -> None:
    for key in ("headline", "headlines", "title"):
        for text in _texts(item.get(key)):
            story.offer("headline", text, f"ninjs:{key}")
    for key in _like(item, "headline_"):
        story.offer("headline", _text(item[key]), f"ninjs:{key}")
    for key in ("descriptions", "description_text", *_like(item, "description_")):
        for text in _texts(item.get(key), skip=("caption", "creditline")):
            story.offer("description", text, f"ninjs:{key}")
    for key in ("byline", "by"):
        story.offer("byline", _text(item.get(key)), f"ninjs:{key}")
    for field, keys in _DATES:
        for key in keys:
            story.offer(field, _text(item.get(key)), f"ninjs:{key}")
    story.offer("language", _text(item.get("language")), "ninjs:language")
    uri = _text(item.get("uri"))
    if uri.startswith(("http://", "https://")):
        story.offer("url", uri, "ninjs:uri")
    for key in ("subjects", "subject", "keywords"):
        for subject in _list(item.get(key)):
            story.offer("keyword", _name(subject), f"ninjs:{key}")
    _read_rights(story, item)
    _read_image(story, item)


def _read_rights(story: Story, item: Mapping[str, object]) -> None:
    story.offer("copyright_holder", _text(item.get("copyrightholder")), "ninjs:copyrightholder")
    for rights in _list(item.get("rightsinfo")):
        if isinstance(rights, dict):
            linked = rights.get("linkedrights") or rights.get("linkedRights")
            story.offer("license", _text(linked), "ninjs:linkedrights")
    for key in ("usageterms", "copyrightnotice"):
        story.offer("license", _text(item.get(key)), f"ninjs:{key}")


def _read_image(story: Story, item: Mapping[str, object]) -> None:
    """Offer the first file of the first picture that goes with the text."""
    for other in _list(item.get("associations")):
        if isinstance(other, dict) and other.get("type") == "picture":
            for file in _list(other.get("renditions")):
                if isinstance(file, dict) and isinstance(file.get("href"), str):
                    story.offer("image_url", file["href"], "ninjs:associations")
                    return


# ---- the body --------------------------------------------------------------------------------


def _add_body(story: Story, item: Mapping[str, object]) -> Sequence[str]:
    """Add the body in the format that marks paragraphs best; return the keys of all bodies."""
    keys = _like(item, "body_")
    texts = [text for key in keys for text in _texts(item[key])]
    texts += _texts(item.get("bodies"), skip=("caption",))
    for text in sorted(texts, key=_rank):
        _add_text(story, text)
        if story.has_body():
            story.removed["second_body"] += len(texts) - 1
            break
    return keys


def _rank(text: str) -> int:
    """Order bodies: HTML, then NITF, then plain text."""
    if "<body.content" in text:
        return 1
    return 0 if is_html(text) and not text.lstrip().startswith("<TTNITF") else 2


def _add_text(story: Story, text: str) -> None:
    if _rank(text) != 1:
        body = read_body(text)
        if body:
            story.paragraphs += body.paragraphs
            story.removed.update(body.removed)
        return
    try:
        tree = parse_xml(text.encode("utf-8", "replace"), charset="utf-8")
    except CannotRead:  # the next format may do
        return
    root = plain_names(tree.root)
    add_nitf(story, root)


# ---- values ----------------------------------------------------------------------------------


def _like(item: Mapping[str, object], prefix: str) -> list[str]:
    """Return the keys that begin with `prefix`, in order: body_text, body_xhtml, body_main."""
    return [key for key in item if key.startswith(prefix)]


def _list(value: object) -> Iterable[object]:
    """Return the members of a list, of an object of named ones (1.x), or a single value."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return value.values() if all(isinstance(each, dict) for each in value.values()) else [value]
    return [] if value is None else [value]


def _texts(value: object, *, skip: tuple[str, ...] = ()) -> list[str]:
    """Return the strings of a property: one, or those of a list with roles, the main one first."""
    found: list[tuple[bool, str]] = []
    for each in _list(value):
        if isinstance(each, str):
            found.append((False, each))
        elif isinstance(each, dict) and isinstance(each.get("value"), str):
            role = str(each.get("role") or "main").lower()
            if role not in skip:
                found.append((role != "main", each["value"]))
    return [text for _, text in sorted(found, key=lambda pair: pair[0])]


def _text(value: object) -> str:
    """Return the first string of a property, "" for a number or an object of another kind."""
    return next(iter(_texts(value)), "")


def _name(subject: object) -> str:
    return str(subject.get("name") or "") if isinstance(subject, dict) else _text(subject)
