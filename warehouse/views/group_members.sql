-- Which story an article belongs to, its place among the copies, and its edge to the first of them.
-- rank 1 is the canonical article: the earliest published (undated ones last), then the longest, then
-- the smallest id. relation and scores are those of the member to it, as the member sees them: exact
-- for the same body text, else those of a link between the two texts. NULL: it is the canonical
-- article itself, or no such link is stored. agency is credited in either of the two.
-- lag_seconds is NULL where either date has no time of day.
-- group_id: The story: present name of the group, see stories.
-- canonical_article_id: The article that stands for the group: its rank is 1.
-- rank: 1 is the canonical article, then in the same order.
-- is_canonical: Is it the canonical article?
-- relation: To the canonical article: exact, near, contains, contained_in, reuses; NULL: see
--   above.
-- jaccard: 5-grams of tokens in both texts, of those in either; NULL as relation.
-- containment: How much of this article's 5-grams the canonical one has; NULL as relation.
-- containment_other: How much of the canonical one's 5-grams this article has; NULL as relation.
-- lag_seconds: How much later than the canonical article; NULL: a date without a time of day.
-- agency: News agency credited in this or in the canonical article; NULL: none.
-- is_syndicated: Is it an agency's text at another outlet than the canonical article's?
-- identity_sha256: articles.identity_sha256: equal bodies, equal hash.
WITH named AS (
    SELECT g.article_id, g.group_id, a.identity_sha256, a.headline, a.source, a.agency,
           a.published_at, a.published_precision, a.char_count
    FROM article_groups g JOIN articles a ON a.article_id = g.article_id
), ranked AS (
    SELECT *, row_number() OVER first_published AS rank,
           first_value({'article_id': article_id, 'identity_sha256': identity_sha256,
                        'source': source, 'agency': agency, 'published_at': published_at,
                        'published_precision': published_precision})
               OVER first_published AS canonical
    FROM named
    WINDOW first_published AS (PARTITION BY group_id
                               ORDER BY published_at NULLS LAST, char_count DESC, article_id)
), edges AS (
    SELECT * EXCLUDE (canonical), canonical.article_id AS canonical_article_id,
           rank = 1 AS is_canonical,
           CASE WHEN rank > 1 AND identity_sha256 = canonical.identity_sha256 THEN 1.0 END AS exact,
           canonical.identity_sha256 AS canonical_identity_sha256,
           CASE WHEN published_precision IN ('minute', 'second')
                 AND canonical.published_precision IN ('minute', 'second')
                THEN epoch(published_at - canonical.published_at) END AS lag_seconds,
           coalesce(agency, canonical.agency) AS credited,
           coalesce(source <> canonical.source, false)
               AND coalesce(agency = canonical.agency, true) AS is_elsewhere
    FROM ranked
)
SELECT e.article_id, e.group_id, e.canonical_article_id, e.rank, e.is_canonical, e.headline,
       e.source, e.published_at, e.published_precision,
       CASE WHEN e.exact IS NOT NULL THEN 'exact' ELSE t.relation END AS relation,
       coalesce(e.exact, t.jaccard) AS jaccard,
       coalesce(e.exact, t.containment) AS containment,
       coalesce(e.exact, t.containment_other) AS containment_other,
       e.lag_seconds, e.credited AS agency,
       e.is_elsewhere AND e.credited IS NOT NULL AS is_syndicated, e.char_count, e.identity_sha256
FROM edges e LEFT JOIN text_links t
  ON t.identity_sha256 = e.identity_sha256
 AND t.other_identity_sha256 = e.canonical_identity_sha256
