-- What is like an article, best first: copies, versions, what it shares words with; id as article().
-- One row per other article and relation, read as: the article is RELATION similar_id (revised_by:
-- similar_id is the later version). Texts that another article brought together are there as well.
-- similar_id: The other article.
-- relation: The article is RELATION similar_id, see article_links and text_links.
-- containment: How much of the article's 5-grams the other one has; NULL: not compared.
-- containment_other: How much of the other one's 5-grams the article has; NULL: not compared.
-- lag_seconds: How much later than the other one the article appeared; NULL: not known.
CREATE MACRO similar_to(id) AS TABLE
WITH one AS (
    SELECT article_id, identity_sha256 FROM article(id)
), related AS (
    SELECT l.other_id AS similar_id, l.relation, l.jaccard, l.containment, l.containment_other,
           l.is_same_item, l.lag_seconds, l.reason
    FROM article_links l JOIN one USING (article_id)
    UNION ALL
    SELECT a.article_id, 'exact', 1.0, 1.0, 1.0, true, NULL, NULL
    FROM articles a JOIN one USING (identity_sha256) WHERE a.article_id <> one.article_id
    UNION ALL
    SELECT a.article_id, t.relation, t.jaccard, t.containment, t.containment_other,
           t.is_same_item, NULL, NULL
    FROM text_links t JOIN one USING (identity_sha256)
    JOIN articles a ON a.identity_sha256 = t.other_identity_sha256
), best AS (
    SELECT * FROM related
    QUALIFY row_number() OVER (PARTITION BY similar_id, relation
                               ORDER BY reason IS NULL, jaccard DESC NULLS LAST) = 1
)
SELECT b.similar_id, b.relation, b.jaccard, b.containment, b.containment_other, b.is_same_item,
       a.headline, a.source, a.published_at, b.lag_seconds, b.reason
FROM best b JOIN articles a ON a.article_id = b.similar_id
ORDER BY b.jaccard DESC NULLS LAST, greatest(b.containment, b.containment_other) DESC NULLS LAST,
         b.is_same_item DESC NULLS LAST, b.relation, b.similar_id
