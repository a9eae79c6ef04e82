"""What every column means and whether it may be NULL: of tables as the schema says, of views as
the view says or as what it reads says.

A file of warehouse/views begins with comments. The first line says what the view answers; a line
`-- column: meaning` (continued in lines that begin with `--   `) says what one of its columns is;
the others say how to read it. A column without such a line means what the column of that name
means in the tables and views that are read (in those that are taken over whole, if it is of one),
where they agree; where they do not, nothing is guessed and a test asks for the line. A column that
is declared may be NULL when its meaning says when.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import get_args, get_type_hints

from warehouse.schema import SUBJECTS, TABLES, columns

_HEAD = re.compile(r"(?:--.*\n)*")
_DECLARED = re.compile(r"^-- ([a-z][a-z0-9_]*): (.+\n(?:--   .*\n)*)", re.MULTILINE)
_READ = re.compile(r"\b(?:FROM|JOIN)\s+([a-z][a-z0-9_]*)")
# The one column that tables word differently and that means the same in all of them.
_ARTICLE_ID = "Article."


@dataclass(frozen=True, slots=True)
class Meaning:
    """What stands in a column, and whether it may be NULL in a row of the present schema."""

    words: str
    may_be_null: bool


def of_table(table: str) -> dict[str, Meaning]:
    """Return the meaning of every column of a table, in order; of those the store adds as well."""
    hints = get_type_hints(TABLES[table], include_extras=True)
    optional = {name for name, hint in hints.items() if type(None) in get_args(hint.__origin__)}
    return {
        name: Meaning(column.meaning, name in optional) for name, column in columns(table).items()
    }


def one_row(table: str) -> str:
    """Return what one row of a table is."""
    return _one_line(TABLES[table].__doc__ or "")


def declared(text: str) -> dict[str, str]:
    """Return the columns that the text of a view declares, with their meanings."""
    return {name: _one_line(words.replace("\n--", "\n")) for name, words in _in_head(text)}


def answers(text: str) -> str:
    """Return what a view answers: the first line of its text."""
    return text.partition("\n")[0].removeprefix("--").strip()


def how_to_read(text: str) -> str:
    """Return what else the comments above a view say, without the lines on columns."""
    head = _DECLARED.sub("", _head(text))
    return _one_line(" ".join(line.removeprefix("--") for line in head.splitlines()[1:]))


def of_views(texts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return what every view of a catalog is, those of tables and their histories included.

    `texts` are name and text of each written view.
    """
    found = {table: one_row(table) for table in TABLES}
    for table in SUBJECTS:
        found[f"{table}_history"] = (
            f"All rows of {table}, those that later ones replace as well. {one_row(table)}"
        )
    return found | {name: answers(text) for name, text in texts}


def of_columns(
    texts: Iterable[tuple[str, str]], names: Mapping[str, Collection[str]]
) -> dict[str, dict[str, Meaning]]:
    """Return the meanings of the columns of every view, as far as they have one.

    `texts` are name and text of each written view, those first that others read; `names` the
    columns of each.
    """
    found = {table: of_table(table) for table in TABLES}
    found |= {f"{table}_history": found[table] for table in SUBJECTS}
    for view, text in texts:
        read = [found[name] for name in _READ.findall(text) if name in found]
        found[view] = _of_view(names[view], declared(text), read)
    return found


def _of_view(
    names: Collection[str], own: Mapping[str, str], read: Collection[Mapping[str, Meaning]]
) -> dict[str, Meaning]:
    taken_over = [each for each in read if each.keys() <= set(names)]
    found: dict[str, Meaning] = {}
    for name in names:
        said = [each[name] for each in read if name in each]
        whole = [each[name] for each in taken_over if name in each]
        if name in own:
            found[name] = Meaning(own[name], "NULL" in own[name])
        elif meaning := _agreed(name, whole or said):
            found[name] = meaning
    return found


def _agreed(name: str, found: list[Meaning]) -> Meaning | None:
    """What all say, NULL if one of them may be; None where they differ or nothing is said."""
    words = {each.words for each in found}
    if found and name == "article_id":
        words = {_ARTICLE_ID}
    if len(words) != 1:
        return None
    return Meaning(words.pop(), any(each.may_be_null for each in found))


def _in_head(text: str) -> list[tuple[str, str]]:
    return [(match[1], match[2]) for match in _DECLARED.finditer(_head(text))]


def _head(text: str) -> str:
    """The comments above the statement."""
    found = _HEAD.match(text)
    return found[0] if found else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
