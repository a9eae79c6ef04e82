"""Questions about words, dates, bytes and books; and how a question is asked."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from flows.asking import ask as command
from tests.asking import annotate, answer
from tests.making import an_article, ask, ingest, sentences, write
from warehouse import store
from warehouse.catalog import open_catalog
from warehouse.errors import BadSetting
from warehouse.location import locate
from warehouse.questions import parsed, question, questions

BODY = "\n\n".join([*sentences(1, 6), "The surge was over."])


def dated(day: str | None, host: str, number: int = 1, **more: Any) -> str:
    """An article of a host and day."""
    url = f"https://{host}.example/{number}"
    return an_article(number, datePublished=day, url=url, **more)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text with the term at two outlets, the later one by a week; without it; not dated."""
    folder = tmp_path_factory.mktemp("words")
    sources = write(
        folder / "in",
        a__json=dated("2024-05-06", "one", articleBody=BODY),
        b__json=dated("2024-05-20", "two", articleBody=BODY),
        c__json=dated("2024-05-14", "one", 2),
        d__json=dated(None, "three", 3, headline="Surge in the north"),
        e__json=dated("2024-05-06", "one", articleBody=BODY),  # a copy, byte for byte
        f__json=b"",
    )
    ingest(folder / "corpus", sources)
    return folder / "corpus"


def ids(corpus: Path) -> dict[str, str]:
    """The id of each article by its address."""
    return dict(ask(corpus, "SELECT regexp_extract(url, '//(.*)', 1), article_id FROM articles"))


def test_the_spread_of_a_term_counts_weeks_without_it_and_undated_articles_apart(
    corpus: Path,
) -> None:
    found = answer(corpus, 18, term="SURGE")
    assert [row["week_start"] for row in found] == [
        date(2024, 5, 6),
        date(2024, 5, 13),
        date(2024, 5, 20),
        None,
    ]
    assert [row["article_count"] for row in found] == [1, 0, 1, 1]
    assert [row["corpus_article_count"] for row in found] == [1, 1, 1, 1]
    assert [row["new_sources"] for row in found] == [["one.example"], [], ["two.example"], []]
    assert answer(corpus, 18, term="surg") == []


def test_loaded_terms_are_counted_by_the_words_of_the_articles_that_were_read(
    tmp_path: Path,
) -> None:
    """The other article of the outlet was not read: its words are no denominator."""
    body = " ".join(["word"] * 49 + ["regime"])
    folder = write(
        tmp_path / "in",
        a__json=dated("2024-05-06", "one", headline="Regime falls at last", articleBody=body),
        b__json=dated("2024-05-07", "one", 2),
    )
    ingest(tmp_path / "corpus", folder)
    read = ids(tmp_path / "corpus")["one.example/1"]
    term = {"article_id": read, "term": "regime", "word_list": "loaded"}
    annotate(
        tmp_path / "corpus",
        only=[read],
        loaded_terms=[
            {**term, "surface": "Regime", "field": "headline"},
            {**term, "surface": "regime"},
            {**term, "surface": "word", "is_quoted": True},
        ],
    )
    (row,) = answer(tmp_path / "corpus", 19)
    assert (row["article_count"], row["unread_article_count"]) == (1, 1)
    assert (row["headline_terms_per_1000"], row["text_terms_per_1000"]) == (250.0, 20.0)
    (row,) = answer(tmp_path / "corpus", 19, with_quoted="true")
    assert row["text_term_count"] == 2
    (row,) = answer(tmp_path / "corpus", 19, word_list="hedges")
    assert row["text_term_count"] == 0


def a_day(article_id: str, start: date | None, end: date | None = None, **more: Any) -> Any:
    """A date in a text."""
    values = {"surface": "district", "timex_type": "DATE", "granularity": "day"}
    return {
        "article_id": article_id,
        "start_date": start,
        "end_date": end or start,
        **values,
        **more,
    }


