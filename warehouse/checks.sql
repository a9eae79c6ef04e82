-- Data tests. Each statement returns offending rows, so empty is good. The variable `run_id` holds
-- the run that has just ended, or NULL to test every run. The line before a statement names it.

-- conservation: found = known + article + same_bytes + same_text + rejected + left
SELECT run_id, found_count FROM runs
WHERE run_id = coalesce(getvariable('run_id'), run_id)
  AND found_count <> known_count + article_count + same_bytes_count + same_text_count
                   + rejected_count + left_count;

-- counts: what a run counted is what stands in files, corrections of the same run applied
WITH written AS (
    SELECT f.run_id, f.outcome FROM files_history f
    WHERE f.run_id = coalesce(getvariable('run_id'), f.run_id)
      AND NOT EXISTS (
        SELECT 1 FROM superseded s WHERE s.subject_table = 'files' AND s.run_id = f.run_id
          AND s.subject_id = f.document_id AND s.subject_commit_id = f.commit_id)
), counted AS (
    SELECT run_id,
           count(*) FILTER (outcome = 'article') AS article_count,
           count(*) FILTER (outcome = 'same_bytes') AS same_bytes_count,
           count(*) FILTER (outcome = 'same_text') AS same_text_count,
           count(*) FILTER (outcome = 'rejected') AS rejected_count,
           count(*) FILTER (outcome = 'left') AS left_count,
           count(*) FILTER (outcome = 'container') AS container_count
    FROM written GROUP BY run_id
)
SELECT r.run_id, c.* EXCLUDE (run_id) FROM runs r LEFT JOIN counted c USING (run_id)
WHERE r.run_id = coalesce(getvariable('run_id'), r.run_id)
  AND (r.article_count, r.same_bytes_count, r.same_text_count, r.rejected_count, r.left_count,
       r.container_count)
   <> (coalesce(c.article_count, 0), coalesce(c.same_bytes_count, 0),
       coalesce(c.same_text_count, 0), coalesce(c.rejected_count, 0), coalesce(c.left_count, 0),
       coalesce(c.container_count, 0));

-- unique articles: one row for every article_id
WITH fresh AS (
    SELECT article_id FROM articles WHERE run_id = coalesce(getvariable('run_id'), run_id))
SELECT article_id, count(*) AS row_count FROM articles
WHERE article_id IN (SELECT article_id FROM fresh) GROUP BY article_id HAVING count(*) > 1;

-- one outcome: a place in the ledger has one current row
WITH fresh AS (
    SELECT document_id FROM files WHERE run_id = coalesce(getvariable('run_id'), run_id))
SELECT document_id, count(*) AS row_count FROM files
WHERE document_id IN (SELECT document_id FROM fresh) GROUP BY document_id HAVING count(*) > 1;

-- pointers: article, same_bytes and same_text name an article that exists
SELECT path, record, outcome, article_id FROM files
WHERE run_id = coalesce(getvariable('run_id'), run_id)
  AND outcome IN ('article', 'same_bytes', 'same_text')
  AND (article_id IS NULL OR article_id NOT IN (SELECT article_id FROM articles));

-- reasons: what was rejected or left says why
SELECT path, record FROM files
WHERE run_id = coalesce(getvariable('run_id'), run_id)
  AND outcome IN ('rejected', 'left') AND (reason IS NULL OR detail IS NULL OR stage IS NULL);

-- offsets: paragraphs tile the text, two line breaks between any two, and the counts are right
WITH spans AS (
    SELECT article_id, count(*) AS paragraph_count, min(char_start) AS first,
           max(char_end) AS last, sum(char_end - char_start) AS chars
    FROM paragraphs WHERE run_id = coalesce(getvariable('run_id'), run_id) GROUP BY article_id
)
SELECT a.article_id FROM articles a LEFT JOIN spans s USING (article_id)
WHERE a.run_id = coalesce(getvariable('run_id'), a.run_id)
  AND (s.article_id IS NULL OR s.paragraph_count <> a.paragraph_count OR s.first <> 0
       OR s.last <> a.char_count OR s.chars + 2 * (s.paragraph_count - 1) <> a.char_count
       OR length(a.text) <> a.char_count);

-- dates: an article without a date says why
SELECT article_id FROM articles
WHERE run_id = coalesce(getvariable('run_id'), run_id)
  AND (published_at IS NULL) <> (published_reason IS NOT NULL);

-- links: both ends exist
SELECT link_id FROM links
WHERE run_id = coalesce(getvariable('run_id'), run_id)
  AND (article_a NOT IN (SELECT article_id FROM articles)
       OR article_b NOT IN (SELECT article_id FROM articles));

-- grouped: every article is in one group (those of an older copydesk once `maintain` has run)
SELECT a.article_id, count(g.article_id) AS row_count
FROM articles a JOIN commits c ON c.commit_id = a.commit_id
LEFT JOIN groups g ON g.article_id = a.article_id
WHERE a.run_id = coalesce(getvariable('run_id'), a.run_id)
  AND c.schema_version NOT IN ('1.0', '1.1')
