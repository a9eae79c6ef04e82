"""The command: help, formats, exit codes, and every error as one clear line."""

from __future__ import annotations

import io
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import click
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from tests.making import an_article, ask, ingest, write
from warehouse import store
from warehouse.lease import writer_lease
from warehouse.location import locate


def copydesk(*arguments: object, stdin: str | None = None) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, [str(item) for item in arguments], input=stdin)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of two articles, a copy and a rejection."""
    folder = tmp_path_factory.mktemp("cli")
    files = {"a__json": an_article(1), "b__json": an_article(2), "c__json": an_article(1)}
    ingest(folder / "corpus", write(folder / "in", **files, d__txt=""))
    return folder / "corpus"


@pytest.mark.parametrize("command", main.commands.values(), ids=main.commands)
def test_every_command_and_option_has_help(command: click.Command) -> None:
    """`--help` is complete."""
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))


@pytest.mark.parametrize("command", main.commands)
def test_every_command_stands_in_the_readme(command: str) -> None:
    """A new command is documented or this fails."""
    assert f"copydesk {command}" in (Path(__file__).parents[1] / "README.md").read_text()


def test_ingest_says_what_became_of_everything(tmp_path: Path) -> None:
    """One row of counts, and whether the sum holds."""
    source = write(tmp_path / "in", a__json=an_article(1), b__txt="")

    result = copydesk("ingest", source, "-w", tmp_path / "corpus", "--no-prefect", "--settle", 0)

    assert result.exit_code == 0
    assert "the sum holds" in result.output
    assert result.stdout.splitlines()[1].split() == ["2", "0", "1", "0", "0", "1", "0"]


def test_a_dry_run_tells_and_writes_nothing(corpus: Path, tmp_path: Path) -> None:
    """What is new, what is known; neither warehouse nor state appear."""
    source = write(tmp_path / "in", a__json=an_article(1))

    result = copydesk("ingest", source, "-w", tmp_path / "corpus", "--dry-run")

    assert result.exit_code == 0
    assert "new" in result.output
    assert [item.name for item in tmp_path.iterdir()] == ["in"]


def test_sql_answers_as_table_csv_json_and_parquet(corpus: Path) -> None:
    """The same two columns in every format."""
    query = "SELECT count(*) AS n, min(published_at) AS first FROM articles"

    assert copydesk("sql", query, "-w", corpus).output.split() == [
        "n", "first", "2", "2024-05-03", "00:00:00",
    ]  # fmt: skip
    assert copydesk("sql", query, "-w", corpus, "--format", "csv").output == (
        "n,first\n2,2024-05-03T00:00:00+00:00\n"
    )
    (row,) = json.loads(copydesk("sql", query, "-w", corpus, "--format", "json").output)
    assert row == {"n": 2, "first": "2024-05-03T00:00:00+00:00"}
    parquet = copydesk("sql", query, "-w", corpus, "--format", "parquet").stdout_bytes
    assert pq.read_table(io.BytesIO(parquet))["n"].to_pylist() == [2]


def test_sql_reads_a_file_or_standard_input(corpus: Path, tmp_path: Path) -> None:
    """For queries too long for a line."""
    (tmp_path / "q.sql").write_text("SELECT 1 AS one;\nSELECT 2 AS two")

    from_file = copydesk("sql", "-f", tmp_path / "q.sql", "-w", corpus)
    from_stdin = copydesk("sql", "-w", corpus, stdin="SELECT 3 AS three")

    assert from_file.output.split() == ["one", "1", "two", "2"]
    assert from_stdin.output.split() == ["three", "3"]


@pytest.mark.parametrize("end", [[], ["--"]])
def test_a_query_may_begin_with_a_comment(corpus: Path, end: list[str]) -> None:
    """Which looks like an option, wherever it stands."""
    query = "-- comment\nSELECT 1 AS one"

    for arguments in (["-w", corpus, *end, query], *([] if end else [[query, "-w", corpus]])):
        result = copydesk("sql", *arguments)
        assert (result.exit_code, result.output.split()) == (0, ["one", "1"])


@pytest.mark.parametrize("query", ["SELECT 1", "-- comment\nSELECT 1"])
def test_a_mistyped_option_of_sql_is_an_error(corpus: Path, query: str) -> None:
    """Not a part of the query."""
    result = copydesk("sql", "--fromat", "csv", query, "-w", corpus)

    assert result.exit_code == 2
    assert "--fromat" in result.output


@pytest.mark.parametrize(
    "query",
    [
        "COPY (SELECT 1) TO '{corpus}/x.csv'",
        "CREATE TABLE x (a int)",
        "ATTACH '{corpus}/../y.duckdb'",
        "SET enable_external_access = true",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{corpus}/x.csv'",
        "/* x */ EXPLAIN ANALYZE COPY (SELECT 1) TO '{corpus}/x.csv'",
        "PRAGMA profiling_output = '{corpus}/x'",
    ],
)
def test_sql_neither_writes_nor_reads_outside(corpus: Path, query: str) -> None:
    """A question is a question."""
    before = sorted(corpus.rglob("*"))

    result = copydesk("sql", query.format(corpus=corpus), "-w", corpus)

    assert result.exit_code == 2
    assert "copydesk: " in result.output
    assert sorted(corpus.rglob("*")) == before


def test_control_codes_of_a_headline_are_shown_not_obeyed(tmp_path: Path) -> None:
    """A headline may hold ANSI codes; the terminal must not see them as such."""
    corpus = tmp_path / "corpus"
    ingest(corpus, write(tmp_path / "in", a__json=an_article(1, author="A \x1b[31mB [red]C")))

    output = copydesk("sql", "SELECT 'x' || chr(27) || '[31m' AS x", "-w", corpus).output

    assert "\x1b" not in output


def test_status_shows_the_corpus_and_that_it_adds_up(corpus: Path) -> None:
    """Counts, languages, runs, rejections."""
    result = copydesk("status", "-w", corpus)

    assert result.exit_code == 0
    assert "same_bytes" in result.output
    assert "read.empty" in result.output
    assert "It adds up" in result.output


def test_explain_tells_the_way_of_a_file_and_of_an_article(corpus: Path) -> None:
    """By path or by the start of an id."""
    by_path = copydesk("explain", corpus.parent / "in" / "c.json", "-w", corpus).output
    article = json.loads(
        copydesk(
            "sql", "SELECT article_id FROM articles LIMIT 1", "-w", corpus, "--format", "json"
        ).output
    )[0]["article_id"]

    assert "same_bytes" in by_path
    assert "copy of" in by_path
    assert "headline" in copydesk("explain", article[:12], "-w", corpus).output


def test_a_name_that_is_no_utf8_can_be_given_and_explained(tmp_path: Path) -> None:
    """As the shell hands it over, or as a file URI."""
    source = write(tmp_path / "in")
    name = os.fsdecode(os.fsencode(source) + b"/caf\xe9.json")
    Path(name).write_text(an_article(1))

    arguments = ["-w", tmp_path / "corpus", "--no-prefect", "--settle", "0"]
    assert copydesk("ingest", name, *arguments).exit_code == 0

    for subject in (name, f"file://{source}/caf%E9.json"):
        assert "headline" in copydesk("explain", subject, "-w", tmp_path / "corpus").output


def errors(tmp_path: Path) -> dict[str, tuple[list[object], int, str]]:
    """Every mistake of a user: arguments, exit code, what the message must say."""
    empty = write(tmp_path / "empty")
    foreign = write(tmp_path / "foreign", notes__txt="mine")
    corpus = tmp_path / "corpus"
    ingest(corpus, write(tmp_path / "in", a__json=an_article(1)))
    return {
        "no such source": (["ingest", tmp_path / "nowhere", "-w", corpus], 2, "no such file"),
        "no warehouse": (["sql", "SELECT 1", "-w", empty], 2, "no copydesk warehouse here"),
        "foreign folder": (["ingest", empty, "-w", foreign], 2, "holds 'notes.txt'"),
        "a file": (["ingest", empty, "-w", foreign / "notes.txt"], 2, "is a file"),
        "bad SQL": (["sql", "SELEC 1", "-w", corpus], 2, "syntax error"),
        "no such column": (["sql", "SELECT x FROM articles", "-w", corpus], 2, '"x" not found'),
        "no such view": (["sql", "SELECT 1 FROM artikles", "-w", corpus], 2, "articles"),
        "an address": (["ingest", "https://example.org/a", "-w", corpus], 2, "not fetched"),
        "an empty path": (["ingest", "", "-w", corpus], 2, "an empty path"),
        "a path Delta cannot handle": (["sql", "SELECT 1", "-w", "a[b]"], 2, "none of"),
        "two statements": (
            ["sql", "SELECT 1; SELECT 2", "-w", corpus, "--format", "csv"],
            2,
            "one",
        ),
        "unknown file": (
            ["explain", "nothing.txt", "-w", corpus],
            2,
            "no such file, and the ledger",
        ),
        "unknown id": (["explain", "0123456789ab", "-w", corpus], 2, "no article"),
        "bad URI": (["sql", "SELECT 1", "-w", "ftp://x/y"], 2, "a folder or a file:// URI"),
    }


def test_every_mistake_gets_one_line_and_exit_code_2(tmp_path: Path) -> None:
    """No traceback, no second line; the finding and the rule."""
    for name, (arguments, code, message) in errors(tmp_path).items():
        result = copydesk(*arguments, *(["--no-prefect"] if arguments[0] == "ingest" else []))
        assert (result.exit_code, result.output.count("\n")) == (code, 1), (name, result.output)
        assert message in result.output, (name, result.output)


def test_a_warehouse_of_a_newer_schema_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To read and to write; the message names both versions."""
    corpus = tmp_path / "corpus"
    source = write(tmp_path / "in", a__json=an_article(1))
    with monkeypatch.context() as newer:
        newer.setattr(store, "SCHEMA_VERSION", "9.0")
        store.prepare(locate(str(corpus)))

    for arguments in (["sql", "SELECT 1"], ["ingest", source, "--no-prefect"]):
        result = copydesk(*arguments, "-w", corpus)
        assert result.exit_code == 2
        assert "written with schema 9.0, this copydesk knows" in result.output


