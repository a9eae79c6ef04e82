"""The settings of an installation: the only place that reads the environment."""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.errors import BadSetting
from warehouse.location import Location, warehouse_location

if TYPE_CHECKING:
    from tasks.annotate.enrichment import Order as EnrichOrder
    from tasks.run import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestSettings:
    """Parameters of the ingest flow, plain values so that Prefect can show and store them."""

    warehouse: str
    sources: tuple[str, ...]
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    map: tuple[str, ...] = ()  # field=column
    keep_raw: bool = True
    rehash: bool = False
    wait_seconds: float = 0.0
    settle_seconds: float = 2.0
    chunk_documents: int = 1_000

    def order(self) -> Order:
        """Return what the run is asked to do."""
        from tasks.batch import Limits  # here: `copydesk sql` must not pay for the readers
        from tasks.mapping import read_mapping
        from tasks.run import Order

        defaults = Limits()
        return Order(
            location=warehouse_location(self.warehouse),
            sources=self.sources,
            include=self.include,
            exclude=self.exclude,
            columns=read_mapping(self.map),
            limits=Limits(
                raw_bytes=defaults.raw_bytes if self.keep_raw else 0,
                settle_seconds=self.settle_seconds,
                batch_documents=min(defaults.batch_documents, self.chunk_documents),
            ),
            chunk_documents=self.chunk_documents,
            rehash=self.rehash,
            wait_seconds=self.wait_seconds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichSettings:
    """Parameters of the enrich flow, plain values so that Prefect can show and store them."""

    warehouse: str
    only: tuple[str, ...] = ()
    again: bool = False
    retry_failed: bool = False
    limit: int | None = None
    wait_seconds: float = 0.0
    name_models: tuple[str, ...] = ()  # language=pipeline
    topic_model: str | None = None
    word_lists: str | None = None

    def order(self) -> EnrichOrder:
        """Return what the run is asked to do."""
        from tasks.annotate.enrichment import Order
        from tasks.annotate.records import Options

        location = warehouse_location(self.warehouse)
        models = self.name_models or tuple(os.environ.get("COPYDESK_NAME_MODELS", "").split())
        return Order(
            location=location,
            only=self.only,
            again=self.again,
            retry_failed=self.retry_failed,
            limit=self.limit,
            wait_seconds=self.wait_seconds,
            options=Options(
                name_models={**Options().name_models, **_pairs(models)},
                topic_model=self.topic_model or os.environ.get("COPYDESK_TOPIC_MODEL") or None,
                word_lists=self.word_lists or os.environ.get("COPYDESK_WORD_LISTS") or None,
                state_folder=str(location.state),
            ),
        )


def _pairs(texts: tuple[str, ...]) -> dict[str, str]:
    """Names of languages to what reads them. Raises BadSetting for one without a "="."""
    for text in texts:
        if not all(text.partition("=")):
            raise BadSetting(f"{text!r}: a name model is LANGUAGE=PIPELINE, as de=de_core_news_sm")
    return {text.partition("=")[0]: text.partition("=")[2] for text in texts}


def prepare_prefect(location: Location) -> None:
    """Point Prefect at the state folder and make it quiet; call before it is imported.

    What the user has set in the environment stands. Its home is never the user's: server database,
    profiles and caches lie beside the warehouse.
    """
    home = location.state / "prefect"
    settings = {
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        # Starting the temporary server takes about 10 s here, longer on a busy machine.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # the command prints what failed
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "DO_NOT_TRACK": "1",
    }
    for name, value in settings.items():
        os.environ.setdefault(name, value)
    Path(os.environ["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)


def account_name() -> str | None:
    """Return the name of the account that runs this, if the system knows one."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without a user of this number
        return None


def width_of_pipe() -> int:
    """Return how wide plain output may get: COLUMNS, or as wide as it needs to be."""
    return int(os.environ.get("COLUMNS") or 0) or 10_000
