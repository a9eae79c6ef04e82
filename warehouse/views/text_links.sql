-- How texts are related: one row per ordered pair of different body texts that a link relates.
-- A text is named by articles.identity_sha256; every article that has it is so related. The scores
-- are as the first of the two sees them.
-- other_identity_sha256: articles.identity_sha256 of the related text.
-- containment: How much of the first text's 5-grams the other one has; NULL: not compared.
-- containment_other: How much of the other one's 5-grams the first has; NULL: not compared.
WITH named AS (
    SELECT l.link_id, l.relation, l.jaccard, l.containment_a, l.containment_b, l.is_same_item,
           a.identity_sha256 AS text_a, b.identity_sha256 AS text_b
    FROM links l
    JOIN articles a ON a.article_id = l.article_a JOIN articles b ON b.article_id = l.article_b
    WHERE l.relation IN ('near', 'contains', 'contained_in', 'reuses', 'indirect')
      AND a.identity_sha256 <> b.identity_sha256
), sides AS (
    SELECT link_id, text_a AS identity_sha256, text_b AS other_identity_sha256, relation, jaccard,
           containment_a AS containment, containment_b AS containment_other, is_same_item
    FROM named
    UNION ALL
    SELECT link_id, text_b, text_a,
           CASE relation WHEN 'contains' THEN 'contained_in' WHEN 'contained_in' THEN 'contains'
                         ELSE relation END,
           jaccard, containment_b, containment_a, is_same_item
    FROM named
)
SELECT identity_sha256, other_identity_sha256, min(link_id) AS link_id,
       arg_min(relation, link_id) AS relation, arg_min(jaccard, link_id) AS jaccard,
       arg_min(containment, link_id) AS containment,
       arg_min(containment_other, link_id) AS containment_other,
       arg_min(is_same_item, link_id) AS is_same_item
FROM sides
GROUP BY identity_sha256, other_identity_sha256
