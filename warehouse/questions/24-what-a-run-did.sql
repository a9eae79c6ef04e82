-- What did a run read, write and drop, and why?
-- read: documents it met, and those that the ledger knew already (not opened again). They are the
-- sum of known and of what stands under became, dropped and left; is_conserved in runs says whether
-- that holds. dropped: copies point at a known article, rejected ones have a reason, example and
-- detail of one. wrote: rows by table, of all its commits; below 0: taken out. A run of enrich has
-- articles by annotator and status under annotated. A run that was killed has no row in runs: what
-- it committed is shown, without known documents.
-- run_id: the run, or a start of its id; NULL: the newest that read or annotated anything.
WITH asked AS (
    SELECT
        NULL::VARCHAR AS run_id
), known AS (  -- upkeep commits, too
    SELECT run_id, true AS has_read FROM runs
    UNION ALL
    SELECT run_id, len([1 FOR n IN map_entries(row_counts)
                        IF n.key IN ('files', 'annotation_status') AND n.value > 0]) > 0
    FROM commits
), chosen AS (
    SELECT max(k.run_id) AS run_id FROM known k CROSS JOIN asked
    WHERE coalesce(starts_with(k.run_id, asked.run_id), k.has_read)
), met AS (
    SELECT f.outcome, f.stage, f.reason, f.byte_count, f.path, f.detail, f.is_retryable
    FROM files_history f JOIN chosen c ON c.run_id = f.run_id
), told AS (
    SELECT 1 AS step, 'read' AS part, 'found' AS what, NULL AS reason, r.found_count AS row_count,
           NULL::BIGINT AS byte_count, array_to_string(r.sources, ', ') AS example, NULL AS detail
    FROM runs r JOIN chosen c ON c.run_id = r.run_id
    UNION ALL
    SELECT 1, 'read', 'known', NULL, r.known_count, NULL, NULL, NULL
    FROM runs r JOIN chosen c ON c.run_id = r.run_id
    UNION ALL
    SELECT CASE WHEN outcome IN ('container', 'article') THEN 2 ELSE 3 END,
           CASE outcome WHEN 'container' THEN 'read' WHEN 'article' THEN 'became'
                        WHEN 'left' THEN 'left' ELSE 'dropped' END,
           outcome, reason, count(*), sum(byte_count), min(path), arg_min(detail, path)
    FROM met GROUP BY outcome, reason
    UNION ALL
    SELECT 4, 'annotated', s.key, NULL, s.value, NULL, NULL, NULL
    FROM (SELECT unnest(map_entries(e.status_counts)) AS s
          FROM enrich_runs e JOIN chosen c ON c.run_id = e.run_id)
    UNION ALL
    SELECT 5, 'wrote', n.key, NULL, sum(n.value), NULL, NULL, NULL
    FROM (SELECT unnest(map_entries(m.row_counts)) AS n
          FROM commits m JOIN chosen c ON c.run_id = m.run_id)
    GROUP BY n.key
)
SELECT c.run_id, t.part, t.what, t.reason, t.row_count, t.byte_count, t.example, t.detail
FROM told t CROSS JOIN chosen c
ORDER BY t.step, t.part, t.row_count DESC, t.what, t.reason
