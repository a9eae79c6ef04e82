-- How texts are related: one row per ordered pair of different body texts that a link relates.
-- A text is named by articles.identity_sha256; every article that has it is so related. The scores
-- are as the first of the two sees them.
-- other_identity_sha256: articles.identity_sha256 of the related text.
-- containment: How much of the first text's 5-grams the other one has; NULL: not compared.
-- containment_other: How much of the other one's 5-grams the first has; NULL: not compared.
SELECT a.identity_sha256, b.identity_sha256 AS other_identity_sha256, min(l.link_id) AS link_id,
       arg_min(l.relation, l.link_id) AS relation, arg_min(l.jaccard, l.link_id) AS jaccard,
       arg_min(l.containment, l.link_id) AS containment,
       arg_min(l.containment_other, l.link_id) AS containment_other,
       arg_min(l.is_same_item, l.link_id) AS is_same_item
FROM article_links l
JOIN articles a ON a.article_id = l.article_id JOIN articles b ON b.article_id = l.other_id
WHERE l.relation IN ('near', 'contains', 'contained_in', 'reuses', 'indirect')
  AND a.identity_sha256 <> b.identity_sha256
GROUP BY a.identity_sha256, b.identity_sha256
