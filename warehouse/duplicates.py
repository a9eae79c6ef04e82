"""Rows of the tables that tell duplicates: what is alike, what belongs together, and the index.

They depend on the rest of the corpus, so they are narrow and corrected by later rows; the article
itself never changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import pyarrow as pa

from warehouse.columns import FLAG, INSTANT, TEXT, Column, Ratio, few, key, ratio

SPANS = pa.list_(
    pa.struct(
        [
            ("a_start", pa.int32()),
            ("a_end", pa.int32()),
            ("b_start", pa.int32()),
            ("b_end", pa.int32()),
        ]
    )
)
DIFFERENCES = pa.list_(pa.struct([("kind", TEXT), ("a", TEXT), ("b", TEXT)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """A relation between two articles. Exact copies are a star round one of them."""

    link_id: Annotated[str, key("Hash of the three columns that follow.")]
    article_a: Annotated[str, key("Article.")]
    article_b: Annotated[str, key("The article it is related to; of a star, the centre.")]
    relation: Annotated[
        str,
        few(
            "Of the texts: exact (the same body under another URL or without one), near, contains, "
            "contained_in, reuses. Of the articles, beside the former: revision (a is the later "
            "version), syndicated (a agency's text at another outlet)."
        ),
    ]
    jaccard: Annotated[Ratio, ratio("5-grams of tokens in both, of those in either.")] = None
    containment_a: Annotated[Ratio, ratio("How much of a's 5-grams b has.")] = None
    containment_b: Annotated[Ratio, ratio("How much of b's 5-grams a has.")] = None
    shared_spans: Annotated[
        Sequence[Mapping[str, int]],
        Column(SPANS, "What both have: half-open code points of both texts, longest first."),
    ] = ()
    differs: Annotated[
        Sequence[str],
        Column(
            pa.list_(TEXT), "figures, dates, names, headline, lead, ending, boilerplate, wording."
        ),
    ] = ()
    differences: Annotated[
        Sequence[Mapping[str, str]],
        Column(DIFFERENCES, "What stands in a and what in its place in b, by kind."),
    ] = ()
    is_same_item: Annotated[
        bool | None,
        Column(FLAG, "Does it put both into one group? False: alike, but about something else."),
    ] = None
    reason: Annotated[str | None, Column(TEXT, "Why it is so called, for a person.")] = None
    agency: Annotated[str | None, few("The agency credited, of syndicated.")] = None
    lag_seconds: Annotated[
        float | None, Column(pa.float64(), "published_at of a minus that of b, where both known.")
    ] = None
    version: Annotated[int | None, Column(pa.int16(), "Of the comparison; NULL: exact.")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """Which group an article joined when it came. See group_aliases and the view stories."""

    article_id: Annotated[str, key("Article.")]
    article_number: Annotated[int, Column(pa.int32(), "Short name of the article in shingles.")]
    group_id: Annotated[
        str, key("The article_id of the group's leader: its first. A person may split it.")
    ]
    joined_by: Annotated[str, few("leader (it began the group), exact or near.")]
    identity_sha256: Annotated[str, key("articles.identity_sha256; equal texts are sketched once.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAliasRow:
    """Two groups turned out to be one: the younger is another name of the older."""

    group_id: Annotated[str, key("The group that is from now on only a name.")]
    alias_of: Annotated[str, key("The group it is part of.")]
    link_id: Annotated[str | None, Column(TEXT, "The link that showed it.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoilerplateRow:
    """A paragraph that recurs in a source; it does not count when copies are looked for."""

    source: Annotated[str, few("articles.source.")]
    text_sha256: Annotated[str, key("paragraphs.text_sha256.")]
    article_id: Annotated[str, Column(TEXT, "An article that has it.")]
    version: Annotated[int, Column(pa.int16(), "Of the rule, see tasks/dedup/boilerplate.py.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShingleRow:
    """The index: hashes of the texts that lead groups, and what members add to them."""

    hash: Annotated[int, Column(pa.int64(), "48-bit hash of a run of tokens.")]
    article_number: Annotated[int, Column(pa.int32(), "See groups.")]
    published_month: Annotated[
        int | None, Column(pa.int16(), "Year * 12 + month - 1; NULL: date not known.")
    ]
    script: Annotated[int, Column(pa.int8(), "Class of scripts, see tasks/dedup/tokens.py.")]
    version: Annotated[int, Column(pa.int8(), "Of the sketch, see tasks/dedup/shingles.py.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """What a person decided about two articles; matching and rebuilding respect the last one."""

    article_a: Annotated[str, key("The smaller id of the two.")]
    article_b: Annotated[str, key("The greater id.")]
    decision: Annotated[str, few("apart: never in one group, never linked.")]
    reason: Annotated[str | None, Column(TEXT, "As given.")]
    decided_by: Annotated[str | None, few("Name as given, else of the account.")]
    decided_at: Annotated[datetime, Column(INSTANT, "Clock of the writer.")]


DUPLICATE_TABLES: dict[str, Any] = {
    "links": LinkRow,
    "groups": GroupRow,
    "group_aliases": GroupAliasRow,
    "boilerplate": BoilerplateRow,
    "shingles": ShingleRow,
    "decisions": DecisionRow,
}
