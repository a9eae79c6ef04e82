-- Articles as they stand now: without those that a later version of the same article replaces.
SELECT * FROM articles
ANTI JOIN (SELECT article_b AS article_id FROM links WHERE relation = 'revision') USING (article_id)
