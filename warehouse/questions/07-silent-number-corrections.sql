-- Which numbers were corrected without a correction note?
-- One row per later version of an article in which a figure stands in the place of another, and
-- whose headline, text and further fields have no note of correction that the version before had
-- not. changes: the figure before and now. Not told apart: a figure that was wrong and one that is
-- new (a toll that rose); says_updated: the version calls itself an update. Such rows come last.
-- Figures that only one version has, and dates, do not count. Numbers in words are seen only where
-- `copydesk enrich` has read both versions: is_read false says it has not. source: later versions
-- of this outlet.
WITH asked AS (
    SELECT
        NULL::VARCHAR AS source
), pairs AS (
    SELECT v.* FROM versions v CROSS JOIN asked
    WHERE v.since_id IS NOT NULL AND (asked.source IS NULL OR v.source = asked.source)
      AND list_has_any(v.differs, ['figures', 'headline', 'wording'])
), texts AS (
    SELECT article_id, concat_ws(chr(10), headline, text, extra) AS said FROM articles
    WHERE article_id IN (SELECT article_id FROM pairs UNION ALL SELECT since_id FROM pairs)
), noted AS (  -- patterns as literals: others would be compiled for every row
    SELECT article_id, regexp_extract_all(said, '(?im)^[ ()\[\]【*_–—-]*(?:correct(?:s|ed|ive)?\b'
               '|corrections?[-–—:.\])]|this (?:version|story|article) (?:corrects|has been corr)'
               '|berichtig|korrektur|korrigier|correcci.n[-–—:]|corregido|rectifica|corrig|correç.o'
               '|errata|r[aä]ttelse|rettelse|korekta|oprava|исправлен|уточнен|更正|訂正|정정|تصحيح).*$'
               '|(?:earlier|previous) version of .*|"\w*correct\w*": *"[^"]*"') AS notes,
           regexp_matches(said, '(?im)^[ ()\[\]【*_–—-]*(?:update|adds|recasts?|wrapup|aktualisier'
               '|actuali|ampliaci.n|更新)') AS says_updated
    FROM texts
), read AS (
    SELECT article_id FROM annotation_status WHERE annotator = 'quantities' AND status = 'done'
), silent AS (
    SELECT p.*, l.says_updated, r.article_id IS NOT NULL AND s.article_id IS NOT NULL AS is_read
    FROM pairs p JOIN noted l ON l.article_id = p.article_id
    JOIN noted e ON e.article_id = p.since_id
    LEFT JOIN read r ON r.article_id = p.article_id LEFT JOIN read s ON s.article_id = p.since_id
    WHERE list_has_all(e.notes, l.notes)
), told AS (  -- figures that annotators read, of these versions only
    SELECT q.article_id, lower(q.surface) AS surface, q.unit, q.value_min, q.value_max
    FROM quantities q
    WHERE article_id IN (SELECT article_id FROM silent UNION ALL SELECT since_id FROM silent)
), places AS (
    SELECT article_id, since_id, unnest(differences) AS place FROM silent
), changes AS (
    SELECT article_id, place.b AS before, place.a AS now FROM places
    WHERE place.kind = 'figures'
      AND regexp_replace(place.a, '[\s,]', '', 'g') <> regexp_replace(place.b, '[\s,]', '', 'g')
    UNION  -- 14 dead, 4 dead: the number of an UPDATE 2 is none
    SELECT article_id, place.b, place.a FROM (
        SELECT article_id, place,
               regexp_extract_all(regexp_replace(place.a,
                   '(?i)^[^-–—:|]{0,20}\d{1,2}(?:st|nd|rd|th)?[^-–—:|\d]{0,6}[-–—:|]', ''),
                   '\d[\d.,]*') AS figures,
               regexp_extract_all(regexp_replace(place.b,
                   '(?i)^[^-–—:|]{0,20}\d{1,2}(?:st|nd|rd|th)?[^-–—:|\d]{0,6}[-–—:|]', ''),
                   '\d[\d.,]*') AS old
        FROM places WHERE place.kind = 'headline')
    WHERE NOT list_has_all(figures, old) AND NOT list_has_all(old, figures)
    UNION  -- four, fourteen
    SELECT p.article_id, p.place.b, p.place.a
    FROM places p JOIN told n ON n.article_id = p.article_id
    JOIN told o ON o.article_id = p.since_id AND o.unit IS NOT DISTINCT FROM n.unit
    WHERE p.place.kind = 'wording' AND contains(lower(p.place.a), n.surface)
      AND contains(lower(p.place.b), o.surface)
      AND (o.value_min, o.value_max) IS DISTINCT FROM (n.value_min, n.value_max)
)
SELECT s.first_id, s.version, s.source, s.headline,
       list({'before': c.before, 'now': c.now} ORDER BY c.before, c.now) AS changes,
       s.says_updated, s.is_read, s.published_at, s.modified_at, s.since_id, s.article_id
FROM silent s JOIN changes c ON c.article_id = s.article_id
GROUP BY ALL
ORDER BY s.says_updated, s.modified_at NULLS LAST, s.published_at NULLS LAST, s.first_id, s.version
