"""Groups of texts that are one item: which are joined, which must stay apart, who leads.

A group is the set of texts that verified links of the same item connect, so it does not depend on
the order in which they came. It is named after its first text, and that name stays: when two named
groups turn out to be one, the younger becomes an alias of the older.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from warehouse.items import Item


class Groups:
    """Joins new and known texts. `known` gives the groups of known texts by their numbers."""

    def __init__(
        self,
        known: Callable[[Iterable[int]], Mapping[int, int]],
        apart: Iterable[tuple[int, int]] = (),
    ) -> None:
        self._known = known
        self._apart = list(apart)
        self._group: dict[int, int] = {}  # of texts met so far
        self._parent: dict[int, int] = {}  # of groups
        self._new: set[int] = set()

    def add(self, text: int) -> None:
        """Take up a text that no commit holds: a group of its own."""
        self._group[text] = text
        self._new.add(text)

    def load(self, texts: Iterable[int]) -> None:
        """Look up the groups of known texts."""
        self._group.update(self._known([text for text in texts if text not in self._group]))

    def find(self, text: int) -> int:
        """Return the group of a text as it stands now."""
        if text not in self._group:
            self.load([text])
        return self._root(self._group[text])

    def _root(self, group: int) -> int:
        while (parent := self._parent.get(group, group)) != group:
            group = parent
        return group

    def may_join(self, one: int, other: int) -> bool:
        """Has nobody set apart a text of the one group and a text of the other?"""
        pair = {self.find(one), self.find(other)}
        return not any({self.find(a), self.find(b)} == pair for a, b in self._apart)

    def is_apart(self, one: int, other: int) -> bool:
        """Has a person set these two texts apart?"""
        return (one, other) in self._apart or (other, one) in self._apart

    def merged_into(self, group: int) -> list[int]:
        """Return the groups that were made names of this one."""
        return [young for young in self._parent if self._root(young) == group and young != group]

    def join(self, one: int, other: int) -> tuple[int, int] | None:
        """Make the groups of two texts one; return (younger, older) if both were committed."""
        young, old = sorted((self.find(one), self.find(other)), key=self._age, reverse=True)
        if young == old:
            return None
        self._parent[young] = old
        return None if young in self._new else (young, old)

    def _age(self, group: int) -> tuple[bool, int]:
        return group in self._new, group

    def lead(self, items: Mapping[int, Item]) -> dict[int, int]:
        """Return the final group of every new text; a new group is led by its canonical text."""
        roots = {text: self.find(text) for text in self._new}
        leaders: dict[int, int] = {}
        for text in sorted(self._new, key=lambda text: items[text].canonical_order):
            if roots[text] in self._new:
                leaders.setdefault(roots[text], text)
        return {text: leaders.get(root, root) for text, root in roots.items()}
