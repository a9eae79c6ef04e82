"""Which names of one article are the same: surnames, acronyms, plurals, shorter forms.

Two names are one only if something says so:
- equal but for case, blanks, an article, a possessive, dots of an abbreviation;
- an acronym and the long form that the article gives (acronyms);
- abbreviations of countries and of the UN and EU (aliases.tsv);
- plural and singular of a group: Iraqi, Iraqis;
- a person's full name and its surname, or the same first and last name. A surname that two people
  of the article have joins the one with the same title, else it stays a name of its own: nothing in
  the text says which of them it is;
- a body or group of several words and the last of them, if that is not a common noun: Takfiri
  Daesh, Daesh; with and without what says it is a company: Boeing, Boeing Co.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from tasks.annotate.naming.consistency import Name
from tasks.annotate.naming.tables import table, words
from warehouse.annotations import AcronymRow

_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_BODIES = ("organisation", "group", "other", "event", "work", "place")
Form = tuple[str, str]  # kind, normalised name


@dataclass(frozen=True, slots=True)
class Entity:
    """What several mentions name."""

    entity_id: str
    name: str
    normalized_name: str
    kind: str


def link(
    names: Sequence[Name],
    titles: Sequence[str | None],
    acronyms: Sequence[AcronymRow],
    language: str,
) -> list[Entity]:
    """Return for each name the entity that it names; equal ones are equal objects."""
    forms = [(name.kind, normalized(name.surface, name.kind)) for name in names]
    groups = _Groups(forms)
    _join_acronyms(groups, acronyms)
    _join_people(groups, forms, titles)
    _join_bodies(groups, language)
    members: defaultdict[Form, list[int]] = defaultdict(list)
    for index, form in enumerate(forms):
        members[groups.root(form)].append(index)
    entities: dict[Form, Entity] = {}
    for root, indexes in members.items():
        entities[root] = _entity([names[index] for index in indexes])
    return [entities[groups.root(form)] for form in forms]


def normalized(surface: str, kind: str) -> str:
    """Return the form of a name that ids are made of: NFKC, folded case, single blanks.

    Without an article or a possessive; of a group the singular; of a country its full name.
    """
    if not surface.isascii():
        surface = unicodedata.normalize("NFKC", surface).replace("’", "'")
    parts = surface.casefold().split()
    if len(parts) > 1 and parts[0] == "the":
        parts = parts[1:]
    name = " ".join(parts).removesuffix("'s").removesuffix("'")
    if kind == "group" and len(name) > 4 and name.endswith("s") and not name.endswith(("ss", "us")):
        name = name[:-1]
    return _aliases().get((kind, name), name)


def entity_id(kind: str, normalized_name: str) -> str:
    """Return the id of an entity: the first 32 hex digits of a hash of kind and name."""
    text = f"{kind}\n{normalized_name}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:32]


@cache
def _aliases() -> Mapping[Form, str]:
    return {
        (kind, other): name for kind, name, rest in table("aliases") for other in rest.split("|")
    }


class _Groups:
    """Forms that are joined (a union-find whose root is the first form in the text)."""

    def __init__(self, forms: Iterable[Form]) -> None:
        self.forms = list(dict.fromkeys(forms))
        self._order = {form: number for number, form in enumerate(self.forms)}
        self._parent = {form: form for form in self.forms}

    def root(self, form: Form) -> Form:
        while self._parent[form] != form:
            self._parent[form] = self._parent[self._parent[form]]
            form = self._parent[form]
        return form

    def join(self, one: Form, other: Form) -> None:
        """Join two forms; those the article does not have are left alone."""
        if one in self._parent and other in self._parent:
            first, second = sorted((self.root(one), self.root(other)), key=self._order.__getitem__)
            self._parent[second] = first


def _join_acronyms(groups: _Groups, acronyms: Sequence[AcronymRow]) -> None:
    for row in acronyms:
        for kind in ("person", *_BODIES):
            groups.join((kind, normalized(row.long, kind)), (kind, normalized(row.short, kind)))


def _join_people(groups: _Groups, forms: Sequence[Form], titles: Sequence[str | None]) -> None:
    """Join first the full names of one person, then surnames and first names."""
    people = [form for form in groups.forms if form[0] == "person"]
    full = [form for form in people if len(_name_parts(form[1])) > 1]
    by_ends: dict[tuple[str, str], Form] = {}
    for form in full:
        parts = _name_parts(form[1])
        groups.join(by_ends.setdefault((parts[0], parts[-1]), form), form)
    by_tail: defaultdict[str, list[Form]] = defaultdict(list)
    by_first: defaultdict[str, list[Form]] = defaultdict(list)
    for form in full:
        for tail in _tails(form[1]):
            by_tail[tail].append(form)
        by_first[_name_parts(form[1])[0]].append(form)
    said = _titles(forms, titles)
    for form in people:
        key = " ".join(_name_parts(form[1]))
        found = by_tail.get(key) or (by_first.get(key) if " " not in key else None)
        one = _only(groups, form, found or (), said)
        if one:
            groups.join(one, form)


def _name_parts(name: str) -> list[str]:
    """Return the words of a person's name without Jr. and without full stops."""
    parts = [part.strip(".,") for part in name.split()]
    kept = [part for part in parts if part and part not in _SUFFIXES]
    return kept or parts


