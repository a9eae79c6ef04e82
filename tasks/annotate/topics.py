"""Topics by a model that the user trains: `copydesk train-topics` makes it, `enrich` reads with it.

The model is a scikit-learn pipeline from text to label. It is kept in the format of skops, which
holds data and names of known classes; reading one runs no code of the file's, as a pickle's would.
So pickles and joblib files are refused, and so is a file with classes that skops does not trust.
Scores are the model's own probabilities, not calibrated, and NULL for a model without any.

Needs the extra `topics` (scikit-learn, skops).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

from tasks.annotate.records import Annotator, Article, Model, ModelMissing, Options, Rows, Subject
from warehouse.annotations import TopicRow
from warehouse.errors import BadSetting

MOST_TOPICS = 5  # of an article
FOLDS = 5  # of the cross-validation
LEAST_TEXTS = 2  # of a label, so that it can be learned and tried
NOT_SET = "no topic model is set: train one with `copydesk train-topics` and name its file"
NOT_INSTALLED = "topics need the extra `topics`: pip install 'copydesk[topics]'"


@dataclass(frozen=True, slots=True)
class LabelScore:
    """How well a label is found, in cross-validation."""

    label: str
    text_count: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What a model was trained on and how it did on texts that it had not seen."""

    text_count: int
    folds: int
    accuracy: float
    labels: tuple[LabelScore, ...]  # by name


def annotator(options: Options) -> Annotator:
    """Return the annotator of topics by the model in the file `options.topic_model`."""
    path = options.topic_model

    def annotate(subjects: Sequence[Subject]) -> list[Rows]:
        if path is None:
            raise ModelMissing(NOT_SET)
        pipeline = _load(path, _sha256(path))
        return [{"topics": rows} for rows in _rows([each.article for each in subjects], pipeline)]

    return Annotator(
        name="topics",
        version="1",
        tables=("topics",),
        annotate=annotate,
        model=lambda language: _identity(path),
    )


def train_topics(
    texts: Sequence[str], labels: Sequence[str], out: Path, *, seed: int = 0
) -> TrainingReport:
    """Train a model on labelled texts, write it to `out`, and say how well it does.

    TF-IDF of words and pairs of words, and a logistic regression in which rare labels weigh as much
    as frequent ones. The report is by cross-validation, the model is trained on all texts. Equal
    texts, labels and seed give a model of equal answers, not of equal bytes. Raises BadSetting for
    fewer than two labels, a label with fewer than LEAST_TEXTS texts, texts without words, and a
    file that cannot be written; ModelMissing without the extra.
    """
    folds = min(FOLDS, *_label_counts(texts, labels).values())
    try:
        report = _cross_validate(texts, labels, folds, seed)
        pipeline = _pipeline(seed).fit(list(texts), list(labels))
        _write(pipeline, out)
    except ImportError as error:
        raise ModelMissing(NOT_INSTALLED) from error
    except ValueError as error:  # of scikit-learn: an empty vocabulary
        raise BadSetting(f"these texts cannot be learned from: {error}") from error
    return report


def _label_counts(texts: Sequence[str], labels: Sequence[str]) -> Mapping[str, int]:
    if len(texts) != len(labels):
        raise BadSetting(f"{len(texts)} texts but {len(labels)} labels")
    counts = Counter(labels)
    if len(counts) < 2:
        raise BadSetting(f"a model tells labels apart; the only one here is {[*counts]}")
    label, least = min(counts.items(), key=lambda item: (item[1], item[0]))
    if least < LEAST_TEXTS:
        raise BadSetting(f"label {label!r} has {least} text, {LEAST_TEXTS} or more are needed")
    return counts


def _pipeline(seed: int) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline

    words = TfidfVectorizer(ngram_range=(1, 2), max_df=0.8, max_features=200_000, sublinear_tf=True)
    learner = LogisticRegression(
        C=10.0, class_weight="balanced", max_iter=1_000, random_state=seed
    )  # little regularisation: rows of TF-IDF have length 1
    return Pipeline([("words", words), ("learner", learner)])


