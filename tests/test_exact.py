"""Exact duplicates: the same documents end the same way in any order and any chunking."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.dedup.exact import Holder, Reading, Resolved, Resolver, outcome_counts
from tasks.dedup.identity import article_id, document_id
from warehouse.known import LedgerRow
from warehouse.ledger import Ledger
from warehouse.location import locate
from warehouse.schema import FileRow


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Doc:
    """A document: its bytes decide text and URL; where they name none, its container may."""

    path: str
    text: str
    url: str
    markup: str  # other bytes around the same text
    address: str | None = None  # where its container says it was fetched

    @property
    def sha256(self) -> str:
        return digest(f"{self.text}|{self.url}|{self.markup}")

    @property
    def identity(self) -> str:
        return digest(self.text)

    def row(self) -> FileRow:
        """The row as a batch stages it: read as an article."""
        values = dict.fromkeys(FileRow.__slots__)  # type: ignore[attr-defined]
        values.update(
            document_id=document_id(self.path, None),
            path=self.path,
            file_sha256=self.sha256,
            sha256=self.sha256,
            target_uri=self.address,
            encoding="utf-8",
            encoding_method="utf-8",
            outcome="article",
            article_id=article_id(self.url or self.address, self.identity),
        )
        return FileRow(**values)  # type: ignore[arg-type]


@dataclass
class Tables:
    """The committed rows of one run, as the views would show them."""

    run_id: str = "run"
    ledger: Ledger = field(default_factory=lambda: Ledger.in_memory(locate("none")))
    files: dict[tuple[str, str], FileRow] = field(default_factory=dict)  # by id and commit
    articles: dict[tuple[str, str], tuple[str, str | None]] = field(default_factory=dict)  # same
    links: dict[str, tuple[str, str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    commits: int = 0

    def commit(self, docs: list[Doc]) -> None:
        """Resolve and commit one chunk."""
        self.commits += 1
        commit_id = f"commit-{self.commits}"
        resolver = Resolver(self.ledger, self.run_id, self.row_of)
        for number, doc in enumerate(docs):
            resolver.add(number, doc.row(), Reading(doc.identity))
        resolved = resolver.resolved
        self._supersede(resolved)
        winners = {article: docs[number] for article, number in resolved.winners.items()}
        for row in resolved.files.values():
            self.files[row.document_id, commit_id] = row
        for article, doc in winners.items():
            self.articles[article, commit_id] = doc.sha256, doc.address
        self.links |= {k: (v.article_a, v.article_b) for k, v in resolved.links.items()}
        for outcome, count in outcome_counts(resolved).items():
            self.counts[outcome] = self.counts.get(outcome, 0) + count
        rows = self._ledger_rows(resolved, winners, commit_id)
        self.ledger.apply(rows, self.run_id, self.commits)

    def row_of(self, holder: Holder) -> FileRow:
        assert holder.commit_id is not None
        return self.files[document_id(holder.path, holder.record), holder.commit_id]

    def _supersede(self, resolved: Resolved) -> None:
        tables = {"files": self.files, "articles": self.articles}
        for row in resolved.superseded:
            if row.subject_table == "links":
                del self.links[row.subject_id]
            else:
                assert row.subject_commit_id is not None
                del tables[row.subject_table][row.subject_id, row.subject_commit_id]

    def _ledger_rows(
        self, resolved: Resolved, winners: dict[str, Doc], commit_id: str
    ) -> list[LedgerRow]:
        return [
            LedgerRow(
                r.path, r.record, r.file_sha256, r.sha256, r.target_uri, r.outcome, r.article_id,
                None, None,
                None, None, None,
                winners[r.article_id].identity
                if r.outcome == "article" and r.article_id in winners else None,
                self.run_id, commit_id,
            )
            for r in resolved.files.values()
        ]  # fmt: skip

    def shown(self) -> object:
        """Everything a reader sees, without commit ids; asserts that ids are unique."""
        assert len({key for key, _ in self.files}) == len(self.files)
        assert len({key for key, _ in self.articles}) == len(self.articles)
        return (
            {key: row for (key, _), row in self.files.items()},
            {key: source for (key, _), source in self.articles.items()},
            set(self.links.values()),
            {outcome: count for outcome, count in self.counts.items() if count},
        )


docs = st.lists(
    st.builds(
        Doc,
        path=st.uuids().map(str),
        text=st.sampled_from("ab"),
        url=st.sampled_from(["", "u", "v", "w"]),
        markup=st.sampled_from("123"),
        address=st.sampled_from([None, None, "u", "x"]),
    ),
    max_size=14,
    unique_by=lambda doc: doc.path,
)


@settings(max_examples=150, deadline=None)
@given(docs, st.randoms(use_true_random=False), st.integers(1, 5))
def test_order_and_chunks_change_nothing(found: list[Doc], random: object, size: int) -> None:
    """One chunk in order, or many in any order: the same rows, copies and links."""
    at_once, in_parts = Tables(), Tables()
    at_once.commit(sorted(found, key=lambda doc: doc.path))
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    for start in range(0, len(shuffled), size):
        in_parts.commit(shuffled[start : start + size])

    assert in_parts.shown() == at_once.shown()


@settings(max_examples=50, deadline=None)
@given(docs)
def test_every_document_has_one_outcome_and_every_article_one_row(found: list[Doc]) -> None:
    """Conservation: documents in, outcomes out; as many articles as ids."""
    tables = Tables()
    tables.commit(found)

    assert sum(tables.counts.values()) == len(found)
    assert tables.counts.get("article", 0) == len({doc.row().article_id for doc in found})


@settings(max_examples=50, deadline=None)
@given(docs)
def test_exact_copies_are_a_star(found: list[Doc]) -> None:
    """n articles of one text have n - 1 links, all to the smallest id."""
    tables = Tables()
    tables.commit(found)

    for text in "ab":
        ids = {str(doc.row().article_id) for doc in found if doc.text == text}
        star = {(a, b) for a, b in tables.links.values() if a in ids}
        assert star == {(a, min(ids)) for a in ids if a != min(ids)}