def _tails(name: str) -> Iterable[str]:
    """Yield what a person may be called by: the last words, and the last without its article."""
    parts = _name_parts(name)
    for index in range(1, min(len(parts), 6)):
        yield " ".join(parts[index:])
    head, hyphen, tail = parts[-1].partition("-")
    if hyphen and head in ("al", "el", "ul", "as", "ad", "ar", "an", "az", "ash", "at") and tail:
        yield tail


def _titles(forms: Sequence[Form], titles: Sequence[str | None]) -> Mapping[Form, set[str]]:
    said: defaultdict[Form, set[str]] = defaultdict(set)
    for form, title in zip(forms, titles, strict=True):
        if title:
            said[form].add(title.casefold())
    return said


def _only(
    groups: _Groups, form: Form, found: Sequence[Form], said: Mapping[Form, set[str]]
) -> Form | None:
    """Return the one person that a shorter name can be; among several, the one of equal title."""
    roots = {groups.root(other): other for other in found if other != form}
    if len(roots) > 1:
        mine = said.get(form, set())
        roots = {root: other for root, other in roots.items() if mine & said.get(other, set())}
    return next(iter(roots.values())) if len(roots) == 1 else None


def _join_bodies(groups: _Groups, language: str) -> None:
    """Join shorter forms of bodies and groups with the longer ones that they stand for."""
    generic = words("heads", language, "generic")
    company = words("heads", language, "company")
    by_last: defaultdict[Form, list[Form]] = defaultdict(list)
    for kind, name in groups.forms:
        parts = name.split()
        if kind == "person" or len(parts) < 2:
            continue
        if parts[-1] in company:
            groups.join((kind, " ".join(parts[:-1])), (kind, name))
        if kind in ("organisation", "group"):
            by_last[kind, parts[-1]].append((kind, name))
    for (kind, last), longer in by_last.items():
        one = len({groups.root(form) for form in longer}) == 1
        if one and len(last) > 3 and last not in generic and last.isalpha():
            groups.join((kind, last), longer[0])


def _entity(mentions: Sequence[Name]) -> Entity:
    """Return the entity of mentions, named by its fullest form, the first of equals."""
    kind = mentions[0].kind
    best = max(mentions, key=lambda one: _fullness(one.surface))  # max takes the first of equals
    name = normalized(best.surface, kind)
    return Entity(entity_id(kind, name), " ".join(best.surface.split()), name, kind)


def _fullness(surface: str) -> tuple[int, bool, int]:
    """Order forms: more words, not all in capitals, more letters."""
    return len(surface.split()), not surface.isupper(), len(surface)
