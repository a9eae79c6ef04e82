-- The copies of an article: one row per article and other article with the same or a related text.
-- Read as article_id RELATION copy_id; contains means that the copy is a part of article_id. Exact
-- copies are all listed, not only those that links name. is_same_item is false where the words are
-- alike and the item is another one. lag_seconds is how much later the copy appeared.
-- copy_id: The other article.
-- relation: article_id RELATION copy_id: exact, near, contains, contained_in, reuses, indirect.
-- jaccard: 5-grams of tokens in both texts, of those in either; NULL: not compared.
-- containment: How much of article_id's 5-grams the copy has; NULL: not compared.
-- containment_copy: How much of the copy's 5-grams article_id has; NULL: not compared.
-- copy_source: articles.source of the copy; NULL: not known.
-- copy_published_at: articles.published_at of the copy; NULL: not known.
-- lag_seconds: How much later the copy appeared; NULL: one of the dates is not known.
-- agency: News agency credited in the copy, else in article_id; NULL: in neither.
-- copy_headline: Headline of the copy; NULL: it has none.
WITH related AS (
    SELECT a.article_id, b.article_id AS copy_id, 'exact' AS relation, 1.0::DOUBLE AS jaccard,
           1.0::DOUBLE AS containment, 1.0::DOUBLE AS containment_copy, true AS is_same_item
    FROM articles a JOIN articles b
      ON b.identity_sha256 = a.identity_sha256 AND b.article_id <> a.article_id
    UNION ALL
    SELECT a.article_id, b.article_id, t.relation, t.jaccard, t.containment, t.containment_other,
           t.is_same_item
    FROM articles a JOIN text_links t ON t.identity_sha256 = a.identity_sha256
    JOIN articles b ON b.identity_sha256 = t.other_identity_sha256
)
SELECT r.*, a.source, b.source AS copy_source, a.published_at, b.published_at AS copy_published_at,
       epoch(b.published_at - a.published_at) AS lag_seconds,
       coalesce(b.agency, a.agency) AS agency, b.headline AS copy_headline
FROM related r JOIN articles a ON a.article_id = r.article_id
JOIN articles b ON b.article_id = r.copy_id
