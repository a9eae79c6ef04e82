"""What a chunk adds to the index: the hashes of new leaders, and those that members add to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

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
    keep = np.ones(len(sketches), bool)
    posted = _committed(found, final, groups)
    places: dict[int, list[int]] = defaultdict(list)
    for i, text in enumerate(numbers.tolist()):
        places[final[text]].insert(0 if final[text] == text else len(places[final[text]]), i)
    for group, texts in places.items():
        if group not in final or len(texts) > 1:
            _leave_out(sketches, keep, texts, posted[group])
    return _table(sketches, keep, numbers, months)


def _leave_out(
    sketches: Sketches, keep: NDArray[np.bool_], texts: Iterable[int], posted: set[int]
) -> None:
    """Clear `keep` where a hash of these texts (places in the sketches) was posted before."""
    for i in texts:
        start, end = np.searchsorted(sketches.owners, [i, i + 1])  # they are sorted by it
        hashes = sketches.hashes[start:end].tolist()
        keep[start:end] = [each not in posted for each in hashes]
        posted.update(hashes)


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
        if len(group) > 1:
            _leave_out(sketches, keep, range(place, place + len(group)), set())
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
