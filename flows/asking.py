"""The command `ask`: questions that analysts ask, answered by the SQL in warehouse/questions."""

from __future__ import annotations

from collections.abc import Sequence

import click

from flows.options import answer_format, warehouse_option
from warehouse.errors import BadSetting


@click.command()
@click.argument("question", required=False, metavar="[N|SLUG]")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Ask it differently: --set speaker=Pentagon --set since=2020-01-01 (repeatable).",
)
@answer_format
@click.option("--sql", "is_sql", is_flag=True, help="Print the SQL instead of the answer.")
@warehouse_option
def ask(
    question: str | None,
    settings: tuple[str, ...],
    output: str,
    is_sql: bool,
    warehouse: str | None,
) -> None:
    """Answer a question that analysts ask, by its number or name.

    \b
    copydesk ask                        the questions, in words, and their parameters
    copydesk ask 10                     an answer, with how to read it
    copydesk ask 10 --set speaker=Obama
    copydesk ask 10 --sql > mine.sql    the SQL, to be changed: copydesk sql -f mine.sql
    """
    if question is None:
        if settings or is_sql or output != "table":
            raise BadSetting("which question? Give its number; all of them: copydesk ask")
        _list_questions()
        return
    from warehouse import questions

    asked = questions.question(question)
    query = asked.asking(**_values(settings))
    if is_sql:
        click.echo(query, nl=False)
        return
    if output == "table":  # on standard error: the answer alone goes to standard output
        click.echo("\n".join(filter(None, (asked.words, asked.notes))), err=True)
    _answer(query, output, warehouse)


def _list_questions() -> None:
    from flows.answers import show_table
    from warehouse.questions import questions

    rows = [(q.number, q.words, q.slug, ", ".join(q.parameters)) for q in questions()]
    show_table(("number", "question", "name", "parameters"), rows)


def _values(settings: Sequence[str]) -> dict[str, str]:
    """The values by name; the last one counts where a name is given twice."""
    values = {}
    for setting in settings:
        name, sign, value = setting.partition("=")
        if not sign:
            raise BadSetting(f"--set {setting!r}: write NAME=VALUE, for instance since=2020-01-01")
        values[name.strip()] = value
    return values


def _answer(query: str, output: str, warehouse: str | None) -> None:
    import duckdb

    from flows.answers import answer
    from warehouse.catalog import open_catalog
    from warehouse.location import warehouse_location

    try:
        with open_catalog(warehouse_location(warehouse)) as connection:
            answer(connection, query, output)
    except duckdb.Error as error:
        raise BadSetting(str(error).partition("\n")[0]) from error
