"""Names by a GLiNER model or by token classification of transformers, see models.py.

name_models: {"en": "gliner:urchade/gliner_multi-v2.1"}    after pip install gliner
name_models: {"de": "transformers:/models/ner-german"}     after pip install transformers torch
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tasks.annotate.naming.models import NamedSpan, NameModel, kinds
from tasks.annotate.records import Model, ModelMissing

# What a zero-shot model is asked for; labels.tsv says which kinds they are.
_ASKED = ("person", "organization", "location", "nationality", "event", "work", "product")
_LEAST_SCORE = 0.5  # the threshold that GLiNER has by default
Said = Mapping[str, Any]


class HubNames:
    """A model of the hub as a `NameModel`."""

    piece_chars = 1_200  # these models read some 384 to 512 parts of words, and drop the rest

    def __init__(self, model: Model, ask: Callable[[str], Iterable[Said]], label: str) -> None:
        self.name, self.version, self.sha256 = model.name, model.version, model.sha256
        self._ask = ask
        self._label = label

    def names(self, texts: Sequence[str]) -> list[list[NamedSpan]]:
        """Return the names in each text; one at a time, so that no answer hangs on another text."""
        return [_apart(self._spans(text)) for text in texts]

    def _spans(self, text: str) -> Iterable[NamedSpan]:
        for said in self._ask(text):
            kind = kinds().get(str(said[self._label]).upper())
            if kind:
                yield NamedSpan(int(said["start"]), int(said["end"]), kind)


def load(kind: str, folder: Path, model: Model) -> NameModel:
    """Load the model in `folder` with the package `kind`; raises ModelMissing if it cannot be."""
    try:
        return _gliner(folder, model) if kind == "gliner" else _transformers(folder, model)
    except (ImportError, OSError, ValueError, AttributeError) as error:
        raise ModelMissing(f"{model.name}: {error}; pip install {kind}") from error


def _gliner(folder: Path, model: Model) -> NameModel:
    loaded: Any = importlib.import_module("gliner").GLiNER.from_pretrained(
        str(folder), local_files_only=True
    )

    def ask(text: str) -> Iterable[Said]:
        found: Iterable[Said] = loaded.predict_entities(
            text, list(_ASKED), flat_ner=True, threshold=_LEAST_SCORE
        )
        return found

    return HubNames(model, ask, "label")


def _transformers(folder: Path, model: Model) -> NameModel:
    ask: Any = importlib.import_module("transformers").pipeline(
        "token-classification", model=str(folder), aggregation_strategy="simple"
    )
    return HubNames(model, ask, "entity_group")


def _apart(spans: Iterable[NamedSpan]) -> list[NamedSpan]:
    """Return the spans in reading order, without those that overlap one before them."""
    kept: list[NamedSpan] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept
