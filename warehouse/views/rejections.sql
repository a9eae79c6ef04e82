-- Why documents are not articles: one row per reason, with an example.
-- document_count: Documents rejected for the reason.
-- example: Path or URI of one of them.
-- detail: What was found in that one; NULL: nothing to say.
SELECT reason, is_retryable, count(*) AS document_count, min(path) AS example,
       arg_min(detail, path) AS detail
FROM files WHERE outcome = 'rejected'
GROUP BY reason, is_retryable ORDER BY document_count DESC, reason
