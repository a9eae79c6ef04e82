"""Named lists of words, and where their words stand in a text.

A list is a file: lines "# name:", "# version:", "# language:", "# source:" and "# licence:", then
an entry a line. An entry is its forms with | between them, the first of which names it, and after a
tab a note. Forms match in any case; a blank, a hyphen and an apostrophe between words are the same,
so "so-called" finds "so called"; a form after = matches only as it is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from tasks.annotate.wording.tokens import fold, parts
from tasks.tables import rows_of
from warehouse.errors import BadSetting

_FOLDER = "tasks.annotate.wording"
_REQUIRED = ("name", "version", "language", "source", "licence")
_MOST_GAP = 3  # characters between two words of a term


@dataclass(frozen=True, slots=True)
class WordList:
    """A named list of words in one language."""

    name: str
    version: str
    language: str  # primary subtag
    source: str
    licence: str
    entries: tuple[tuple[str, ...], ...]  # the forms of each; the first names it
    sha256: str  # of the file's text


class Found(NamedTuple):
    """A place where a text has an entry of a list."""

    word_list: WordList
    term: str
    start: int
    end: int


@cache
def packaged_lists() -> tuple[WordList, ...]:
    """Return the lists that come with copydesk, by name."""
    names = sorted(item.name for item in files(_FOLDER).iterdir() if item.name.count(".") == 2)
    texts = ((files(_FOLDER) / name).read_text("utf-8") for name in names)
    return tuple(parse_list(text, name) for name, text in zip(names, texts, strict=True))


def read_lists(folder: Path) -> tuple[WordList, ...]:
    """Return the lists in the files *.tsv of a folder, by file name.

    Raises BadSetting for a folder or file that cannot be read, or that is no list.
    """
    try:
        paths = sorted(folder.iterdir())
        texts = {path: path.read_text("utf-8-sig") for path in paths if path.suffix == ".tsv"}
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{folder}: cannot read word lists: {error}") from error
    return tuple(parse_list(text, str(path)) for path, text in texts.items())


def parse_list(text: str, where: str) -> WordList:
    """Return the list that a file's text holds; `where` names the file in errors.

    Raises BadSetting when a line of its head is missing, or an entry has an empty form.
    """
    head = _head(text)
    missing = [name for name in _REQUIRED if not head.get(name)]
    if missing:
        raise BadSetting(f"{where}: a word list begins with lines such as '# {missing[0]}: ...'")
    entries = tuple(_forms(row[0], where) for row in rows_of(text))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return WordList(**{name: head[name] for name in _REQUIRED}, entries=entries, sha256=sha256)


def _head(text: str) -> dict[str, str]:
    lines = (line[1:].partition(":") for line in text.splitlines() if line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in lines}


def _forms(cell: str, where: str) -> tuple[str, ...]:
    forms = tuple(form.strip() for form in cell.split("|"))
    if not all(any(map(str.isalnum, form)) for form in forms):
        raise BadSetting(f"{where}: an entry with an empty form: {cell!r}")
    return forms


# ---- finding -------------------------------------------------------------------------------------


class _Form(NamedTuple):
    number: int  # of its list
    term: str
    exact: str | None  # as it must be written


@dataclass(slots=True)
class _Node:
    """What may follow, and what ends here."""

    following: dict[str, _Node] = field(default_factory=dict)
    forms: list[_Form] = field(default_factory=list)


class Finder:
    """Finds the words of several lists in a text at once, by a tree of their words."""

    def __init__(self, lists: Sequence[WordList]) -> None:
        self._lists = tuple(lists)
        self._root = _Node()
        for number, each in enumerate(self._lists):
            for forms in each.entries:
                for form in forms:
                    self._add(number, forms[0].lstrip("="), form)

    def _add(self, number: int, term: str, form: str) -> None:
        node = self._root
        for match in parts(fold(form)):
            node = node.following.setdefault(match[0], _Node())
        node.forms.append(_Form(number, term, form[1:] if form.startswith("=") else None))

    def find(self, text: str) -> Iterator[Found]:
        """Yield what stands in `text`, in order.

        Of one list the longest at a place, and none inside another; lists do not know each other.
        """
        folded = fold(text)
        spans = [match.span() for match in parts(folded)]
        following = self._root.following
        free = [0] * len(self._lists)  # where the last of each list ended
        for at, (start, end) in enumerate(spans):
            if folded[start:end] not in following:
                continue
            longest = {
                form.number: (form, stop) for form, stop in self._at(text, folded, spans, at)
            }
            for number, (form, stop) in sorted(longest.items()):
                if start >= free[number]:
                    free[number] = stop
                    yield Found(self._lists[number], form.term, start, stop)

    def _at(
        self, text: str, folded: str, spans: Sequence[tuple[int, int]], at: int
    ) -> Iterator[tuple[_Form, int]]:
        """Yield the forms that begin with word number `at`, and their ends, the longest last."""
        first = before = spans[at][0]
        node = self._root
        for number in range(at, len(spans)):
            start, end = spans[number]
            if number > at and not _joins(text[before:start]):
                return
            child = node.following.get(folded[start:end])
            if child is None:
                return
            node, before = child, end
            for form in node.forms:
                if form.exact is None or form.exact == text[first:end]:
                    yield form, end


def _joins(gap: str) -> bool:
    """Does this stand between the words of one term? A blank line ends every term."""
    if len(gap) > _MOST_GAP or gap.count("\n") > 1:
        return False
    return gap in _JOINTS or gap.isspace()


_JOINTS = frozenset("-‐‑'’ʼ")


def by_language(lists: Iterable[WordList]) -> dict[str, tuple[WordList, ...]]:
    """Return the lists of each language, in the order given."""
    found: dict[str, list[WordList]] = {}
    for each in lists:
        found.setdefault(each.language, []).append(each)
    return {language: tuple(some) for language, some in found.items()}
