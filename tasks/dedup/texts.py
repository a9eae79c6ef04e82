"""The texts one chunk works with, by number: each is loaded, prepared and compared once."""

from __future__ import annotations

from collections.abc import Iterable

from tasks.dedup.compare import Comparison, Prepared, compare, prepare
from tasks.dedup.stories import Stories
from warehouse.items import Item


class Texts:
    """Items by the number of their text: those of the chunk, and known ones on demand."""

    def __init__(self, stories: Stories) -> None:
        self._stories = stories
        self._items: dict[int, Item] = {}
        self._prepared: dict[int, Prepared] = {}
        self._compared: dict[tuple[int, int], Comparison] = {}

    def put(self, number: int, item: Item) -> None:
        """Take an item of the chunk; it takes the place of what is known under its number."""
        self._items[number] = item

    def load(self, numbers: Iterable[int]) -> None:
        """Fetch and prepare many at once, which costs less than one by one."""
        wanted = list(dict.fromkeys(numbers))
        self._items |= self._stories.items([each for each in wanted if each not in self._items])
        raw = [each for each in wanted if each not in self._prepared]
        ready = prepare([self._items[each] for each in raw])
        self._prepared.update(zip(raw, ready, strict=True))

    def __getitem__(self, number: int) -> Item:
        if number not in self._items:
            self._items |= self._stories.items([number])
        return self._items[number]

    def has_compared(self, one: int, other: int) -> bool:
        """Were these two compared?"""
        return (one, other) in self._compared or (other, one) in self._compared

    def compare(self, a: int, b: int) -> Comparison:
        """Return the comparison of two texts as seen from a."""
        if (a, b) not in self._compared:
            self.load((a, b))
            self._compared[a, b] = compare(self._prepared[a], self._prepared[b])
        return self._compared[a, b]

    def later_first(self, one: int, other: int) -> tuple[int, int]:
        """Return two texts in the order in which links name them: the later article first."""
        is_later = self[one].canonical_order > self[other].canonical_order
        return (one, other) if is_later else (other, one)

    @property
    def compared(self) -> int:
        """How many pairs were compared."""
        return len(self._compared)