def _cross_validate(
    texts: Sequence[str], labels: Sequence[str], folds: int, seed: int
) -> TrainingReport:
    from sklearn.metrics import accuracy_score, precision_recall_fscore_support
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    splits = StratifiedKFold(folds, shuffle=True, random_state=seed)
    said = cross_val_predict(_pipeline(seed), list(texts), list(labels), cv=splits)
    names = sorted(set(labels))
    scores = precision_recall_fscore_support(labels, said, labels=names, zero_division=0.0)
    return TrainingReport(
        text_count=len(texts),
        folds=folds,
        accuracy=float(accuracy_score(labels, said)),
        labels=tuple(
            LabelScore(name, int(count), float(precision), float(recall), float(f1))
            for name, precision, recall, f1, count in zip(names, *scores, strict=True)
        ),
    )


def _write(pipeline: Any, out: Path) -> None:
    """Write beside `out` and move: a killed training leaves no half file."""
    from skops.io import dump

    part = out.with_name(out.name + ".part")
    try:
        dump(pipeline, part)
        part.replace(out)
    except OSError as error:
        raise BadSetting(f"{out}: cannot write the model: {error}") from error


# ---- the model -----------------------------------------------------------------------------------


def _identity(path: str | None) -> Model:
    """Return what the model is; raises ModelMissing where there is none or nothing to read it."""
    from importlib.util import find_spec

    if path is None:
        raise ModelMissing(NOT_SET)
    sha256 = _sha256(path)  # a file that is not there is a wrong setting, whatever is installed
    if find_spec("sklearn") is None or find_spec("skops") is None:
        raise ModelMissing(f"{path}: install the extra topics (pip install 'copydesk[topics]')")
    return Model(Path(path).name, sha256[:12], sha256)


def _sha256(path: str) -> str:
    try:
        state = Path(path).stat()
    except OSError as error:
        raise BadSetting(f"{path}: cannot read the topic model: {error}") from error
    return _hash(path, state.st_size, state.st_mtime_ns)


@lru_cache(8)
def _hash(path: str, size: int, mtime_ns: int) -> str:
    """Return the hash of a file; size and time tell another file at the same place."""
    if not is_zipfile(path):
        raise BadSetting(
            f"{path}: is no file of skops; models are read in no other format, because reading a "
            "pickle runs what is in it. Make one with `copydesk train-topics` or skops.io.dump"
        )
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(2)
def _load(path: str, sha256: str) -> Any:
    """Return the pipeline in a file; raises BadSetting for one that holds something else."""
    try:
        from skops.io import load
        from skops.io.exceptions import UntrustedTypesFoundException
    except ImportError as error:
        raise ModelMissing(NOT_INSTALLED) from error
    try:
        pipeline = load(path)
    except UntrustedTypesFoundException as error:
        raise BadSetting(
            f"{path}: the topic model holds what skops does not trust: {error}"
        ) from error
    except (KeyError, ValueError, TypeError, AttributeError, ImportError) as error:
        raise BadSetting(f"{path}: cannot be read as a model of skops: {error}") from error
    if not hasattr(pipeline, "predict") or not hasattr(pipeline, "classes_"):
        raise BadSetting(f"{path}: holds a {type(pipeline).__name__}, which gives texts no labels")
    return pipeline


def _rows(articles: Sequence[Article], pipeline: Any) -> list[list[TopicRow]]:
    """Return the rows of each article; none for an article without words."""
    read = [at for at, article in enumerate(articles) if article.text.strip()]
    rows: list[list[TopicRow]] = [[] for _ in articles]
    if read:
        ranked = _ranked(pipeline, [_text(articles[at]) for at in read])
        for at, topics in zip(read, ranked, strict=True):
            rows[at] = [
                TopicRow(article_id=articles[at].article_id, topic=topic, score=score, rank=rank)
                for rank, (topic, score) in enumerate(topics[:MOST_TOPICS], 1)
            ]
    return rows


def _text(article: Article) -> str:
    return f"{article.headline}\n\n{article.text}" if article.headline else article.text


def _ranked(pipeline: Any, texts: list[str]) -> Iterator[list[tuple[str, float | None]]]:
    """Yield for each text its labels, the likeliest first, and their probabilities if any."""
    names = [str(name) for name in pipeline.classes_]
    if hasattr(pipeline, "predict_proba"):
        for scores in pipeline.predict_proba(texts).tolist():
            order = sorted(zip(names, scores, strict=True), key=lambda each: (-each[1], each[0]))
            yield [(name, round(score, 6)) for name, score in order]
    else:  # its one answer: distances from a border are no probabilities
        for name in pipeline.predict(texts).tolist():
            yield [(str(name), None)]
