"""Front matter: the fields of an article before its text, as site generators write them.

YAML between lines of "---", TOML between "+++" (Hugo), a JSON object (Hugo), or "Key: value" lines
up to a blank one (Pelican, MultiMarkdown). Keys mean what they mean in JSON articles. YAML that is
broken, as titles with a colon are, or that holds aliases, which can grow without bound ("billion
laughs"), is read line by line.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tasks.readers import json as json_reader
from tasks.readers.json_keys import KEYS, plain_key
from tasks.records import Candidate, RawDocument
from warehouse.errors import CannotRead

if TYPE_CHECKING:
    from datetime import date, time

LONGEST = 64 * 1024  # characters; front matter of news has a few hundred
_MOST_NESTED = 20  # levels, of which news need three
_MOST_KEYS = 200

_YAML = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_TOML = re.compile(r"\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_PLAIN = re.compile(
    r"((?:[A-Za-z][\w -]{0,30}:[ \t]+\S[^\n]*\n(?:[ \t]+\S[^\n]*\n)*){2,})(?=\n|\Z)"
)
_LINE = re.compile(r"^([A-Za-z_][\w.-]*(?::[\w.-]+)?)[ \t]*:(?:[ \t]+|$)(.*)$", re.MULTILINE)
_ITEM = re.compile(r"^[ \t]*-[ \t]+(.*)$", re.MULTILINE)
_ALIAS = re.compile(r"(?:^|[\s\[{,:-])\*[^\s*]")  # of YAML; **bold** in a value is none
# libyaml composes by recursion in C: 60,000 brackets end the process. News nest three levels.
_DEEP = re.compile(r"(?:[-?][ \t]+){20}|^[ \t]{100}", re.MULTILINE)
_MOST_BRACKETS = 200
_COMMENT = re.compile(r"\s+#.*\Z")
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None}

_Value = object


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Candidates, best first; what else it says; and where the text begins behind it."""

    candidates: tuple[Candidate, ...]
    extra: Mapping[str, object]
    end: int

    @property
    def headline(self) -> str:
        """The first headline, or ""."""
        return next((each.value for each in self.candidates if each.field == "headline"), "")


def read_front_matter(text: str) -> FrontMatter | None:
    """Return the front matter at the start of `text`, or None if there is none.

    Lines end in "\\n". Longer than LONGEST characters, it is no front matter but text.
    """
    found = _find(text[:LONGEST])
    if found is None:
        return None
    fields, end = found
    used = dict(list(fields.items())[:_MOST_KEYS])
    try:
        candidates, extra = _as_json(used)
    except CannotRead:  # a value that JSON cannot hold, or too deep
        candidates, extra = (), {"front_matter": text[:end]}
    return FrontMatter(candidates, extra, end)


def _find(text: str) -> tuple[Mapping[str, _Value], int] | None:
    """Return the fields and the offset behind them."""
    if found := _YAML.match(text):
        fields = _from_yaml(found[1])
        return (fields, found.end()) if fields is not None else None
    if found := _TOML.match(text):
        return _from_toml(found[1]), found.end()
    if text.startswith("{"):
        return _from_json(text)
    found = _PLAIN.match(text)
    if found and _is_known(found[1].partition(":")[0]):
        return _line_by_line(found[1]), found.end()
    return None


def _is_known(key: str) -> bool:
    return plain_key(key.replace(" ", "")) in KEYS


def _from_yaml(source: str) -> Mapping[str, _Value] | None:
    """Return the fields of a YAML mapping, all scalars as they are written; None if it is none."""
    import yaml  # 40 ms, needed for few files

    brackets = source.count("[") + source.count("{")
    if brackets > _MOST_BRACKETS or _DEEP.search(source) or _ALIAS.search(source):
        return _line_by_line(source)
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # C where PyYAML was built with it
    try:
        value = yaml.load(source, loader)  # a base loader makes no objects
    except (yaml.YAMLError, ValueError, RecursionError):
        return _line_by_line(source)
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _plain(inner, _MOST_NESTED) for key, inner in value.items()}
    return _line_by_line(source) or None  # text between two lines of "---"


def _from_toml(source: str) -> Mapping[str, _Value]:
    try:
        return {key: _plain(value, _MOST_NESTED) for key, value in tomllib.loads(source).items()}
    except (tomllib.TOMLDecodeError, RecursionError):
        return _line_by_line(source.replace(" = ", ": "))


def _from_json(text: str) -> tuple[Mapping[str, _Value], int] | None:
    try:
        value, end = json.JSONDecoder(strict=False).raw_decode(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not text[end:].startswith("\n"):
        return None
    return {key: _plain(inner, _MOST_NESTED) for key, inner in value.items()}, end


def _line_by_line(source: str) -> Mapping[str, _Value]:
    """Return what the lines "key: value" and the lists below a key say."""
    fields: dict[str, _Value] = {}
    found = list(_LINE.finditer(source))
    for here, after in zip(found, (*found[1:], None), strict=False):
        below = source[here.end() : after.start() if after else len(source)]
        value = _unquoted(here[2])
        is_list = value[:1] + value[-1:] == "[]"
        items = value[1:-1].split(",") if is_list else _ITEM.findall(below)
        if items:
            fields[here[1]] = [_unquoted(item) for item in items]
        else:
            fields[here[1]] = _WORDS.get(value, " ".join((value, *below.split())).strip())
    return fields


def _unquoted(value: str) -> str:
    value = value.strip()
    if value[:1] in ("'", '"') and value[-1:] == value[:1] and len(value) > 1:
        return value[1:-1]
    return _COMMENT.sub("", value)


def _plain(value: object, levels: int) -> _Value:
    """Return a value of the parser as JSON has it; below `levels` as text."""
    if isinstance(value, str):
        return _WORDS.get(value.lower(), value)
    if isinstance(value, bool | int | float) or value is None:
        return value
    if levels and isinstance(value, list):
        return [_plain(inner, levels - 1) for inner in value]
    if levels and isinstance(value, dict):
        return {str(key): _plain(inner, levels - 1) for key, inner in value.items()}
    return _written(value)


def _written(value: object | date | time) -> str:
    """Return a date or time of TOML in ISO 8601, anything else as Python shows it."""
    isoformat = getattr(value, "isoformat", None)
    return str(isoformat()) if isoformat else str(value)[:LONGEST]


def _as_json(fields: Mapping[str, _Value]) -> tuple[tuple[Candidate, ...], Mapping[str, object]]:
    """Have the reader of JSON articles tell what the keys mean. Raises CannotRead as it does."""
    data = json.dumps({**fields, "articleBody": "."}, ensure_ascii=True, default=str).encode()
    document = RawDocument(path="", record=None, data=data, media_type="application/json")
    draft = json_reader.read(document)
    candidates = tuple(
        replace(each, source="front-matter:" + each.source.partition(":")[2])
        for each in draft.candidates
    )
    return candidates, draft.extra
