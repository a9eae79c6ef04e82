-- Where did the news happen, month by month?
-- Places of events and datelines with coordinates (as in the view event_places); a name that stands
-- for those who act there ("Washington denied it") is no site. A story counts once a month and
-- place, however many copies it has; article_count counts copies, not earlier versions.
-- dateline_count: stories of which only the dateline names the place, which is where they were
-- written. month NULL, last: the month of publication is not known (no date, or only the year).
-- read_ratio: share of the month's articles that were read for places; places that no gazetteer
-- knows are not here. country_code: ISO 3166-1; feature_kind: city, country ...; NULL: all. since,
-- until: months that these days fall into, inclusive; unknown months are always shown.
WITH asked AS (
    SELECT
        NULL::VARCHAR AS country_code,
        NULL::VARCHAR AS feature_kind,
        DATE '0001-01-01' AS since,
        DATE '9999-12-31' AS until
), members AS (
    SELECT a.article_id, hash(a.article_id) AS article,
           hash(coalesce(g.group_id, a.article_id)) AS story,
           CASE WHEN a.published_precision <> 'year'
                THEN date_trunc('month', a.published_date)::DATE END AS month
    FROM latest_articles a CROSS JOIN asked
    LEFT JOIN article_groups g ON g.article_id = a.article_id
    WHERE coalesce(month BETWEEN date_trunc('month', asked.since) AND asked.until, true)
), read AS (
    SELECT m.month, round(count(t.article_id) / count(*), 4) AS read_ratio
    FROM members m LEFT JOIN annotation_status t
      ON t.article_id = m.article_id AND t.annotator = 'places' AND t.status = 'done'
    GROUP BY m.month
), named AS (  -- keys of 64 bits: grouping by ids of 32 letters takes twice as long
    SELECT m.month, m.story, m.article, p.geonames_id, p.name, p.feature_kind, p.country_code,
           p.latitude, p.longitude, bool_and(p.role = 'dateline') AS is_dateline
    FROM places p JOIN members m ON m.article_id = p.article_id CROSS JOIN asked
    WHERE p.role IN ('event', 'dateline') AND NOT p.is_metonym AND p.latitude IS NOT NULL
      AND (asked.country_code IS NULL OR p.country_code = asked.country_code)
      AND (asked.feature_kind IS NULL OR p.feature_kind = asked.feature_kind)
    GROUP BY ALL
), sites AS (
    SELECT * EXCLUDE (article, is_dateline), count(*) AS article_count,
           bool_and(is_dateline) AS is_dateline
    FROM named GROUP BY ALL
)
SELECT s.month, s.name, s.feature_kind, s.country_code, s.geonames_id, s.latitude, s.longitude,
       count(*) AS story_count, sum(s.article_count)::BIGINT AS article_count,
       count(*) FILTER (s.is_dateline) AS dateline_count, r.read_ratio
FROM sites s LEFT JOIN read r ON r.month IS NOT DISTINCT FROM s.month
GROUP BY ALL
ORDER BY s.month NULLS LAST, story_count DESC, s.name, s.geonames_id, s.latitude, s.longitude,
         s.feature_kind, s.country_code
