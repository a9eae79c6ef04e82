-- Whom and what do articles name? One row per name and article (latest versions), as often as named.
SELECT e.entity_id, e.name, e.kind, e.mention_count, e.role_title, e.role_function, e.acronym,
       a.article_id, a.headline, a.source, a.language_code, a.published_at, e.annotator_version
FROM entities e JOIN latest_articles a USING (article_id)
