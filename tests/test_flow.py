"""The flow under real Prefect: with a server, with a temporary one, and when a batch fails."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.making import an_article, ask, outcomes, write


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Prefect server, for this process and its children."""
    home = tmp_path_factory.mktemp("prefect")
    os.environ |= {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    from prefect.settings import PREFECT_API_URL
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=180):
        yield str(PREFECT_API_URL.value())


def command(source: Path, corpus: Path) -> list[str]:
    """The command as a user types it."""
    arguments = ["ingest", str(source), "-w", str(corpus), "--settle", "0"]
    return [sys.executable, "-m", "flows.cli", *arguments]


def mixed(folder: Path) -> Path:
    """Two articles, a copy, and a rejection whose name and reason hold markup."""
    name = "<b>|x`y**.txt"
    (
        write(folder, a__json=an_article(1), b__json=an_article(2), c__json=an_article(1)) / name
    ).touch()
    return folder


def test_a_run_on_a_server_is_named_and_reported(server: str, tmp_path: Path) -> None:
    """The run's name says what came of it; its artifacts show counts and rejections as text."""
    from prefect.client.orchestration import get_client

    environment = os.environ | {"PREFECT_API_URL": server}
    subprocess.run(
        command(mixed(tmp_path / "inbox"), tmp_path / "corpus"), env=environment, check=True
    )

    with get_client(sync_client=True) as client:
        names = [run.name for run in client.read_flow_runs()]
        artifacts = {item.key: str(item.data) for item in client.read_artifacts()}
    assert "inbox: 4 documents, 2 new articles" in names
    assert "| article | 2 |" in artifacts["ingest-report"]
    assert "The sum holds." in artifacts["ingest-report"]
    assert "read.empty" in artifacts["ingest-rejections"]
    assert "<b>" not in artifacts["ingest-rejections"]


def test_a_failed_batch_is_retried_and_then_its_file_at_fault_is_rejected(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read in halves, so that the others are taken; the next run takes the file up again."""
    from flows.ingest import ingest
    from flows.settings import IngestSettings
    from tasks import batch, steps

    attempts: list[int] = []

    def broken(self: batch.BatchReader) -> batch.Staged:
        if any(part.file.name.endswith("b.json") for part in self.batch.slices):
            attempts.append(len(self.batch.slices))
            raise RuntimeError("the machine hiccupped")
        return plain(self)

    plain = batch.BatchReader.read
    source, corpus = mixed(tmp_path / "in"), tmp_path / "corpus"
    settings = IngestSettings(warehouse=str(corpus), sources=(str(source),), settle_seconds=0.0)
    with monkeypatch.context() as fault:
        fault.setattr(batch.BatchReader, "read", broken)
        fault.setattr(steps.read, "retry_delay_seconds", 0)
        summary = ingest(settings)

    assert attempts == [4, 4, 4, 2, 2, 2, 1, 1, 1]
    assert (summary.row.state, summary.row.rejected_count) == ("completed", 2)
    assert ask(corpus, "SELECT reason FROM files WHERE is_retryable") == [("batch.failed",)]
    ingest(settings)
    assert outcomes(corpus) == {"article": 2, "same_bytes": 1, "rejected": 1}


def test_without_a_server_a_temporary_one_serves_and_home_stays_empty(tmp_path: Path) -> None:
    """All state lies beside the warehouse, nothing in the user's home."""
    home = tmp_path / "home"
    home.mkdir()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}

    subprocess.run(
        command(mixed(tmp_path / "in"), tmp_path / "corpus"),
        env=environment | {"HOME": str(home)},
        check=True,
    )

    assert outcomes(tmp_path / "corpus") == {"article": 2, "same_bytes": 1, "rejected": 1}
    assert list(home.iterdir()) == []
    assert (tmp_path / "corpus.state" / "prefect").is_dir()


def test_an_enrich_on_a_server_is_named_and_reported(server: str, tmp_path: Path) -> None:
    """The same of annotations."""
    from prefect.client.orchestration import get_client

    environment = os.environ | {"PREFECT_API_URL": server}
    where = tmp_path / "corpus"
    subprocess.run(command(mixed(tmp_path / "inbox"), where), env=environment, check=True)
    enrich = ["enrich", "--only", "readability", "-w", str(where)]
    subprocess.run([sys.executable, "-m", "flows.cli", *enrich], env=environment, check=True)

    with get_client(sync_client=True) as client:
        names = [run.name for run in client.read_flow_runs()]
        artifacts = {item.key: str(item.data) for item in client.read_artifacts()}
    assert any(
        re.fullmatch(r"enrich: 2 articles annotated, \d+ rows, 0 failures", n) for n in names
    )
    assert "| readability/done | 2 |" in artifacts["enrich-report"]
    assert ask(where, "SELECT count(*) FROM readability") == [(2,)]
