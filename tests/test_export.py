"""An export: read by others with equal sums, whole or not there, and only what may be in it."""

from __future__ import annotations

import csv
import gzip
import json
import signal
import subprocess
import time
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas
import polars
import pyarrow.dataset
import pyarrow.parquet
import pytest
from click.testing import CliRunner

from flows.exporting import export as command
from tasks.export import parquet, sorting
from tasks.export.job import Exported, export
from tasks.export.order import Order
from tests.asking import annotate
from tests.children import Child
from tests.making import a_story, an_article, ask, ingest, write
from warehouse.catalog import open_catalog, refresh
from warehouse.errors import BadSetting
from warehouse.location import Location, locate
from warehouse.schema import ArticleRow, to_arrow
from warehouse.store import Writer, new_run_id

FORMULA = '=HYPERLINK("http://x.example","free")'
ODD = 'Null \x00, "quotes", a comma;\r\nCRLF,\ta tab, \u2028 a separator, 🚢 and \\ "'
LONG = "Ferry čas 船. " * 80_000  # 1.1 million characters
SUMS = "SELECT count(*), sum(length(text)), sum(char_count) FROM articles"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Location:
    """Two years and none, a copy at another outlet, rights, and texts that break things."""
    folder = tmp_path_factory.mktemp("corpus")
    story = "\n\n".join(a_story(1))
    inbox = write(
        folder / "inbox",
        first__json=an_article(
            1, url="https://a.example/1", articleBody=story, datePublished="2023-02-01T10:00:00Z"
        ),
        copy__json=an_article(
            2, url="https://b.example/2", articleBody=story, datePublished="2023-02-03T10:00:00Z"
        ),
        later__json=an_article(
            3, url="https://a.example/3", license="https://a.example/terms", copyrightHolder="Aa"
        ),
        undated__json=an_article(4, datePublished="", license="All | rights < reserved"),
    )
    location = locate(str(folder / "warehouse"))
    ingest(location.path, inbox)
    _plant(location, headline=FORMULA, text=ODD, published_date=date(2023, 1, 1))
    _plant(location, headline=None, text=LONG, published_date=None)
    return location


def _plant(location: Location, **changes: Any) -> None:
    """Commit a copy of an article that no reader would have let pass like this."""
    with open_catalog(location) as connection:
        found = connection.sql("SELECT * FROM articles ORDER BY article_id LIMIT 1")
        row = found.to_arrow_table().to_pylist()[0]
    text, day = changes["text"], changes["published_date"]
    changes |= {"article_id": f"{len(text):032x}", "char_count": len(text)}
    changes |= dict.fromkeys(("canonical_url", "source", "license", "copyright_holder"))
    changes["published_at"] = day and datetime(day.year, day.month, day.day, tzinfo=UTC)
    own = {field.name for field in fields(ArticleRow)}
    base = {name: dict(v) if name == "removed" else v for name, v in row.items() if name in own}
    writer = Writer(location, new_run_id(datetime.now(UTC), "by-hand"))
    writer.commit({"articles": to_arrow("articles", [ArticleRow(**{**base, **changes})])})
    refresh(location)


def exported(corpus: Location, target: Path, **changes: Any) -> Exported:
    order = replace(Order(target=target, format="parquet"), **changes)
    with open_catalog(corpus) as connection:
        return export(connection, corpus, order)


def documents(target: Path) -> list[dict[str, Any]]:
    files = sorted((target / "data").glob("*.jsonl.gz"))
    return [json.loads(line) for file in files for line in gzip.open(file, "rb")]


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


