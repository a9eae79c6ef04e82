"""The rows of `links` that a comparison, a revision or a syndicated copy becomes."""

from __future__ import annotations

from dataclasses import asdict

from tasks.dedup.compare import VERSION, Comparison
from tasks.dedup.identity import link_id
from tasks.dedup.versions import Revision, Syndication
from warehouse.duplicates import GroupRow, LinkRow
from warehouse.items import Item

# Between texts; the others (exact, revision, syndicated) are between articles.
TEXT_RELATIONS = frozenset({"near", "contains", "contained_in", "reuses", "indirect"})


def group_row(item: Item, *, number: int, text: int, leader: int, group_id: str) -> GroupRow:
    """Return the row of an article (`number`) of a text in the group that `leader` leads."""
    how = "exact" if text != number else "leader" if leader == number else "near"
    return GroupRow(
        article_id=item.article_id,
        article_number=number,
        group_id=group_id,
        joined_by=how,
        identity_sha256=item.identity_sha256,
    )


def text_link(a: Item, b: Item, found: Comparison, *, joins: bool) -> LinkRow:
    """Return the link of two texts; "indirect" where only others of their group connect them."""
    relation = found.relation or "indirect"
    return LinkRow(
        link_id=link_id(a.article_id, b.article_id, relation),
        article_a=a.article_id,
        article_b=b.article_id,
        relation=relation,
        jaccard=found.jaccard,
        containment_a=found.containment_a,
        containment_b=found.containment_b,
        shared_spans=[asdict(span) for span in found.shared_spans],
        differs=list(found.differs),
        differences=[asdict(each) for each in found.differences],
        is_same_item=joins,
        reason=found.reason,
        version=VERSION,
    )


def revision_link(found: Revision, scores: Comparison) -> LinkRow:
    """Return the link from a later version to an earlier one, with what changed."""
    return LinkRow(
        link_id=link_id(found.later, found.earlier, "revision"),
        article_a=found.later,
        article_b=found.earlier,
        relation="revision",
        jaccard=scores.jaccard,
        containment_a=scores.containment_a,
        containment_b=scores.containment_b,
        differs=list(scores.differs),
        differences=[asdict(each) for each in scores.differences],
        is_same_item=True,
        reason=found.why + ("" if found.is_ordered else "; which is the later is not known"),
        version=VERSION,
    )


def syndication_link(a: Item, b: Item, found: Syndication, scores: Comparison | None) -> LinkRow:
    """Return the link from an agency's text at one outlet to the same at another."""
    return LinkRow(
        link_id=link_id(a.article_id, b.article_id, "syndicated"),
        article_a=a.article_id,
        article_b=b.article_id,
        relation="syndicated",
        jaccard=scores.jaccard if scores else 1.0,
        containment_a=scores.containment_a if scores else 1.0,
        containment_b=scores.containment_b if scores else 1.0,
        is_same_item=True,
        reason=f"{found.agency} is credited; {b.source} has it, too",
        agency=found.agency,
        lag_seconds=found.lag_seconds,
        version=VERSION,
    )
