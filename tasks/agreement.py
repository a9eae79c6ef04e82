"""When two candidates for a field say the same, and which of them are independent witnesses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable

from tasks.dates import Moment
from tasks.names import authors_in
from tasks.urls import canonical

SITE_SUFFIX = re.compile(r"\s+[-|–—·•:»]{1,2}\s+([^|]{2,60})\Z")  # " | Evening Courier"

_HANDS = {
    "opengraph": "meta",
    **dict.fromkeys(
        ("microdata", "rdfa", "rel", "class", "href", "time", "below h1", "h1", "h2", "h3"), "page"
    ),
}
_WORD = re.compile(r"\w+")


def source_kind(source: str) -> str:
    """Return the hand that writes a source; two sources of one hand are one witness.

    "meta": OpenGraph, Twitter, Dublin Core, Parse.ly and all other <meta> names, which one template
    or plugin fills from one value. "page": what is printed, be it found by heading, class, link,
    <time>, microdata or RDFa, which are often attributes of one element. JSON-LD stands alone: the
    same plugin may write it, but of the article and not for sharing. Any other source is what
    stands before the colon of its name, so that two keys of one JSON object are one.
    """
    name = source.partition(":")[0]
    return _HANDS.get(name, name)


def keys_of(field: str, value: object | None) -> tuple[Hashable, ...]:
    """Return what a value is compared by; two values with one key in common agree."""
    if isinstance(value, Moment):
        return _moment_keys(value)
    if isinstance(value, tuple):
        return tuple(words(author.name) for author in value)
    if isinstance(value, bool):
        return (value,)
    text = str(value)
    if field == "byline":
        return tuple(words(author.name) for author in authors_in(text)) or (words(text),)
    if field == "headline":
        return tuple({words(text), words(SITE_SUFFIX.sub("", text))})
    if field in ("url", "canonical_url", "image_url"):
        return (canonical(text) or text,)
    return (text.partition("-")[0] if field == "language" else words(text),)


def _moment_keys(moment: Moment) -> tuple[Hashable, ...]:
    """Return the calendar day as written and, where there is a zone, the minute of the instant."""
    if moment.precision in ("year", "month"):
        return ((moment.precision, moment.day),)
    if not moment.has_zone:
        return (moment.day,)
    return (moment.day, moment.at.replace(second=0, microsecond=0))


def words(text: str) -> str:
    """Return the words of `text` in one case and one blank apart; its signs if it has none."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return " ".join(_WORD.findall(plain.casefold())) or plain.strip()