class TestParquet:
    def test_every_program_reads_the_same_sums(self, corpus: Location, tmp_path: Path) -> None:
        exported(corpus, tmp_path / "out")
        place = tmp_path / "out" / "articles"
        wanted = ask(corpus, SUMS)[0]
        assert wanted[:2] == (6, wanted[2])
        years = sorted(value for (value,) in ask(corpus, "SELECT year(published_date) FROM articles"
                       " WHERE published_date IS NOT NULL"))  # fmt: skip

        frame = pandas.read_parquet(place)
        assert (len(frame), frame.text.str.len().sum(), frame.char_count.sum()) == wanted
        assert sorted(frame.year.astype(int)) == [0, 0, *years]
        lazy = polars.scan_parquet(place)
        sums = lazy.select(polars.len(), polars.col("text").str.len_chars().sum(), "char_count")
        assert sums.select("len", "text", polars.col("char_count").sum()).collect().row(0) == wanted
        assert sorted(lazy.collect()["year"]) == [0, 0, *years]
        table = pyarrow.dataset.dataset(place, partitioning="hive").to_table()
        assert sum(map(len, table["text"].to_pylist())) == wanted[1]
        assert sorted(table["year"].to_pylist()) == [0, 0, *years]
        plain = f"FROM '{tmp_path}/out/**/*.parquet'"
        found = duckdb.sql(f"SELECT count(*), sum(length(text)), sum(char_count) {plain}")
        assert found.fetchall() == [wanted]
        undated = duckdb.sql(f"SELECT bool_and((year = 0) = (published_date IS NULL)) {plain}")
        assert undated.fetchall() == [(True,)]

    def test_values_are_those_of_the_corpus(self, corpus: Location, tmp_path: Path) -> None:
        exported(corpus, tmp_path / "out")
        table = pyarrow.parquet.read_table(tmp_path / "out" / "articles")
        query = "SELECT * FROM articles ORDER BY published_at NULLS LAST, article_id"
        with open_catalog(corpus) as connection:
            wanted = connection.sql(query).to_arrow_table().to_pylist()
        found = table.drop_columns(["year"]).to_pylist()
        by_place = sorted(found, key=lambda r: (r["published_at"] is None, str(r["published_at"]),
                                                r["article_id"]))  # fmt: skip
        assert by_place == wanted
        assert ODD in table["text"].to_pylist()
        assert LONG in table["text"].to_pylist()

    def test_columns_have_their_meaning_in_the_files(
        self, corpus: Location, tmp_path: Path
    ) -> None:
        exported(corpus, tmp_path / "out", columns=("headline", "published_at"))
        file = next((tmp_path / "out" / "articles").rglob("*.parquet"))
        schema = pyarrow.parquet.read_schema(file)
        assert schema.names == ["headline", "published_at"]
        assert schema.field("headline").metadata[b"description"] == b"Headline as printed, cleaned."

    def test_many_pieces_and_parts_give_what_one_gives(
        self, corpus: Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        exported(corpus, tmp_path / "one", tables=("articles", "paragraphs"))
        for module, name in ((sorting, "PIECE_BYTES"), (sorting, "FETCH_BYTES")):
            monkeypatch.setattr(module, name, 1)
        monkeypatch.setattr(parquet, "PART_BYTES", 1)
        exported(corpus, tmp_path / "many", tables=("articles", "paragraphs"))
        assert len(names(tmp_path / "many")) > len(names(tmp_path / "one"))
        for table in ("articles", "paragraphs"):
            one, many = (tmp_path / name / table for name in ("one", "many"))
            assert pyarrow.parquet.read_table(one).equals(pyarrow.parquet.read_table(many))

    def test_other_tables_hold_the_rows_of_the_chosen_articles(
        self, corpus: Location, tmp_path: Path
    ) -> None:
        with open_catalog(corpus) as connection:
            ids = connection.execute("SELECT article_id FROM articles WHERE source IS NOT NULL "
                                     "ORDER BY published_at").fetchall()  # fmt: skip
        keyword = {"keyword": "x"}
        annotate(corpus, keywords=[{"article_id": one, **keyword} for (one,) in ids])
        tables = ("articles", "keywords", "paragraphs", "links", "quotes")
        where = "year(published_date) = 2023 AND source = 'a.example'"
        done = exported(corpus, tmp_path / "out", where=where, tables=tables)
        assert done.counts["articles"].rows == 1
        assert done.counts["keywords"].rows == 1
        assert done.counts["links"].rows == 0  # the other end is not there
        assert done.counts["quotes"].rows == 0
        wanted = f"FROM paragraphs SEMI JOIN (FROM articles WHERE {where}) USING (article_id)"
        assert done.counts["paragraphs"].rows == len(ask(corpus, wanted))
        assert pandas.read_parquet(tmp_path / "out" / "quotes").empty
        assert names(tmp_path / "out" / "keywords") == {"year=2023/part-0.parquet"}

    def test_an_export_of_nothing_has_columns(self, corpus: Location, tmp_path: Path) -> None:
        exported(corpus, tmp_path / "out", where="false")
        assert "headline" in pandas.read_parquet(tmp_path / "out" / "articles").columns


class TestOtherFormats:
    def test_jsonl_has_the_fields_of_training_corpora(
        self, corpus: Location, tmp_path: Path
    ) -> None:
        exported(corpus, tmp_path / "out", format="jsonl")
        found = documents(tmp_path / "out")
        assert all(list(each) == ["text", "id", "metadata"] for each in found)
        assert len({tuple(each["metadata"]) for each in found}) == 1  # equal keys in every line
        count, characters, _ = ask(corpus, SUMS)[0]
        assert (len(found), sum(len(each["text"]) for each in found)) == (count, characters)
        first = next(e for e in found if e["metadata"]["url"] == "https://a.example/1")
        assert first["metadata"]["date"] == "2023-02-01T10:00:00Z"
        assert first["metadata"]["language"] == "en"
        dates = [each["metadata"]["date"] for each in found]
        assert dates == [*sorted(filter(None, dates)), None, None]

    def test_jsonl_and_ninjs_become_the_same_articles_again(
        self, corpus: Location, tmp_path: Path
    ) -> None:
        where = "source IS NOT NULL"
        query = f"SELECT article_id, headline, text FROM articles WHERE {where} ORDER BY ALL"
        for name in ("jsonl", "ninjs"):
            exported(corpus, tmp_path / name, format=name, where=where)
            ingest(tmp_path / f"again-{name}", tmp_path / name / "data")
            assert ask(tmp_path / f"again-{name}", query) == ask(corpus, query)

    def test_ninjs_has_properties_of_version_3_1_only(
        self, corpus: Location, tmp_path: Path
    ) -> None:
        exported(corpus, tmp_path / "out", format="ninjs")
        found = documents(tmp_path / "out")
        assert len(found) == 6
        for item in found:
            assert item["standard"]["version"] == "3.1"
            for name, value in item.items():
                allowed = NINJS_3_1[name]
                for each in value if isinstance(value, list) else [value]:
                    keys = set(each) if isinstance(each, dict) else {type(each)}
                    assert keys <= allowed, (name, each)
        linked = next(each for each in found if each["uri"] == "https://a.example/3")
        assert linked["rightsInfo"] == {"linkedRights": "https://a.example/terms"}
        assert linked["copyrightHolder"] == "Aa"
        assert linked["edNote"] == "The date of publication is known to the day only."
        undated = [each for each in found if "firstCreated" not in each]
        assert len(undated) == 2

    def test_csv_is_read_back_cell_by_cell(self, corpus: Location, tmp_path: Path) -> None:
        exported(corpus, tmp_path / "out", format="csv", is_exact=True)
        file = tmp_path / "out" / "articles.csv"
        csv.field_size_limit(10_000_000)
        with file.open(encoding="utf-8", newline="") as lines:
            found = {row["article_id"]: row for row in csv.DictReader(lines, strict=True)}
        wanted = ask(corpus, "SELECT article_id, headline, text, char_count FROM articles")
        for article_id, headline, text, count in wanted:
            row = found.pop(article_id)
            assert (row["headline"], row["text"]) == (headline or "", text)
            assert row["char_count"] == str(count)
        assert not found
        read = f"SELECT count(*), sum(length(text)) FROM read_csv('{file}', strict_mode = true)"
        assert duckdb.sql(read).fetchall() == [ask(corpus, SUMS)[0][:2]]

    def test_csv_tells_null_from_empty_and_guards_formulas(
        self, corpus: Location, tmp_path: Path
    ) -> None:
        done = exported(corpus, tmp_path / "out", format="csv", columns=("headline", "license"))
        lines = (tmp_path / "out" / "articles.csv").read_bytes().split(b"\r\n")
        assert lines[0] == b"headline,license"
        assert b'"\'=HYPERLINK(""http://x.example"",""free"")",' in lines[1]
        assert lines[-2].startswith(b",") or lines[-3].startswith(b",")  # no headline: NULL
        assert done.guarded == 1


# What ninjs-schema_3.1.json allows: properties, and of objects and lists of objects their members.
_ROLED = {"role", "contentType", "value"}
NINJS_3_1: dict[str, set[Any]] = {
    "uri": {str}, "type": {str}, "version": {str}, "pubStatus": {str}, "language": {str},
    "representationType": {str}, "firstCreated": {str}, "versionCreated": {str}, "edNote": {str},
    "by": {str}, "copyrightHolder": {str}, "usageTerms": {str},
    "standard": {"name", "version", "schema"},
    "altIds": {"role", "value"},
    "headlines": _ROLED,
    "descriptions": _ROLED,
    "bodies": _ROLED | {"charCount", "wordCount"},
    "infoSources": {"name", "role", "uri", "literal", "contactInfo"},
    "subjects": {"name", "rel", "uri", "literal", "creator", "relevance", "confidence"},
    "rightsInfo": {"langId", "linkedRights", "encodedRights"},
    "associations": {"name", "rel", "uri", "type", "renditions"},
}  # fmt: skip


class TestChoice:
    def test_folding_keeps_one_article_of_each_story(
        self, corpus: Location, tmp_path: Path
    ) -> None:
        exported(corpus, tmp_path / "out", format="jsonl", is_folded=True)
        urls = [each["metadata"]["url"] for each in documents(tmp_path / "out")]
        assert "https://a.example/1" in urls
        assert "https://b.example/2" not in urls
        assert len(urls) == 5  # those that were never matched stay

    def test_folding_keeps_a_copy_whose_original_is_not_wanted(
        self, corpus: Location, tmp_path: Path
    ) -> None:
        where = "source = 'b.example'"
        exported(corpus, tmp_path / "out", format="jsonl", is_folded=True, where=where)
        urls = [each["metadata"]["url"] for each in documents(tmp_path / "out")]
        assert urls == ["https://b.example/2"]

    @pytest.mark.parametrize(
        "where",
        ["langage = 'en'", "true) UNION (", "true; SELECT 1", "", "'", "sum(char_count) > 1"],
    )
    def test_bad_sql_is_one_clear_line(self, corpus: Location, tmp_path: Path, where: str) -> None:
        with pytest.raises(BadSetting, match=r"^--where ") as failure:
            exported(corpus, tmp_path / "out", where=where)
        assert "\n" not in str(failure.value)
        assert not list(tmp_path.iterdir())

    def test_where_cannot_reach_what_is_not_exported(
        self, corpus: Location, tmp_path: Path
    ) -> None:
        smuggled = "false) UNION ALL (SELECT data::VARCHAR FROM raw"
        assert exported(corpus, tmp_path / "a", where=smuggled).counts["articles"].rows == 0
        secret = "headline IN (SELECT content FROM read_text('/etc/passwd'))"
        with pytest.raises(BadSetting, match=r"^--where "):
            exported(corpus, tmp_path / "b", where=secret)
        for table in ("raw", "files"):
            with pytest.raises(BadSetting, match=f"--tables '{table}'"):
                exported(corpus, tmp_path / "c", tables=(table,))

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"columns": ("headlin",)}, "did you mean headline"),
            ({"columns": ("text", "text")}, "named twice"),
            ({"tables": ("mentions",), "format": "csv"}, "--tables is for --format parquet"),
            ({"columns": ("text",), "format": "ninjs"}, "--columns is not for"),
        ],
    )
    def test_wrong_orders_are_refused(
        self, corpus: Location, tmp_path: Path, changes: dict[str, Any], said: str
    ) -> None:
        with pytest.raises(BadSetting, match=said):
            exported(corpus, tmp_path / "out", **changes)


