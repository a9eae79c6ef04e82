"""Questions that analysts ask, each a file of SQL in warehouse/questions that answers one.

The first line of `NN-slug.sql` is the question in words, further lines of comment say how to read
the answer. What can be asked differently stands in a first CTE called `asked`, a literal a line:
the file is its own default, and any DuckDB runs it as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files as package_files

from warehouse.errors import BadSetting

_ASKED = re.compile(r"^WITH (?:RECURSIVE )?asked AS \(\n(.*?)^\)", re.MULTILINE | re.DOTALL)
_PARAMETER = re.compile(r"^(\s+)(\S.*?)( AS )(\w+)(,?(?:\s+--.*)?)$", re.MULTILINE)
_TEXT = re.compile(r"'(?:[^']|'')*'|NULL::VARCHAR|CAST\(NULL AS VARCHAR\)")
_DATE = re.compile(r"DATE '[^']*'|NULL::DATE|CAST\(NULL AS DATE\)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question: its words, what to know about the answer, and the SQL that answers it.

    `sql` is the whole file, comments included; `parameters` has the literal of each default.
    """

    number: int
    slug: str
    words: str
    notes: str
    sql: str
    parameters: Mapping[str, str]

    def asking(self, **values: str) -> str:
        """Return the SQL with these parameters set.

        Raises BadSetting for a parameter that the question does not have, and for a value that is
        no date or number where the default is one.
        """
        literals = {name: self._literal(name, value) for name, value in values.items()}
        found = _ASKED.search(self.sql)
        if found is None or not literals:
            return self.sql

        def put(line: re.Match[str]) -> str:
            indent, literal, word, name, rest = line.groups()
            return f"{indent}{literals.get(name, literal)}{word}{name}{rest}"

        start, end = found.span(1)
        return self.sql[:start] + _PARAMETER.sub(put, found[1]) + self.sql[end:]

    def _literal(self, name: str, value: str) -> str:
        if name not in self.parameters:
            known = ", ".join(self.parameters) or "none"
            raise BadSetting(f"question {self.number} has no parameter {name!r}; it has: {known}")
        default = self.parameters[name]
        try:
            return _as_literal(default, value)
        except ValueError as error:
            raise BadSetting(
                f"question {self.number}: {name}={value!r} {error}; for instance {default}"
            ) from error


def _as_literal(default: str, value: str) -> str:
    """`value` as a literal of the kind that `default` is; ValueError says what it should be."""
    if _DATE.fullmatch(default):
        try:
            return f"DATE '{date.fromisoformat(value).isoformat()}'"
        except ValueError:
            raise ValueError("is no day, YYYY-MM-DD") from None
    if _NUMBER.fullmatch(default):
        if not _NUMBER.fullmatch(value) or ("." in value and "." not in default):
            raise ValueError("is no number" if "." in default else "is no whole number")
        return value
    if default in ("true", "false"):
        if value not in ("true", "false"):
            raise ValueError("is neither true nor false")
        return value
    if "\0" in value:  # ends a statement for DuckDB's parser
        raise ValueError("has a NUL in it")
    return "'" + value.replace("'", "''") + "'"


@cache
def questions() -> tuple[Question, ...]:
    """Return every question, by number."""
    folder = package_files("warehouse") / "questions"
    found = [item for item in folder.iterdir() if item.name.endswith(".sql")]
    return tuple(
        parsed(item.name, item.read_text("utf-8")) for item in sorted(found, key=lambda i: i.name)
    )


def question(name: int | str) -> Question:
    """Return the question of a number or slug; BadSetting for one that is not there."""
    for each in questions():
        if str(name) in (str(each.number), f"{each.number:02}", each.slug):
            return each
    known = questions()
    raise BadSetting(
        f"no question {name!r}; there are {known[0].number} to {known[-1].number}, listed by: "
        "copydesk ask"
    )


def parsed(name: str, text: str) -> Question:
    """Return the question of a file `NN-slug.sql`.

    Raises ValueError where the file is not written as the others are.
    """
    number, _, slug = name.removesuffix(".sql").partition("-")
    lines = text.split("\n")
    count = next((i for i, line in enumerate(lines) if not line.startswith("--")), len(lines))
    comments = [line.removeprefix("--").strip() for line in lines[:count]]
    if not slug or not comments or not comments[0].endswith("?"):
        raise ValueError(f"{name}: is not NN-slug.sql with the question in its first line")
    parameters = _parameters(text)
    for parameter, literal in parameters.items():
        kinds = (_TEXT, _DATE, _NUMBER)
        if literal not in ("true", "false") and not any(kind.fullmatch(literal) for kind in kinds):
            raise ValueError(f"{name}: {parameter} is {literal}, no text, date, number or boolean")
    return Question(
        number=int(number),
        slug=slug,
        words=comments[0],
        notes="\n".join(comments[1:]),
        sql=text,
        parameters=parameters,
    )


def _parameters(text: str) -> dict[str, str]:
    found = _ASKED.search(text)
    lines = _PARAMETER.finditer(found[1]) if found else ()
    return {line[4]: line[2] for line in lines}
