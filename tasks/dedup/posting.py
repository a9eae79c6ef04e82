"""What a chunk adds to the index: the hashes of new leaders, and those that members add to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tasks.dedup.candidates import Found
from tasks.dedup.grouping import Groups
from tasks.dedup.shingles import VERSION, Sketches
from tasks.dedup.sketching import boilerplate_of, months_of, sketch_items
from tasks.dedup.stories import Stories
from warehouse.shingle_files import shingle_table


def postings(
    sketches: Sketches,
    numbers: NDArray[np.int32],
    months: NDArray[np.int16],
    found: Found,
    final: Mapping[int, int],
    groups: Groups,
) -> pa.Table:
    """Return rows of `shingles`, sorted as its files are.

    `numbers[i]` and `months[i]` belong to text i of the sketches; `final` gives their groups. Of
    10,000 copies only what is new in each is posted, so a much copied text has one posting list.
    """
    keep = np.ones(len(sketches.hashes), bool)
    posted = _committed(found, final, groups)
    members = [(i, text) for i, text in enumerate(numbers.tolist()) if final[text] != text]
    for text in {final[text] for _, text in members} & final.keys():
        posted[text].update(sketches.hashes[_rows(sketches, numbers.tolist().index(text))].tolist())
    for i, text in members:
        rows = _rows(sketches, i)
        hashes = sketches.hashes[rows]
        group = posted[final[text]]
        keep[rows] = [each not in group for each in hashes.tolist()]
        group.update(hashes.tolist())
    return _table(sketches, keep, numbers, months)


def _rows(sketches: Sketches, i: int) -> slice:
    """Where the hashes of text i stand: they are sorted by it."""
    start, end = np.searchsorted(sketches.owners, [i, i + 1])
    return slice(int(start), int(end))


def _committed(
    found: Found, final: Mapping[int, int], groups: Groups
) -> defaultdict[int, set[int]]:
    """The hashes that known groups have in the index, as far as texts of this chunk hit them."""
    posted: defaultdict[int, set[int]] = defaultdict(set)
    members = np.array([text for text, group in final.items() if group not in final], np.int32)
    hits = np.flatnonzero(np.isin(found.owners, members))
    for hash_, owner, number in zip(
        found.hashes[hits].tolist(),
        found.owners[hits].tolist(),
        found.numbers[hits].tolist(),
        strict=True,
    ):
        if number not in final and groups.find(number) == final[owner]:
            posted[final[owner]].add(hash_)
    return posted


def group_postings(members: Mapping[int, Sequence[int]], stories: Stories) -> pa.Table:
    """Return the rows of `shingles` for whole groups: `members` gives their texts, leaders first.

    Boilerplate is what is marked now, so it may be more than when the texts came.
    """
    texts = [text for group in members.values() for text in group]
    found = stories.items(texts)
    items = [found[text] for text in texts]
    sketches = sketch_items(items, boilerplate_of(items, stories.recurring))
    keep = np.ones(len(sketches), bool)
    place = 0
    for group in members.values():
        posted: set[int] = set()
        for i in range(place, place + len(group)):
            rows = _rows(sketches, i)
            hashes = sketches.hashes[rows].tolist()
            if posted:
                keep[rows] = [each not in posted for each in hashes]
            if len(group) > 1:
                posted.update(hashes)
        place += len(group)
    return _table(sketches, keep, np.array(texts, np.int32), months_of(items))


def _table(
    sketches: Sketches,
    keep: NDArray[np.bool_],
    numbers: NDArray[np.int32],
    months: NDArray[np.int16],
) -> pa.Table:
    owners = sketches.owners[keep]
    return shingle_table(
        sketches.hashes[keep], numbers[owners], months[owners], sketches.scripts[keep], VERSION
    )
