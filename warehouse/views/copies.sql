-- Copies: every document whose bytes or text are those of another, beside the one that was kept.
-- article_id: The article that both documents are.
-- outcome: same_bytes or same_text.
-- kept_path: Path or URI of the document that was kept.
-- kept_record: Its number inside its container; NULL: no container.
SELECT c.outcome, c.path, c.record, c.article_id, k.path AS kept_path, k.record AS kept_record
FROM files c JOIN files k ON k.article_id = c.article_id AND k.outcome = 'article'
WHERE c.outcome IN ('same_bytes', 'same_text') ORDER BY c.path, c.record
