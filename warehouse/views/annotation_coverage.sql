-- How far is the corpus annotated? Per annotator and language: articles done, failed, and why not.
-- annotator: Name of the annotator.
-- language_code: Language of the articles, BCP 47; und if undecided; NULL: not known.
-- article_count: Articles of the language.
-- done_count: Of them read by the annotator, whatever it found.
-- failed_count: Of them it failed on.
-- unsupported_count: Of them in a language it cannot read.
-- model_missing_count: Of them it has no model for.
-- waiting_count: Of them it has not looked at.
-- outdated_count: Of those looked at, by another version of it or in another version of the row.
-- done_ratio: done_count / article_count, 0..1.
-- current_version: Newest version of the annotator for the language; NULL: none of its own.
WITH newest AS (
    SELECT annotator, language_code, arg_max(annotator_version, c.sequence) AS current_version
    FROM annotators JOIN commits c USING (commit_id) GROUP BY annotator, language_code
), names AS (
    SELECT DISTINCT annotator FROM annotators
)
SELECT n.annotator, a.language_code,
    count(*) AS article_count,
    count(*) FILTER (s.status = 'done') AS done_count,
    count(*) FILTER (s.status = 'failed') AS failed_count,
    count(*) FILTER (s.status = 'unsupported_language') AS unsupported_count,
    count(*) FILTER (s.status = 'model_missing') AS model_missing_count,
    count(*) FILTER (s.status IS NULL) AS waiting_count,
    count(*) FILTER (s.annotator_version <> v.current_version
                     OR s.article_commit_id <> a.commit_id) AS outdated_count,
    round(count(*) FILTER (s.status = 'done') / count(*), 4) AS done_ratio,
    any_value(v.current_version) AS current_version
FROM articles a CROSS JOIN names n
LEFT JOIN newest v ON v.annotator = n.annotator
    AND v.language_code IS NOT DISTINCT FROM a.language_code
LEFT JOIN annotation_status s ON s.article_id = a.article_id AND s.annotator = n.annotator
GROUP BY n.annotator, a.language_code
ORDER BY n.annotator, article_count DESC, a.language_code
