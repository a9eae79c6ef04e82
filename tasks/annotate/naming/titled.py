"""Which names are people's because a title or a party stands beside them: Mayor Agnes Tolliver.

A title that only people have outweighs what a model says, for this place and for the same name and
its surname in the rest of the article: models take senators for bodies and places.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from tasks.annotate.naming.roles import behind_titles, follows_title, is_role_word
from tasks.annotate.naming.tables import words

# A person's name has one to three words here; more are often a name and what stands behind it.
_MOST_WORDS = 3
TITLED_KINDS = ("person", "organisation", "place", "other", "work")
_NAME_WORD = re.compile(r"[A-ZÀ-ÖØ-Þ][\w'’-]*\.?")
_FOLLOWING = re.compile(r"(?:['’]s)?[ \u00a0]([A-ZÀ-ÖØ-Þ][\w-]{0,30})")
_PARTY = re.compile(r",? ?\(?[DRI][-–][A-Z][\w.]{1,5}\b")
_HEADS = ("organisation", "place", "event", "work", "generic")


class _Named(Protocol):
    @property
    def field(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def surface(self) -> str: ...


def is_titled(name: _Named, text: str, language: str) -> bool:
    """Does a title stand before `name` or begin it, or a party behind it, as only people have?"""
    start = behind_titles(text, name.start, name.end, language)
    if not _may_be_person(text, start, name.end, language):
        return False
    return (
        start > name.start
        or follows_title(text, start, language)
        or (_PARTY.match(text, name.end) is not None and " " in name.surface)
    )


def people_by_title(
    titled: Iterable[_Named], names: Iterable[_Named], language: str
) -> dict[str, str]:
    """Return `person` for the surfaces of `names` that `titled` says are people.

    These are the same surfaces (not Washington, if it is a place more often), and full names whose
    surname somebody is called by with a title.
    """
    surfaces = Counter(name.surface for name in titled)
    lasts = {surface.split()[-1] for surface in surfaces}
    names = list(names)
    places = Counter(name.surface for name in names if name.kind == "place")
    found = {one: "person" for one in surfaces if surfaces[one] >= places[one]}
    for name in names:
        parts = name.surface.split()
        if name.kind in ("organisation", "other") and 1 < len(parts) <= _MOST_WORDS:
            whole = name.surface
            if parts[-1] in lasts and _may_be_person(whole, 0, len(whole), language):
                found[name.surface] = "person"
    return found


def _may_be_person(text: str, start: int, end: int, language: str) -> bool:
    """Is it one to three words in capitals, none of them a title or of a body, nor the next one?"""
    parts = text[start:end].split()
    if not 0 < len(parts) <= _MOST_WORDS or not all(map(_NAME_WORD.fullmatch, parts)):
        return False
    following = _FOLLOWING.match(text, end)
    if following and not follows_title(f"{following[1]} ", len(following[1]) + 1, language):
        parts.append(following[1])
    return not any(_is_bodys(part, language) for part in parts)


def _is_bodys(word: str, language: str) -> bool:
    low = word.lower().rstrip(".")
    return is_role_word(low, language) or any(low in words("heads", language, k) for k in _HEADS)