class TestCard:
    def test_it_tells_counts_rights_versions_and_every_column(
        self, corpus: Location, tmp_path: Path
    ) -> None:
        exported(corpus, tmp_path / "out")
        told = json.loads((tmp_path / "out" / "schema.json").read_text())
        newest = ask(corpus, "SELECT commit_id FROM commits ORDER BY sequence DESC LIMIT 1")
        assert [(told["commit_id"],)] == newest
        assert told["tables"]["articles"]["rows"] == 6
        assert told["undated_articles"] == 2
        assert ["https://a.example/terms", 1] in told["rights"]["license"]
        described = {
            each["name"]: each["meaning"] for each in told["tables"]["articles"]["columns"]
        }
        columns = pyarrow.parquet.read_table(tmp_path / "out" / "articles").column_names
        assert set(described) == set(columns)
        assert all(described.values())
        card = (tmp_path / "out" / "README.md").read_text()
        assert "belong to their publishers" in card
        assert "| `license` | All \\| rights &lt; reserved | 1 |" in card

    def test_the_same_corpus_gives_the_same_bytes(self, corpus: Location, tmp_path: Path) -> None:
        for format_ in ("parquet", "jsonl"):
            for name in "ab":
                exported(corpus, tmp_path / format_ / name, format=format_)
            one, other = ((tmp_path / format_ / n / "SHA256SUMS").read_text() for n in "ab")
            assert one == other
        check = ["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"]
        assert subprocess.run(check, cwd=tmp_path / "parquet" / "a", check=False).returncode == 0
        listed = {line[66:] for line in one.splitlines()}
        assert listed | {"SHA256SUMS"} == names(tmp_path / "jsonl" / "a")


