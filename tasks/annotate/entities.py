"""Who and what an article names: `mentions` and `entities`.

A model finds names (naming/models.py says which, and how to use another); what models get wrong in
the same way everywhere is put right (naming/spans.py, naming/consistency.py); titles and functions
are read beside the names of people (naming/roles.py); names of one and the same are joined within
the article (naming/linking.py). An entity's id is a hash of its kind and normalised name: the same
name in two articles has one id, which does not claim that both mean the same person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby

from tasks.annotate.naming import models
from tasks.annotate.naming.consistency import Name, consistent
from tasks.annotate.naming.linking import Entity, link, normalized
from tasks.annotate.naming.models import NamedSpan
from tasks.annotate.naming.people import with_roles
from tasks.annotate.naming.pieces import names_of
from tasks.annotate.naming.roles import Role
from tasks.annotate.naming.spans import tidy
from tasks.annotate.records import (
    Annotator,
    Article,
    Options,
    Rows,
    Sentences,
    Subject,
)
from warehouse.annotations import AcronymRow, EntityRow, MentionRow


def annotator(options: Options) -> Annotator:
    """Return the annotator `entities`, for the languages that `options.name_models` has."""
    settings = dict(options.name_models)

    return Annotator(
        name="entities",
        version="1",
        tables=("mentions", "entities"),
        annotate=lambda subjects: annotate(subjects, settings),
        languages=frozenset(settings),
        needs=("sentences", "acronyms"),
        model=lambda language: models.identity(settings[language], language),
    )


def annotate(subjects: Sequence[Subject], settings: Mapping[str, str]) -> list[Rows]:
    """Return mentions and entities of each article; nothing in a language without a setting.

    Raises ModelMissing for a model that cannot be loaded.
    """
    rows: list[Rows] = [{"mentions": [], "entities": []} for _ in subjects]
    languages = [subject.article.language for subject in subjects]
    order = sorted(range(len(subjects)), key=lambda index: languages[index])
    for language, indexes in groupby(order, key=lambda index: languages[index]):
        if language in settings:
            known = list(indexes)
            model = models.load(settings[language], language)
            found = names_of(model, [subjects[index].article for index in known])
            for index, spans in zip(known, found, strict=True):
                rows[index] = _rows(subjects[index], spans)
    return rows


def _rows(subject: Subject, spans: Mapping[str, Sequence[NamedSpan]]) -> Rows:
    """Return the rows of one article from what the model found in each field."""
    article = subject.article
    acronyms: Sequence[AcronymRow] = subject.given.get("acronyms", ())
    fields = dict(article.fields())
    names = [
        Name(field, span.start, span.end, span.kind, fields[field][span.start : span.end])
        for field, found in spans.items()
        for each in found
        if (span := tidy(fields[field], each, article.language))
    ]
    names = consistent(names, fields, acronyms, article.language)
    names, roles = with_roles(names, fields, article.language)
    entities = link(names, [role.title for role in roles], acronyms, article.language)
    return {
        "mentions": _mentions(subject, names, roles, entities),
        "entities": _entities(article, names, roles, entities, acronyms),
    }


def _mentions(
    subject: Subject, names: Sequence[Name], roles: Sequence[Role], entities: Sequence[Entity]
) -> list[MentionRow]:
    sentences = Sentences(subject.sentences)
    return [
        MentionRow(
            article_id=subject.article.article_id,
            mention=number,
            field=name.field,
            char_start=name.start,
            char_end=name.end,
            surface=name.surface,
            kind=name.kind,
            entity_id=entity.entity_id,
            sentence=sentences.number_at(name.field, name.start),
            role_title=role.title,
            role_function=role.function,
        )
        for number, (name, role, entity) in enumerate(zip(names, roles, entities, strict=True), 1)
    ]


def _entities(
    article: Article,
    names: Sequence[Name],
    roles: Sequence[Role],
    entities: Sequence[Entity],
    acronyms: Sequence[AcronymRow],
) -> list[EntityRow]:
    """Return one row for each entity, in the order of first mentions."""
    members: defaultdict[str, list[int]] = defaultdict(list)
    for index, entity in enumerate(entities):
        members[entity.entity_id].append(index)
    shorts = _shorts(acronyms)
    return [
        _entity_row(
            article.article_id,
            entities[indexes[0]],
            [names[index].surface for index in indexes],
            [roles[index] for index in indexes],
            shorts,
        )
        for indexes in members.values()
    ]


def _entity_row(
    article_id: str,
    entity: Entity,
    surfaces: Sequence[str],
    roles: Sequence[Role],
    shorts: Mapping[tuple[str, str], str],
) -> EntityRow:
    forms = dict.fromkeys(surfaces)
    keys = ((entity.kind, normalized(surface, entity.kind)) for surface in forms)
    return EntityRow(
        article_id=article_id,
        entity_id=entity.entity_id,
        name=entity.name,
        normalized_name=entity.normalized_name,
        kind=entity.kind,
        surfaces=list(forms),
        acronym=next((shorts[key] for key in keys if key in shorts), None) if shorts else None,
        role_title=next((role.title for role in roles if role.title), None),
        role_function=next((role.function for role in roles if role.function), None),
        mention_count=len(surfaces),
        wikidata_id=None,
    )


def _shorts(acronyms: Sequence[AcronymRow]) -> dict[tuple[str, str], str]:
    """Return the acronym by kind and normalised long form; the first of an article counts."""
    shorts: dict[tuple[str, str], str] = {}
    for row in acronyms:
        for kind in ("person", "organisation", "place", "group", "event", "work", "other"):
            shorts.setdefault((kind, normalized(row.long, kind)), row.short)
    return shorts