def test_an_anniversary_is_the_same_day_of_another_year_or_so_many_years_ago(
    corpus: Path,
) -> None:
    """The copy of 20 May does not make 6 May an anniversary; "last year" is none."""
    known = ids(corpus)
    first, copy, undated = (
        known[f"{host}.example/{n}"] for host, n in (("one", 1), ("two", 1), ("three", 3))
    )
    annotate(
        corpus,
        dates=[
            a_day(first, date(1945, 5, 6)),
            a_day(copy, date(1945, 5, 6)),
            a_day(copy, date(2020, 1, 1), date(2020, 12, 31), granularity="year",
                  relative_offset="-P4Y"),
            a_day(copy, date(2023, 1, 1), date(2023, 12, 31), granularity="year",
                  relative_offset="-P1Y"),
            a_day(undated, date(1945, 5, 6)),
            a_day(first, date(2024, 5, 9), surface="reported"),
            a_day(copy, date(2024, 6, 19), surface="rebuilt"),
            a_day(copy, date(2024, 6, 20), surface="helpers"),
            a_day(copy, date(2024, 5, 26), timex_type="SET"),
        ],
        sentences=[],
    )  # fmt: skip
    found = answer(corpus, 20)
    assert [(row["kind"], row["past_date"], row["year_count"]) for row in found] == [
        ("same_day", date(1945, 5, 6), 79),
        ("years_before", date(2020, 1, 1), 4),
    ]
    assert found[0]["article_count"] == 1
    assert (found[0]["read_ratio"], found[0]["undated_article_count"]) == (1.0, 1)
    assert [row["kind"] for row in answer(corpus, 20, years=50)] == ["same_day"]
    wide = answer(corpus, 20, within=14)
    assert (wide[0]["article_count"], wide[0]["story_count"]) == (2, 1)

    ahead = answer(corpus, 21)  # of the same annotations
    assert [(row["surface"], row["days_ahead"]) for row in ahead] == [
        ("reported", 3),
        ("rebuilt", 30),
    ]
    assert len(answer(corpus, 21, days=31)) == 3


def test_every_byte_is_kept_or_has_a_reason(corpus: Path) -> None:
    """The sum over the reasons is that of the ledger, and the words that of the texts."""
    found = answer(corpus, 22)
    ((total, documents),) = ask(
        corpus, "SELECT sum(byte_count), count(*) FROM files WHERE outcome <> 'container'"
    )
    assert sum(row["byte_count"] for row in found) == total
    by_step = Counter[int]()
    for row in found:
        by_step[row["step"]] += row["document_count"]
    assert by_step[1] + by_step[2] + by_step[3] == documents
    reasons = {row["reason"]: row for row in found}
    assert reasons["same_bytes"]["language_code"] == "en"
    assert reasons["copy"]["document_count"] == 1
    ((copied,),) = ask(corpus, "SELECT strlen(text) FROM articles WHERE source = 'two.example'")
    assert reasons["copy"]["byte_count"] == copied
    ((words,),) = ask(corpus, "SELECT sum(word_count) FROM articles")
    assert sum(row["token_count"] or 0 for row in found) == words
    assert any(row["reason"].startswith("rejected: ") for row in found)


def test_boilerplate_is_taken_out_of_the_tokens(tmp_path: Path) -> None:
    """A notice that twenty articles of an outlet end with."""
    notice = "All rights are reserved by the publisher of this newspaper and its many partners."
    lines = [
        dated(None, "one", n, articleBody="\n\n".join([*sentences(n, 4), notice]))
        for n in range(20)
    ]
    folder = write(tmp_path / "in", all__jsonl="\n".join(lines))
    ingest(tmp_path / "corpus", folder)
    ((count,),) = ask(tmp_path / "corpus", "SELECT count(*) FROM boilerplate")
    (row,) = (row for row in answer(tmp_path / "corpus", 22) if row["reason"] == "boilerplate")
    assert count == 1
    assert row["token_count"] == row["document_count"] * len(notice.split())
    assert row["byte_count"] == row["document_count"] * len(notice)


def test_uncertain_fields_are_those_in_which_a_document_contradicts_itself(
    tmp_path: Path,
) -> None:
    """Another headline in h1 than in title; one that nothing confirms is only single."""
    page = (
        "<html><head><title>{0}</title>"
        "<link rel='canonical' href='https://{2}.example/1'></head>"
        "<body><article><h1>{1}</h1><p>{3}</p></article></body></html>"
    )
    body = "</p><p>".join(sentences(1, 8))
    folder = write(
        tmp_path / "in",
        a__html=page.format("Ferries stop in the storm", "Council votes on taxes", "bad", body),
        b__json=dated("2024-05-06", "plain", 2),
    )
    ingest(tmp_path / "corpus", folder)
    found = answer(tmp_path / "corpus", 23)
    assert found[0]["source"] == "bad.example"
    assert (found[0]["field"], found[0]["uncertain_ratio"]) == ("headline", 1.0)
    plain = [row for row in found if row["source"] == "plain.example"]
    assert {row["disputed_count"] for row in plain} == {0}
    assert {row["single_count"] for row in plain} >= {1}
    only = answer(tmp_path / "corpus", 23, limit_count=1)
    assert {row["source"] for row in only} == {"bad.example"}


