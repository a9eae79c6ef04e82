-- Which version of which code made this row?
-- One row per thing that had a part in an article's rows: the reader and the extractor of its
-- document, how the encoding and the language were decided, the versions of copydesk and of its
-- tools in the run, the comparison with other articles, and each annotator with its model.
-- status: of annotators, done or why there is nothing (waiting: not tried yet). run_id: the run that
-- wrote it. NULL: not known, or has no version; a run that was killed did not leave its tools.
-- article: an id or a start of one; NULL: the article that was read last.
WITH asked AS (
    SELECT
        NULL::VARCHAR AS article
), chosen AS (
    SELECT a.* FROM articles a JOIN commits c ON c.commit_id = a.commit_id CROSS JOIN asked
    WHERE coalesce(starts_with(a.article_id, lower(asked.article)), true)
    QUALIFY row_number() OVER (ORDER BY c.sequence DESC, a.article_id) = 1
), document AS (
    SELECT f.* FROM files f JOIN chosen a ON a.article_id = f.article_id
    WHERE f.outcome = 'article'
), parts AS (
    SELECT 1 AS step, 'reader' AS part, reader AS code, NULL AS version, NULL AS model,
           NULL AS model_version, NULL AS model_sha256, NULL AS status, run_id FROM document
    UNION ALL
    SELECT 2, 'encoding', encoding, encoding_method, NULL, NULL, NULL, NULL, run_id FROM document
    UNION ALL
    SELECT 3, 'extractor', extractor, NULL, NULL, NULL, NULL, NULL, run_id FROM chosen
    UNION ALL
    SELECT 4, 'language', language_method, NULL, NULL, NULL, NULL, NULL, run_id FROM chosen
    UNION ALL
    SELECT 5, 'schema', 'copydesk schema', c.schema_version, NULL, NULL, NULL, NULL, c.run_id
    FROM commits c JOIN chosen a ON a.commit_id = c.commit_id
    UNION ALL
    SELECT 6, 'tool', tool.key, tool.value, NULL, NULL, NULL, NULL, run_id
    FROM (SELECT r.run_id, unnest(map_entries(r.tool_versions)) AS tool
          FROM runs r JOIN chosen a ON a.run_id = r.run_id)
    UNION ALL
    SELECT DISTINCT 7, 'comparison', l.relation, l.version::VARCHAR, NULL, NULL, NULL, NULL,
           l.run_id
    FROM links l JOIN chosen a ON a.article_id IN (l.article_a, l.article_b)
    UNION ALL
    SELECT 8, 'annotator', n.annotator, coalesce(s.annotator_version, 'waiting'), v.model,
           v.model_version, v.model_sha256, coalesce(s.status, 'waiting'), s.run_id
    FROM (SELECT DISTINCT annotator FROM annotators) n CROSS JOIN chosen a
    LEFT JOIN annotation_status s ON s.annotator = n.annotator AND s.article_id = a.article_id
    LEFT JOIN (SELECT annotator, language_code, annotator_version, any_value(model) AS model,
                      any_value(model_version) AS model_version,
                      any_value(model_sha256) AS model_sha256
               FROM annotators GROUP BY ALL) v
      ON v.annotator = n.annotator AND v.annotator_version = s.annotator_version
     AND v.language_code IS NOT DISTINCT FROM a.language_code
)
SELECT a.article_id, p.part, p.code, p.version, p.model, p.model_version, p.model_sha256, p.status,
       p.run_id, a.commit_id
FROM parts p CROSS JOIN chosen a
ORDER BY p.step, p.code, p.version, p.run_id
