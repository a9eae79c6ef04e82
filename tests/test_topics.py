"""Topics: a model trained, read, named by its hash, and refused when it is something else."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from tasks.annotate.records import ModelMissing, Options, Subject
from tasks.annotate.topics import annotator, train_topics
from tests.annotating import make_article
from warehouse.errors import BadSetting

SPORT = [f"The striker scored {n} goals in the cup final match" for n in range(8)]
POLITICS = [f"Parliament passed budget bill {n} after a long vote" for n in range(8)]
TEXTS, LABELS = SPORT + POLITICS, ["sport"] * 8 + ["politics"] * 8


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sklearn")
    pytest.importorskip("skops")
    path = tmp_path_factory.mktemp("topics") / "model.skops"
    train_topics(TEXTS, LABELS, path)
    return path


def test_the_report_says_how_each_label_is_found(tmp_path: Path) -> None:
    pytest.importorskip("skops")
    report = train_topics(TEXTS, LABELS, tmp_path / "model.skops")
    assert (report.accuracy, report.folds, report.text_count) == (1.0, 5, 16)
    assert [(each.label, each.text_count) for each in report.labels] == [
        ("politics", 8),
        ("sport", 8),
    ]


def test_an_article_has_topics_in_order_of_probability(model: Path) -> None:
    made = annotator(Options(topic_model=str(model)))
    (rows,) = made.annotate([Subject(make_article("A late goal won the cup final."))])
    assert [(row.rank, row.topic) for row in rows["topics"]] == [(1, "sport"), (2, "politics")]
    assert sum(row.score for row in rows["topics"]) == pytest.approx(1, abs=1e-5)


def test_an_article_without_words_has_no_topic(model: Path) -> None:
    made = annotator(Options(topic_model=str(model)))
    texts = ["", "The striker scored", " "]
    counts = [
        len(rows["topics"]) for rows in made.annotate([Subject(make_article(t)) for t in texts])
    ]
    assert counts == [0, 2, 0]


def test_another_file_is_another_model(model: Path, tmp_path: Path) -> None:
    other = tmp_path / model.name
    train_topics(TEXTS[1:], LABELS[1:], other)
    first, second = (annotator(Options(topic_model=str(path))) for path in (model, other))
    assert first.model is not None
    assert second.model is not None
    assert first.model("en") != second.model("en")


def test_a_model_without_probabilities_has_one_topic_and_no_score(tmp_path: Path) -> None:
    dump = pytest.importorskip("skops.io").dump
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    dump(make_pipeline(TfidfVectorizer(), LinearSVC()).fit(TEXTS, LABELS), tmp_path / "svm.skops")
    made = annotator(Options(topic_model=str(tmp_path / "svm.skops")))
    (rows,) = made.annotate([Subject(make_article("A late goal won the cup final."))])
    assert [(row.topic, row.score) for row in rows["topics"]] == [("sport", None)]


def test_without_a_setting_the_model_is_missing() -> None:
    made = annotator(Options())
    assert made.model is not None
    with pytest.raises(ModelMissing, match="train one with"):
        made.model("en")
    with pytest.raises(ModelMissing, match="train-topics"):
        made.annotate([Subject(make_article("A goal"))])


def test_a_pickle_is_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(print))
    made = annotator(Options(topic_model=str(tmp_path / "model.pkl")))
    with pytest.raises(BadSetting, match="is no file of skops"):
        made.annotate([Subject(make_article("A goal"))])


def test_a_file_with_code_of_somebody_is_refused(tmp_path: Path) -> None:
    dump = pytest.importorskip("skops.io").dump
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    dump(make_pipeline(FunctionTransformer(make_article)), tmp_path / "own.skops")
    made = annotator(Options(topic_model=str(tmp_path / "own.skops")))
    with pytest.raises(BadSetting, match="does not trust"):
        made.annotate([Subject(make_article("A goal"))])


@pytest.mark.parametrize(
    ("texts", "labels", "message"),
    [
        (["a goal", "a vote"], ["sport", "politics"], "label 'politics' has 1 text"),
        (["a goal", "a cup"], ["sport", "sport"], r"the only one here is \['sport'\]"),
        (["a goal"], [], "1 texts but 0 labels"),
    ],
)
def test_what_cannot_be_learned_is_refused(
    texts: list[str], labels: list[str], message: str, tmp_path: Path
) -> None:
    with pytest.raises(BadSetting, match=message):
        train_topics(texts, labels, tmp_path / "model.skops")
