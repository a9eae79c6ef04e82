"""The people among the names of an article, with their titles and functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tasks.annotate.naming.consistency import Name, surnames
from tasks.annotate.naming.roles import Role, is_title, role_of

_NONE = Role(0)


def with_roles(
    names: Sequence[Name], fields: Mapping[str, str], language: str
) -> tuple[list[Name], list[Role]]:
    """Return the names and the role of each; names of people lose their titles.

    A title that stands alone (the Senator) is no name, unless it is somebody's surname.
    """
    starts = {(name.field, name.end): name.start for name in names if name.kind != "person"}
    known = set(surnames(names))
    kept: list[Name] = []
    roles: list[Role] = []
    for name in names:
        role = _NONE
        if name.kind == "person":
            role = _role(name, fields[name.field], starts, language)
            surface = fields[name.field][role.start : name.end]
            name = Name(name.field, role.start, name.end, name.kind, surface)
            if not role.title and surface not in known and is_title(surface, language):
                continue
        kept.append(name)
        roles.append(role)
    return kept, roles


def _role(name: Name, text: str, starts: Mapping[tuple[str, int], int], language: str) -> Role:
    def start_of(end: int) -> int | None:
        return starts.get((name.field, end))

    return role_of(text, name.start, name.end, language, start_of)
