"""The word table of a language as regular expressions and values.

A table (en.tsv and so on, see the first lines of en.tsv) gives classes of words, patterns made of
them, and the words that tell of past and future. The case of a form is part of what it says:
"May" is met as "May" and "MAY", "yesterday" as "yesterday", "Yesterday" and "YESTERDAY".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from tasks.tables import Row, packaged_rows

LANGUAGES = frozenset(("ar", "de", "en", "es", "fr", "zh"))

# A blank inside a phrase: up to three, or one line break, never the blank line of a paragraph.
BLANK = r"(?:[^\S\n]{1,3}|[^\S\n]{0,2}\n[^\S\n]{0,2}(?!\n))"
_MARKS: Mapping[str, str] = {" ": BLANK, "'": "['’]", "-": "[-‐‑]"}


@dataclass(frozen=True)
class Lexicon:
    """The table of one language."""

    language: str
    classes: Mapping[str, Mapping[str, str]]  # class -> form as met -> value
    settings: Mapping[str, str]
    rows: Mapping[str, tuple[Row, ...]]  # what is no class: pattern, tense, range and so on

    def value(self, name: str, surface: str) -> str | None:
        """Return the value of `surface` in the class `name`; None where it is not in it."""
        return self.classes[name].get(plain(surface))

    @cached_property
    def cues(self) -> Mapping[str, frozenset[str]]:
        """Words of context by name; the rows `cue`."""
        return {row[0]: frozenset(row[1].split("|")) for row in self.rows.get("cue", ())}

    @property
    def is_spaced(self) -> bool:
        """Are words set apart by blanks?"""
        return self.settings.get("unspaced") is None


_OTHERS = frozenset(("setting", "include", "pattern", "future", "past", "bound", "range", "cue"))


@cache
def lexicon(language: str) -> Lexicon:
    """Return the table of `language`, one of LANGUAGES, read once per process."""
    classes: dict[str, dict[str, str]] = defaultdict(dict)
    rows: dict[str, list[Row]] = defaultdict(list)
    for name, *columns in packaged_rows("tasks.annotate.timex", f"{language}.tsv"):
        if name in _OTHERS:
            rows[name].append(tuple(columns))
            continue
        for form in columns[1].split("|"):
            classes[name] |= dict.fromkeys(cased(form), columns[0])
    for made, parts in rows.pop("include", []):
        for part in parts.split("|"):
            classes[made] |= classes[part]
    settings = {row[0]: row[1] for row in rows.pop("setting", [])}
    fixed = {name: tuple(each) for name, each in rows.items()}
    return Lexicon(language, dict(classes), settings, fixed)


def cased(form: str) -> tuple[str, ...]:
    """Return the ways in which a form of a table is met."""
    if form != form.lower():
        return (form, form.upper())
    return (form, form[:1].upper() + form[1:], form.upper())


def plain(surface: str) -> str:
    """Return words as a table writes them: one blank, straight apostrophe and hyphen."""
    folded = " ".join(surface.split()).replace("’", "'")
    return folded.replace("‐", "-").replace("‑", "-")


def any_of(forms: Iterable[str]) -> str:
    """Return a pattern of any of `forms`, the longest first, as a tree of their beginnings."""
    tree: dict[str, dict[str, object]] = {}
    for form in forms:
        node: dict[str, dict[str, object]] = tree
        for mark in form:
            node = node.setdefault(mark, {})  # type: ignore[assignment]
        node[""] = {}
    return _branch(tree)


def _branch(tree: Mapping[str, Mapping[str, object]]) -> str:
    branches = [
        _escaped(mark) + _branch(below)  # type: ignore[arg-type]
        for mark, below in sorted(tree.items())
        if mark
    ]
    if not branches:
        return ""
    joined = branches[0] if len(branches) == 1 and "" not in tree else f"(?:{'|'.join(branches)})"
    return f"(?:{joined})?" if "" in tree else joined


def _escaped(mark: str) -> str:
    return _MARKS.get(mark) or re.escape(mark)
