"""A batch of articles through the annotators that are due for them, each given what it needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb
import pyarrow as pa

from tasks.annotate.due import WITHOUT, Due
from tasks.annotate.records import Annotator, Article, Rows, Subject
from tasks.annotate.safely import Failure, Outcome, Workers
from tasks.annotate.subjects import read_articles, read_rows
from tasks.annotate.versions import DONE, FAILED, Version
from warehouse.bookkeeping import AnnotationStatusRow, SupersededRow
from warehouse.schema import to_arrow

STATUS = "annotation_status"
Versions = Mapping[tuple[str, str | None], Version]


@dataclass(slots=True)
class Annotated:
    """What a batch adds to a commit."""

    tables: dict[str, list[pa.Table]] = field(default_factory=lambda: defaultdict(list))
    superseded: list[SupersededRow] = field(default_factory=list)
    statuses: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    articles: list[Article] = field(default_factory=list)
    # An article that an annotator has rows of now and had none before: 1; the reverse: -1.
    turned: dict[str, list[tuple[Article, int]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, annotator: str, version: str, table: str, rows: Sequence[Any]) -> None:
        """Take in rows of one annotator in one version."""
        if rows:
            made = to_arrow(table, rows)
            for name, value in (("annotator", annotator), ("annotator_version", version)):
                made = made.append_column(name, pa.array([value] * len(rows), pa.string()))
            self.tables[table].append(made)


class Labour:
    """Annotates batches; holds what stays the same from one to the next."""

    def __init__(
        self, annotators: Sequence[Annotator], expected: Versions, workers: Workers
    ) -> None:
        self.annotators = {each.name: each for each in annotators}
        self.expected = expected
        self.workers = workers

    def annotate(self, connection: duckdb.DuckDBPyConnection, batch: Sequence[Due]) -> Annotated:
        """Return the rows of every annotator that is due for an article of `batch`."""
        return _Batch(self, connection, batch).run()


class _Batch:
    """One batch under way: the articles, and the rows known of them so far."""

    def __init__(
        self, labour: Labour, connection: duckdb.DuckDBPyConnection, batch: Sequence[Due]
    ) -> None:
        self.labour = labour
        self.connection = connection
        twins = [each.twin for each in batch if each.twin]
        self.articles = read_articles(connection, [*batch, *twins])
        self.batch = batch
        self.rows: dict[str, dict[str, Rows]] = defaultdict(dict)  # article -> annotator -> rows
        self.failed: set[tuple[str, str]] = set()  # article and annotator
        self.done = Annotated(articles=[self.articles[each.article_id] for each in self.batch])

    def run(self) -> Annotated:
        for annotator in self.labour.annotators.values():
            due = [each for each in self.batch if each.states[annotator.name].is_due]
            self._superseded(annotator, due)
            readable, unread = list[Due](), list[Due]()
            for each in due:
                can_read = self._version(annotator, each).can_read
                (readable if can_read else unread).append(each)
            self._note_unread(annotator, unread)
            if readable:
                self._load_needed(annotator, readable)
                outcomes = self._outcomes(annotator, readable)
                self._take(annotator, readable, outcomes)
        return self.done

    def _version(self, annotator: Annotator, due: Due) -> Version:
        code = self.articles[due.article_id].language_code
        return self.labour.expected[annotator.name, code]

    def _superseded(self, annotator: Annotator, due: Iterable[Due]) -> None:
        """What stood there before is replaced by whatever comes of it now."""
        for each in due:
            commit_id = each.states[annotator.name].commit_id
            if commit_id is not None:
                self.done.superseded.append(
                    SupersededRow(
                        subject_table="annotations",
                        subject_id=f"{annotator.name}/{each.article_id}",
                        subject_commit_id=commit_id,
                        reason="annotated again",
                    )
                )

    def _note_unread(self, annotator: Annotator, due: Sequence[Due]) -> None:
        """Say of these that the annotator cannot read their language, or why not now."""
        groups: dict[str, list[AnnotationStatusRow]] = defaultdict(list)
        for each in due:
            version = self._version(annotator, each)
            groups[version.version].append(_status_row(each, version.status, None, version.detail))
            self.done.statuses[annotator.name, version.status] += 1
        for name, rows in groups.items():
            self.done.add(annotator.name, name, STATUS, rows)

    def _load_needed(self, annotator: Annotator, due: Sequence[Due]) -> None:
        """Fetch the rows it needs and that this batch did not make."""
        for name in annotator.needs:
            missing = [each for each in due if name not in self.rows[each.article_id]]
            places = [
                (each.article_id, state.commit_id)
                for each in missing
                if (state := each.states[name]).is_read and state.commit_id
            ]
            for article_id, rows in self._stored(name, places).items():
                self.rows[article_id][name] = rows

    def _stored(self, name: str, places: Sequence[tuple[str, str]]) -> Mapping[str, Rows]:
        return read_rows(self.connection, self.labour.annotators[name], places)

    def _outcomes(self, annotator: Annotator, due: Sequence[Due]) -> list[Outcome]:
        if annotator.scope == "article":
            return self.labour.workers.annotate(
                annotator, [self._subject(annotator, d) for d in due]
            )
        known = self._of_twins(annotator, due)
        groups: dict[Any, list[Due]] = defaultdict(list)
        for each in due:
            if each.article_id not in known:
                present = tuple(n in self.rows[each.article_id] for n in annotator.needs)
                groups[_text_key(self.articles[each.article_id]), present].append(each)
        firsts = [self._subject(annotator, group[0]) for group in groups.values()]
        made = self.labour.workers.annotate(annotator, firsts)
        for group, outcome in zip(groups.values(), made, strict=True):
            for each in group:
                known[each.article_id] = _of_article(outcome, each.article_id)
        return [known[each.article_id] for each in due]

    def _of_twins(self, annotator: Annotator, due: Sequence[Due]) -> dict[str, Outcome]:
        """The rows of articles whose text another article has, read already."""
        twins: dict[str, tuple[str, str]] = {}
        for each in due:
            twin = each.twin
            if twin is None or twin.article_id not in self.articles:
                continue
            state = twin.states[annotator.name]
            one, other = self.articles[each.article_id], self.articles[twin.article_id]
            if state.is_read and state.commit_id and _text_key(one) == _text_key(other):
                twins[each.article_id] = (twin.article_id, state.commit_id)
        stored = self._stored(annotator.name, list(twins.values()))
        return {
            article_id: _of_article(
                {t: rows for t, rows in stored[twin].items() if t != STATUS}, article_id
            )
            for article_id, (twin, _) in twins.items()
        }

    def _subject(self, annotator: Annotator, due: Due) -> Subject:
        given: dict[str, list[Any]] = defaultdict(list)
        for name in annotator.needs:
            for table, rows in self.rows[due.article_id].get(name, {}).items():
                given[table] += rows
        was_read = due.states[annotator.name].status == DONE
        return Subject(self.articles[due.article_id], dict(given), was_read)

    def _take(self, annotator: Annotator, due: Sequence[Due], outcomes: Sequence[Outcome]) -> None:
        """Gather rows and statuses by version, one Arrow table each."""
        self.done.seconds[annotator.name] += self.labour.workers.cpu_seconds
        gathered: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for each, outcome in zip(due, outcomes, strict=True):
            version = self._version(annotator, each).version
            gathered[version, STATUS].append(self._status(annotator, each, outcome))
            is_done = not isinstance(outcome, Failure)
            if is_done != (each.states[annotator.name].status == DONE):
                change = (self.articles[each.article_id], 1 if is_done else -1)
                self.done.turned[annotator.name].append(change)
            if isinstance(outcome, Failure):
                self.failed.add((each.article_id, annotator.name))
                continue
            self.rows[each.article_id][annotator.name] = outcome
            for table, found in outcome.items():
                gathered[version, table] += found
        for (version, table), found in gathered.items():
            self.done.add(annotator.name, version, table, found)

    def _has_failed(self, due: Due, name: str) -> bool:
        state = due.states[name]
        failed_before = state.status == FAILED and not state.is_due
        return failed_before or (due.article_id, name) in self.failed

    def _status(self, annotator: Annotator, due: Due, outcome: Outcome) -> AnnotationStatusRow:
        is_failed = isinstance(outcome, Failure)
        self.done.statuses[annotator.name, FAILED if is_failed else DONE] += 1
        if isinstance(outcome, Failure):
            return _status_row(due, FAILED, None, outcome.detail)
        without = [name for name in annotator.needs if self._has_failed(due, name)]
        detail = f"{WITHOUT}{', '.join(without)}, which failed" if without else None
        return _status_row(due, DONE, sum(map(len, outcome.values())), detail)


def _status_row(
    due: Due, status: str, row_count: int | None, detail: str | None
) -> AnnotationStatusRow:
    return AnnotationStatusRow(
        article_id=due.article_id,
        article_commit_id=due.commit_id,
        status=status,
        row_count=row_count,
        detail=detail,
    )


def _text_key(article: Article) -> tuple[Any, ...]:
    """What the rows of an annotator of `text` scope may depend on."""
    return article.text_sha256, article.headline, article.language_code, article.paragraphs


def _of_article(outcome: Outcome, article_id: str) -> Outcome:
    """The rows of an equal text as those of this article."""
    if isinstance(outcome, Failure):
        return outcome
    return {
        table: [
            row if row.article_id == article_id else replace(row, article_id=article_id)
            for row in rows
        ]
        for table, rows in outcome.items()
    }


def concatenated(parts: Iterable[Annotated]) -> Iterator[tuple[str, pa.Table]]:
    """Yield each table of several batches as one."""
    tables: dict[str, list[pa.Table]] = defaultdict(list)
    for part in parts:
        for name, found in part.tables.items():
            tables[name] += found
    for name, found in tables.items():
        yield name, pa.concat_tables(found)
