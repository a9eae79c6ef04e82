-- Why documents are not articles: one row per reason, with an example.
SELECT reason, is_retryable, count(*) AS document_count, min(path) AS example,
       arg_min(detail, path) AS detail
FROM files WHERE outcome = 'rejected'
GROUP BY reason, is_retryable ORDER BY document_count DESC, reason
