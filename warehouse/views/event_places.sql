-- Where does the news happen? Places of events with coordinates, in the latest versions of articles.
SELECT p.article_id, p.place, p.surface, p.name, p.geonames_id, p.feature_kind, p.country_code,
       p.admin1_code, p.latitude, p.longitude, p.precision_km, p.role, p.reason, a.headline,
       a.source, a.published_at
FROM places p JOIN latest_articles a USING (article_id)
WHERE p.role IN ('event', 'dateline') AND NOT p.is_metonym AND p.latitude IS NOT NULL