class TestPlace:
    def test_a_folder_with_anything_in_it_is_refused(
        self, corpus: Location, tmp_path: Path
    ) -> None:
        (tmp_path / "notes.txt").write_text("mine")
        with pytest.raises(BadSetting, match="exists and is not empty"):
            exported(corpus, tmp_path)
        with pytest.raises(BadSetting, match=r"holds 'notes.txt', which no export wrote"):
            exported(corpus, tmp_path, is_overwriting=True)
        with pytest.raises(BadSetting, match="is a file"):
            exported(corpus, tmp_path / "notes.txt")
        with pytest.raises(BadSetting, match="inside the warehouse"):
            exported(corpus, corpus.path / "articles" / "out")
        assert names(tmp_path) == {"notes.txt"}

    def test_overwrite_replaces_an_earlier_export(self, corpus: Location, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        exported(corpus, tmp_path / "out")
        exported(corpus, tmp_path / "out", format="csv", is_overwriting=True)
        files = ("articles.csv", "README.md", "schema.json", "SHA256SUMS")
        assert names(tmp_path) == {f"out/{name}" for name in files}

    @pytest.mark.parametrize(
        ("step", "is_overwriting"),
        [("articles", False), ("checksums", False), ("placing", True)],
    )
    def test_killed_it_leaves_nothing_under_its_name_and_the_next_one_sweeps(
        self, corpus: Location, tmp_path: Path, step: str, is_overwriting: bool
    ) -> None:
        target = tmp_path / "place" / "out"
        if is_overwriting:
            exported(corpus, target, format="csv")
        before = names(target) if is_overwriting else set()
        child = Child(tmp_path / "said", export_until, str(corpus), str(target), step)
        child.wait_for_a_line()
        if is_overwriting:  # an export beside it takes nothing from one that is alive
            exported(corpus, target.with_name("other"), format="csv")
            assert len(list(target.parent.iterdir())) == 3
        child.kill()
        assert child.wait() == -signal.SIGKILL
        assert names(target) == before
        assert target.exists() == is_overwriting
        exported(corpus, target, is_overwriting=True)
        left = {path.name for path in target.parent.iterdir()}
        assert left - {"other"} == {"out"}
        found = f"SELECT count(*) FROM '{target}/**/*.parquet'"
        assert duckdb.sql(found).fetchall() == [(6,)]

    def test_nothing_half_written_can_be_read_beside_it(
        self, corpus: Location, tmp_path: Path
    ) -> None:
        seen: list[Path] = []

        def look(step: str, done: int, total: int) -> None:
            if step != "placing":
                seen.extend(tmp_path.rglob("*.parquet"))

        with open_catalog(corpus) as connection:
            order = Order(target=tmp_path / "out", format="parquet")
            export(connection, corpus, order, on_progress=look)
        assert not seen


def export_until(corpus: str, target: str, step: str) -> None:
    """Export over what is there, say when `step` is reached, and go no further."""

    def stop(reached: str, done: int, total: int) -> None:
        if reached == step:
            print(step, flush=True)
            time.sleep(600)

    location = locate(corpus)
    with open_catalog(location) as connection:
        order = Order(target=Path(target), format="parquet", is_overwriting=True)
        export(connection, location, order, on_progress=stop)


def test_the_command_says_what_it_wrote(corpus: Location, tmp_path: Path) -> None:
    arguments = [str(tmp_path / "out"), "-w", str(corpus), "--format", "csv", "--quiet"]
    said = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert said.exit_code == 0
    assert "2 of the articles are undated" in said.output
    assert "4 files" in said.output
    assert "1 cells like formulas" in said.output
    assert (tmp_path / "out" / "articles.csv").exists()