GROUP BY a.article_id HAVING count(g.article_id) <> 1;

-- leaders: a group, and what it is an alias of, is named after an article that is in a group
SELECT 'groups' AS place, g.article_id AS id, g.group_id AS name FROM groups g
WHERE g.run_id = coalesce(getvariable('run_id'), g.run_id)
  AND g.group_id NOT IN (SELECT article_id FROM groups)
UNION ALL
SELECT 'group_aliases', group_id, alias_of FROM group_aliases
WHERE run_id = coalesce(getvariable('run_id'), run_id)
  AND (group_id NOT IN (SELECT group_id FROM groups)
       OR alias_of NOT IN (SELECT group_id FROM groups));

-- aliases: a group has one other name at most, and every chain of names ends
SELECT a.group_id, count(*) AS row_count, count(n.present_id) AS end_count
FROM group_aliases a LEFT JOIN group_names n ON n.group_id = a.group_id
GROUP BY a.group_id HAVING count(*) <> 1 OR count(n.present_id) <> 1;

-- spans: what two texts share lies within both
SELECT l.link_id FROM (
    SELECT link_id, article_a, article_b, unnest(shared_spans) AS span FROM links
    WHERE run_id = coalesce(getvariable('run_id'), run_id)) l
JOIN articles a ON a.article_id = l.article_a JOIN articles b ON b.article_id = l.article_b
WHERE span.a_start < 0 OR span.a_start >= span.a_end OR span.a_end > a.char_count
   OR span.b_start < 0 OR span.b_start >= span.b_end OR span.b_end > b.char_count;

-- annotations: every row stands in the headline or the text where it says
WITH rows AS (
    SELECT 'sentences' AS place, article_id, annotator, field, char_start, char_end, NULL AS surface,
        run_id, commit_id FROM sentences
    UNION ALL SELECT 'mentions' AS place, article_id, annotator, field, char_start, char_end, surface AS surface,
        run_id, commit_id FROM mentions
    UNION ALL SELECT 'acronyms' AS place, article_id, annotator, field, char_start, char_end, surface AS surface,
        run_id, commit_id FROM acronyms
    UNION ALL SELECT 'places' AS place, article_id, annotator, field, char_start, char_end, surface AS surface,
        run_id, commit_id FROM places
    UNION ALL SELECT 'dates' AS place, article_id, annotator, field, char_start, char_end, surface AS surface,
        run_id, commit_id FROM dates
    UNION ALL SELECT 'quantities' AS place, article_id, annotator, field, char_start, char_end, surface AS surface,
        run_id, commit_id FROM quantities
    UNION ALL SELECT 'quotes' AS place, article_id, annotator, field, char_start, char_end, surface AS surface,
        run_id, commit_id FROM quotes
    UNION ALL SELECT 'loaded_terms' AS place, article_id, annotator, field, char_start, char_end, surface AS surface,
        run_id, commit_id FROM loaded_terms
    UNION ALL SELECT 'annotations' AS place, article_id, annotator, field, char_start, char_end, surface AS surface,
        run_id, commit_id FROM annotations
)
SELECT r.place, r.article_id, r.annotator, r.char_start, r.char_end
FROM rows r
JOIN annotation_status s ON s.article_id = r.article_id AND s.annotator = r.annotator
JOIN articles a ON a.article_id = r.article_id AND a.commit_id = s.article_commit_id
WHERE r.run_id = coalesce(getvariable('run_id'), r.run_id)
  AND (r.char_start < 0 OR r.char_start >= r.char_end
       OR r.char_end > CASE r.field WHEN 'headline' THEN length(a.headline) ELSE a.char_count END
       -- Cutting out costs the length of the text: long ones were compared when they were annotated.
       OR (r.surface IS NOT NULL AND a.char_count <= 20000
           AND substring(CASE r.field WHEN 'headline' THEN a.headline ELSE a.text END,
                         r.char_start + 1, r.char_end - r.char_start) <> r.surface));

-- statuses: an annotator has one status for an article, and rows only where it is done
SELECT article_id, annotator, count(*) AS row_count FROM annotation_status
GROUP BY article_id, annotator HAVING count(*) > 1;

-- bounds: what begins does not end before
SELECT 'dates' AS place, article_id, expression AS number FROM dates
WHERE run_id = coalesce(getvariable('run_id'), run_id) AND start_date > end_date
UNION ALL
SELECT 'quantities', article_id, quantity FROM quantities
WHERE run_id = coalesce(getvariable('run_id'), run_id) AND value_min > value_max;

-- entities: what a mention names is an entity of the same article
SELECT m.article_id, m.mention, m.entity_id FROM mentions m
WHERE m.run_id = coalesce(getvariable('run_id'), m.run_id)
  AND NOT EXISTS (SELECT 1 FROM entities e
                  WHERE e.article_id = m.article_id AND e.entity_id = m.entity_id);
