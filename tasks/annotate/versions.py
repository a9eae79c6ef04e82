"""Which version of an annotator an article's rows should be of.

A version is that of the code, and a fingerprint of the model and of the versions of the annotators
whose rows it reads: whatever can change a row changes the version, and nothing else does. It hangs
on the language, so that a model for German makes nothing of an English article outdated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tasks.annotate.records import Annotator, Article, Model, ModelMissing
from warehouse.bookkeeping import AnnotatorRow
from warehouse.errors import BadSetting

DONE, FAILED = "done", "failed"
UNSUPPORTED, MODEL_MISSING = "unsupported_language", "model_missing"
_DIGITS = 8  # of the fingerprint: two of a handful of versions meet once in a hundred million


@dataclass(frozen=True, slots=True)
class Version:
    """An annotator in one language, as it would annotate now."""

    annotator: str
    language_code: str | None  # as articles have it
    version: str
    status: str  # done, or why it cannot read this language
    row: AnnotatorRow
    detail: str | None = None  # what to install, where the model is missing

    @property
    def can_read(self) -> bool:
        """Is there something to be done but to say why there is nothing?"""
        return self.status == DONE


def versions(
    annotators: Sequence[Annotator],
    languages: Iterable[str | None],
    done: Mapping[tuple[str, str | None], str],
) -> dict[tuple[str, str | None], Version]:
    """Return the version of every annotator for every language_code, by both.

    `annotators` come in the order of the registry, those they need among them. `done` has the last
    version in which each could read a language: it stands where a model is missing now, so that
    nothing that was read with it, or is made of that, is given up.
    """
    found: dict[tuple[str, str | None], Version] = {}
    models: dict[tuple[str, str], Model | ModelMissing] = {}
    for code in languages:
        for each in annotators:
            needed = [found[name, code].version for name in each.needs]
            version = _version(each, code, needed, models)
            if version.status == MODEL_MISSING and (each.name, code) in done:
                version = _kept(version, done[each.name, code])
            found[each.name, code] = version
    return found


def _version(
    each: Annotator,
    code: str | None,
    needed: Sequence[str],
    models: dict[tuple[str, str], Model | ModelMissing],
) -> Version:
    language = Article(article_id="", text="", paragraphs=(), language_code=code).language
    status, model, detail = DONE, None, None
    if each.languages is not None and language not in each.languages:
        status = UNSUPPORTED
    elif each.model is not None:
        if (each.name, language) not in models:
            models[each.name, language] = _model(each.model, language)
        found = models[each.name, language]
        if isinstance(found, ModelMissing):
            status, detail = MODEL_MISSING, str(found)
        else:
            model = found
    name = _name(each, status, model, needed)
    row = AnnotatorRow(
        annotator=each.name,
        language_code=code,
        annotator_version=name,
        status=status,
        code_version=each.version,
        model=model.name if model else None,
        model_version=model.version if model else None,
        model_sha256=model.sha256 if model else None,
        needs=list(each.needs),
    )
    return Version(each.name, code, name, status, row, detail)


def _kept(version: Version, name: str) -> Version:
    return replace(version, version=name, row=replace(version.row, annotator_version=name))


def _model(find: Callable[[str], Model], language: str) -> Model | ModelMissing:
    try:
        return find(language)
    except BadSetting:
        raise
    except ModelMissing as error:
        return error
    except Exception as error:  # noqa: BLE001 - code from outside may raise anything
        return ModelMissing(f"{type(error).__name__}: {error}")


def _name(each: Annotator, status: str, model: Model | None, needed: Sequence[str]) -> str:
    if status != DONE or not (model or needed):
        return each.version
    parts = [*((model.name, model.version, model.sha256) if model else ()), *needed]
    mark = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_DIGITS]
    return f"{each.version}-{mark}"
