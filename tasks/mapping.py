"""The user's names of keys and columns: `--map headline=titel_txt`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tasks.fields import FIELDS
from warehouse.errors import BadSetting

# What a key or column may stand for: a field of the article, its text, or its web page.
TARGETS = (*FIELDS, "body", "html")


def read_mapping(pairs: Sequence[str]) -> Mapping[str, str]:
    """Return key -> field of pairs "field=key".

    Raises BadSetting for a pair that is none, a field that does not exist (TARGETS lists those
    that do) and a key that is given two fields.
    """
    mapping: dict[str, str] = {}
    for pair in pairs:
        field, equals, key = (piece.strip() for piece in pair.partition("="))
        if not (equals and field and key):
            raise BadSetting(f"--map {pair}: write field=column, for instance headline=titel_txt")
        if field not in TARGETS:
            raise BadSetting(f"--map {pair}: no field {field!r}; there are {', '.join(TARGETS)}")
        if mapping.get(key, field) != field:
            raise BadSetting(f"--map {pair}: {key!r} is already mapped to {mapping[key]!r}")
        mapping[key] = field
    return mapping
