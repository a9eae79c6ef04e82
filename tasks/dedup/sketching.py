"""The sketches of items, without the paragraphs that are boilerplate of their source."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tasks.dedup.shingles import Sketches, sketch
from tasks.dedup.tokens import tokenize
from warehouse.items import Item, Spans
from warehouse.recurring import Marked, Recurring
from warehouse.shingle_files import NO_MONTH

Boilerplate = Mapping[str | None, set[str]]  # source -> paragraphs.text_sha256


def sketch_items(items: Sequence[Item], boilerplate: Boilerplate) -> Sketches:
    """Return the sketches of the body paragraphs that are not boilerplate; owners are places."""
    kept = [_kept(item, boilerplate.get(item.source, set())) for item in items]
    return sketch(tokenize([item.text for item in items]), kept)


def boilerplate_of(
    items: Iterable[Item], recurring: Recurring, marked: Sequence[Marked] = ()
) -> Boilerplate:
    """Return which body paragraphs of `items` do not count: those that were marked before, and
    those that are being marked now."""
    wanted: dict[str | None, set[str]] = defaultdict(set)
    for item in items:
        if item.source is not None:
            wanted[item.source].update(_hash(item, span) for span in item.body)
    found = {source: set(recurring.is_marked(source, each)) for source, each in wanted.items()}
    for each in marked:
        found.setdefault(each.source, set()).add(each.text_sha256)
    return found


def months_of(items: Sequence[Item]) -> NDArray[np.int16]:
    """Return Item.published_month of each, NO_MONTH where it is not known."""
    months = [item.published_month for item in items]
    return np.array([NO_MONTH if month is None else month for month in months], np.int16)


def _kept(item: Item, boilerplate: set[str]) -> Spans:
    if not boilerplate:
        return item.body
    kept = tuple(span for span in item.body if _hash(item, span) not in boilerplate)
    return kept or item.body  # nothing else is left to know it by


def _hash(item: Item, span: tuple[int, int]) -> str:
    """The paragraph's text_sha256."""
    return hashlib.sha256(item.text[span[0] : span[1]].encode()).hexdigest()