def test_a_second_writer_says_who_is_running(corpus: Path) -> None:
    """Exit code 3; with --wait it would have waited."""
    with writer_lease(locate(str(corpus))):
        result = copydesk("ingest", corpus.parent / "in", "-w", corpus, "--no-prefect")

    assert result.exit_code == 3
    assert f"process {os.getpid()} on " in result.output
    assert "--wait" in result.output


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission_is_told_by_the_reason_of_the_system(tmp_path: Path) -> None:
    """A folder that cannot be read is a rejection, not a crash."""
    source = write(tmp_path / "in", a__json=an_article(1))
    (source / "a.json").chmod(0)

    result = copydesk("ingest", source, "-w", tmp_path / "corpus", "--no-prefect")

    assert "1" in result.output
    (source / "a.json").chmod(stat.S_IRUSR)


def test_sql_answers_without_importing_prefect_or_a_table_library(corpus: Path) -> None:
    """It starts at once: the heavy packages stay outside."""
    code = (
        "import sys; sys.argv = ['copydesk', 'sql', 'SELECT 1', '-w', sys.argv[1]]\n"
        "from flows.cli import main\n"
        "try: main()\n"
        "finally: print({'prefect', 'pyarrow', 'deltalake', 'trafilatura'} & set(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(corpus)], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "set()"


def test_a_closed_pipe_is_no_error(corpus: Path) -> None:
    """copydesk sql ... | head -1"""
    command = (
        f"{sys.executable} -m flows.cli sql 'SELECT * FROM range(300000)' --format csv -w {corpus}"
    )
    result = subprocess.run(
        f"{command} | head -1", shell=True, capture_output=True, text=True, check=True
    )
    assert (result.stdout, result.stderr) == ("range\n", "")


def test_two_ingests_started_together_lose_and_double_nothing(tmp_path: Path) -> None:
    """One waits for the other; every article is there once."""
    source = write(tmp_path / "in", **{f"n{k}__json": an_article(k) for k in range(40)})
    command = [sys.executable, "-m", "flows.cli", "ingest", str(source), "-w", str(tmp_path / "c")]
    options = ["--no-prefect", "--settle", "0", "--chunk", "10", "--wait", "60", "--quiet"]
    started = [subprocess.Popen([*command, *options]) for _ in range(2)]

    assert [child.wait(timeout=120) for child in started] == [0, 0]
    found = copydesk(
        "sql",
        "SELECT count(*), count(DISTINCT headline) FROM articles",
        "-w",
        tmp_path / "c",
        "--format",
        "csv",
    )
    assert found.output.splitlines()[1] == "40,40"


@pytest.mark.parametrize("command", ["status", "sql"])
def test_a_wrong_warehouse_is_left_as_it_is(tmp_path: Path, command: str) -> None:
    """A mistyped path must not litter a folder."""
    arguments = [
        command,
        "-w",
        str(tmp_path / "nothing"),
        *(["SELECT 1"] if command == "sql" else []),
    ]
    assert CliRunner().invoke(main, arguments).exit_code != 0
    assert not (tmp_path / "nothing").exists()


def test_a_topic_model_is_trained_and_used(tmp_path: Path) -> None:
    """Labelled articles of the warehouse to a model; the enrich that is given it writes topics."""
    pytest.importorskip("sklearn")
    files = {f"a{k}__json": an_article(k) for k in range(8)}
    where = str(tmp_path / "corpus")
    ingest(where, write(tmp_path / "in", **files))
    rows = ask(where, "SELECT article_id, row_number() OVER () % 2 FROM articles")
    lines = [
        "article_id,label",
        *(f"{article},{'odd' if odd else 'even'}" for article, odd in rows),
    ]
    write(tmp_path / "labels", l__csv="\n".join(lines))
    model = str(tmp_path / "topics.skops")

    trained = copydesk("train-topics", str(tmp_path / "labels" / "l.csv"), "-o", model, "-w", where)
    used = copydesk(
        "enrich", "--only", "topics", "--topic-model", model, "--no-prefect", "-w", where
    )

    assert "8 texts, accuracy" in trained.output
    assert used.exit_code == 0, used.output
    assert ask(where, "SELECT DISTINCT topic FROM topics ORDER BY 1") == [("even",), ("odd",)]


def test_enrich_says_what_it_annotated_and_what_it_lacks(tmp_path: Path) -> None:
    """A table by annotator; a model that is missing is named with the way to get it."""
    where = tmp_path / "corpus"
    ingest(where, write(tmp_path / "in", a__json=an_article(1)))

    shown = copydesk(
        "enrich", "--only", "sentences", "--only", "topics", "--no-prefect", "-w", where
    )

    assert shown.exit_code == 0, shown.output
    assert re.search(r"sentences\s+1\s+0\s+0\s+0", shown.output)
    assert re.search(r"topics\s+0\s+0\s+0\s+1", shown.output)
    detail = ask(where, "SELECT detail FROM annotation_status WHERE status = 'model_missing'")
    assert "copydesk train-topics" in detail[0][0]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (("--only", "colours"), "'colours': no annotator has this name; known: sentences"),
        (("--name-model", "german"), "'german': a name model is LANGUAGE=PIPELINE"),
        (("--topic-model", "nowhere.skops"), "nowhere.skops: cannot read the topic model"),
        (("--word-lists", "nowhere"), "nowhere: cannot read word lists"),
    ],
)
def test_a_wrong_setting_of_enrich_is_one_line(
    corpus: Path, option: tuple[str, str], message: str
) -> None:
    """Nothing is annotated, the exit code is that of wrong use."""
    result = copydesk("enrich", *option, "--no-prefect", "-q", "-w", corpus)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output