def test_what_a_run_did_adds_up_to_what_it_found(tmp_path: Path) -> None:
    """The second run knows the file of the first, and drops an empty one."""
    folder = write(tmp_path / "in", a__json=an_article(1))
    first = ingest(tmp_path / "corpus", folder)
    write(folder, b__json=an_article(1), c__json=b"", d__json=an_article(2))
    second = ingest(tmp_path / "corpus", folder)
    found = {
        (row["part"], row["what"]): row["row_count"]
        for row in answer(tmp_path / "corpus", 24, run_id=second.row.run_id)
    }
    assert found["read", "found"] == 4
    assert found["read", "known"] == 1
    dropped = found["dropped", "same_bytes"] + found["dropped", "rejected"]
    assert found["became", "article"] + dropped + found["read", "known"] == 4
    assert found["wrote", "articles"] == 1
    (rejected,) = (
        row
        for row in answer(tmp_path / "corpus", 24, run_id=second.row.run_id)
        if row["what"] == "rejected"
    )
    assert rejected["reason"]
    assert rejected["example"].endswith("c.json")
    assert {row["run_id"] for row in answer(tmp_path / "corpus", 24, run_id=first.row.run_id)} == {
        first.row.run_id
    }
    upkeep = store.Writer(locate(str(tmp_path / "corpus")), "99990101T000000Z-maintain")
    upkeep.commit({})
    assert {row["run_id"] for row in answer(tmp_path / "corpus", 24)} == {second.row.run_id}


def test_the_code_that_made_a_row_is_named(corpus: Path) -> None:
    """Reader, extractor and tools; an annotator that has not come yet is waiting."""
    article_id = ids(corpus)["one.example/2"]
    annotate(corpus, only=[], quotes=[])
    found = answer(corpus, 25, article=article_id[:12])
    assert {row["article_id"] for row in found} == {article_id}
    ((reader, extractor),) = ask(
        corpus,
        "SELECT reader, extractor FROM articles JOIN files USING (article_id) "
        f"WHERE article_id = '{article_id}' AND outcome = 'article'",
    )
    codes = {(row["part"], row["code"]): row for row in found}
    assert {("reader", reader), ("extractor", extractor), ("tool", "copydesk")} <= codes.keys()
    assert codes["annotator", "quotes"]["status"] == "waiting"


def test_a_question_is_asked_with_other_values() -> None:
    text = (
        "-- What is this?\n-- x: a text.\nWITH asked AS (\n    SELECT\n        'a' AS x,\n"
        "        NULL::VARCHAR AS y,\n        DATE '2020-01-01' AS since,\n        3 AS days,\n"
        "        false AS all_of_it\n)\nSELECT * FROM asked\n"
    )
    made = parsed("07-this.sql", text)
    assert (made.number, made.slug, made.words) == (7, "this", "What is this?")
    assert list(made.parameters) == ["x", "y", "since", "days", "all_of_it"]
    asked = made.asking(x="O'Neil\\1, 'b' AS since", since="2021-02-03", days="-4")
    assert "'O''Neil\\1, ''b'' AS since' AS x," in asked
    assert "DATE '2021-02-03' AS since," in asked
    assert "-4 AS days," in asked
    assert made.asking() == text
    for bad in (
        {"no": "1"},
        {"since": "may"},
        {"days": "4; DROP"},
        {"x": "\0"},
        {"all_of_it": "1"},
    ):
        with pytest.raises(BadSetting, match="question 7"):
            made.asking(**bad)
    with pytest.raises(ValueError, match="days is now"):
        parsed("07-this.sql", text.replace("3 AS days", "now() AS days"))


def test_every_question_is_found_by_number_and_name_and_answers(corpus: Path) -> None:
    known = questions()
    assert len({each.number for each in known}) == len({each.slug for each in known}) == len(known)
    with open_catalog(locate(str(corpus))) as connection:
        for each in known:
            assert question(each.number) == question(each.slug) == each
            connection.execute(each.sql).fetchall()
    with pytest.raises(BadSetting, match="listed by: copydesk ask"):
        question("no such question")


def test_the_command_lists_answers_and_shows_its_sql(corpus: Path) -> None:
    run = CliRunner()
    listed = run.invoke(command, [], env={"COLUMNS": "300"})
    assert question(18).words in listed.stdout
    answered = run.invoke(
        command, ["18", "--set", "term=surge", "--format", "csv", "-w", str(corpus)]
    )
    assert answered.exit_code == 0
    assert answered.stdout.startswith("week_start,article_count")
    shown = run.invoke(command, ["first-use-and-spread", "--set", "term=surge", "--sql"])
    assert shown.stdout == question(18).asking(term="surge")
    assert isinstance(run.invoke(command, ["18", "--set", "term"]).exception, BadSetting)
    assert isinstance(run.invoke(command, ["--sql"]).exception, BadSetting)


def test_the_page_of_questions_lists_each_with_its_parameters() -> None:
    page = (package_files("warehouse") / "questions" / "README.md").read_text("utf-8")
    listed = [line for line in page.splitlines() if re.match(r"\| \d\d \|", line)]
    assert [line.rpartition(" | ")[0] for line in listed] == [
        f"| {each.number:02} | {each.words} | {', '.join(each.parameters)}" for each in questions()
    ]
