"""Where an article appeared, and which news agency it credits.

Agencies sign in few places, and only these are looked at: the byline ("By Jane Doe, Associated
Press"), the dateline that opens a body paragraph ("BERLIN (AP) -"), a credit line at either end of
the text ("Quelle: dpa", "(c) 2024 AFP", "Reporting by ...; Editing by ..."), the end of the
headline ("... - Reuters"). A name in running prose ("Reuters reported that") is no credit, nor is
that of a picture. The forms are those of the agencies' own copy: ANPA 1312 and IPTC 7901 put
place, date and service before the first sentence; Reuters' Handbook of Journalism ends a story
with its sign-off in brackets.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from tasks.agencies import LONGEST_BYLINE, PICTURE, agency_listed, agency_signed, plain
from tasks.credit_lines import agencies_of_credits
from tasks.datelines import agency_of_dateline, opening_paragraphs
from tasks.records import DraftParagraph

# Editions of one site for other screens.
_EDITIONS = ("www.", "m.", "mobile.", "amp.")
_OPENING_PARAGRAPHS = 3  # where extractors leave the byline
_LONGEST_TAIL = 80  # characters at the end of a headline


@dataclass(frozen=True, slots=True)
class Credit:
    """An agency by the name in agencies.tsv; `where`: byline, dateline, credit, headline."""

    agency: str
    where: str


def source_of(canonical_url: str | None, publisher: str | None) -> str | None:
    """Return where an article appeared, or None where neither site nor publisher is known.

    The host of a URL as tasks.urls spells it, IDNA as text, without "www.", "m.", "mobile.",
    "amp." and port; else the publisher under NFKC and casefold with single blanks.
    """
    host = _host(canonical_url) if canonical_url else None
    if host:
        return host
    folded = unicodedata.normalize("NFKC", publisher or "").casefold()
    return " ".join(folded.split()) or None


def _host(url: str) -> str | None:
    try:
        host = (urlsplit(url).hostname or "").lower()
        if "xn--" in host:
            host = host.encode("ascii").decode("idna")
    except UnicodeError:  # no IDNA name: its ASCII spelling stays
        pass
    except ValueError:  # no host at all: "http://[1"
        return None
    for edition in _EDITIONS * 2:  # "www.m.example.org"
        rest = host.removeprefix(edition)
        host = rest if "." in rest else host
    return host or None


def credited_agency(
    byline: str | None,
    authors: Iterable[str],
    headline: str | None,
    paragraphs: Sequence[DraftParagraph],
) -> Credit | None:
    """Return the agency an article credits: byline, dateline, credit line, headline, in this order.

    `authors` are their names. Of several agencies in one place the first is told. The site of an
    agency gets no credit for being one: who published it stands in articles.source.
    """
    printed = (each.text for each in paragraphs[:_OPENING_PARAGRAPHS] if each.kind == "byline")
    # "(AP Photo/Jane Doe)" makes "AP" an author: such a line says whose picture it is.
    is_of_picture = byline is not None and PICTURE.search(byline[:LONGEST_BYLINE]) is not None
    lines = (byline or "", *(() if is_of_picture else authors), *printed)
    places = (
        ("byline", (agency_signed(line) for line in lines)),
        ("dateline", map(agency_of_dateline, opening_paragraphs(paragraphs))),
        ("credit", agencies_of_credits(paragraphs)),
        ("headline", (_of_headline(line) for line in (headline or "",))),
    )
    for where, found in places:
        agency = next(filter(None, found), None)
        if agency:
            return Credit(agency, where)
    return None


_HEADLINE_TAIL = re.compile(r"(?:\s[|–—-]\s|\s?\|\s?)([^|–—]{2,30})\Z|\(([^()]{2,30})\)\Z")


def _of_headline(line: str) -> str | None:
    """Return the agency in "Ministers meet - Reuters", "Ministers meet (dpa)"."""
    found = _HEADLINE_TAIL.search(plain(line[-_LONGEST_TAIL:]).strip())
    return agency_listed(found[1] or found[2]) if found else None
