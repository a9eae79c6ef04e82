"""ninjs 3.1 of the IPTC, one item per article (ninjs-schema_3.1.json, github.com/iptc/newsinjson).

What an article does not have, its item leaves out. A receiver that keeps rights reads
copyrightHolder, usageTerms and rightsInfo; reservations have no property of their own in ninjs and
stand in usageTerms, in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.export.lines import plain

COLUMNS = (
    *("article_id", "headline", "text", "description", "byline", "authors", "publisher", "agency"),
    *("keywords", "canonical_url", "image_url", "published_at", "published_precision"),
    *("modified_at", "language_code", "word_count", "char_count", "license", "copyright_holder"),
    *("tdm_reservation", "tdm_policy", "ai_directives", "is_truncated"),
)
STANDARD = {
    "name": "ninjs",
    "version": "3.1",
    "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json",
}
# What the dictionary of an export says about the properties.
PROPERTIES = {
    "uri": "canonical_url (versions share it), else urn:copydesk:article: and article_id",
    "version": "article_id",
    "altIds": "article_id",
    "firstCreated": "published_at; midnight UTC where only the day, month or year is known: edNote",
    "versionCreated": "modified_at, else published_at",
    "language": "language_code",
    "headlines": "headline (role main)",
    "descriptions": "description (role summary)",
    "bodies": "text (role main, text/plain), with charCount and wordCount",
    "by": "byline",
    "infoSources": "authors (role author), publisher (role publisher), agency (role agency)",
    "subjects": "keywords",
    "copyrightHolder": "copyright_holder",
    "usageTerms": "license in words; tdm_reservation, tdm_policy and ai_directives",
    "rightsInfo": "linkedRights: license where it is an address",
    "associations": "image_url, as a picture",
    "representationType": "partial where is_truncated, else full",
}


def item(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ninjs item of one article, given COLUMNS."""
    identity = row["article_id"]
    everything = {
        "uri": row["canonical_url"] or f"urn:copydesk:article:{identity}",
        "type": "text",
        "standard": STANDARD,
        "version": identity,
        "altIds": [{"role": "article_id", "value": identity}],
        "representationType": "partial" if row["is_truncated"] else "full",
        "pubStatus": "usable",
        **_dates(row),
        "language": row["language_code"],
        "headlines": _valued(row["headline"], role="main"),
        "descriptions": _valued(row["description"], role="summary", contentType="text/plain"),
        "bodies": _valued(
            row["text"],
            role="main",
            contentType="text/plain",
            charCount=row["char_count"],
            wordCount=row["word_count"],
        ),
        "by": row["byline"],
        "infoSources": _sources(row),
        "subjects": [{"name": name} for name in row["keywords"] or ()],
        **_rights(row),
        "associations": _picture(row["image_url"]),
    }
    return {name: value for name, value in everything.items() if value not in (None, [], "")}


def _valued(value: str | None, **others: Any) -> list[dict[str, Any]]:
    return [] if value is None else [{**others, "value": value}]


def _dates(row: Mapping[str, Any]) -> dict[str, Any]:
    precision = row["published_precision"]
    dates = {
        "firstCreated": plain(row["published_at"]),
        "versionCreated": plain(row["modified_at"] or row["published_at"]),
    }
    if precision in ("year", "month", "day"):
        dates["edNote"] = f"The date of publication is known to the {precision} only."
    return dates


def _sources(row: Mapping[str, Any]) -> list[dict[str, str]]:
    named = [("author", author["name"]) for author in row["authors"] or ()]
    named += [(role, row[role]) for role in ("publisher", "agency")]
    return [{"name": name, "role": role} for role, name in named if name]


def _rights(row: Mapping[str, Any]) -> dict[str, Any]:
    is_linked = _is_address(row["license"])
    terms = [] if is_linked or not row["license"] else [row["license"]]
    if row["tdm_reservation"]:
        policy = f": {row['tdm_policy']}" if row["tdm_policy"] else ""
        terms.append(f"Text and data mining is reserved (TDMRep){policy}.")
    if row["ai_directives"]:
        terms.append(f"Robots are told: {', '.join(row['ai_directives'])}.")
    return {
        "copyrightHolder": row["copyright_holder"],
        "usageTerms": " ".join(terms),
        "rightsInfo": {"linkedRights": row["license"]} if is_linked else None,
    }


def _picture(address: str | None) -> list[dict[str, Any]]:
    if not _is_address(address):
        return []
    rendition = {"name": "main", "href": address}
    return [{"name": "picture", "uri": address, "type": "picture", "renditions": [rendition]}]


def _is_address(value: str | None) -> bool:
    return value is not None and value.startswith(("http://", "https://")) and " " not in value
