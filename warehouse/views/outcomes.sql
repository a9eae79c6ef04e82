-- What became of the documents met so far: one row per outcome and media type.
-- document_count: Documents.
-- byte_count: Bytes of these documents, decompressed; NULL: not known of any.
SELECT outcome, media_type, count(*) AS document_count, sum(byte_count) AS byte_count
FROM files GROUP BY outcome, media_type ORDER BY outcome, document_count DESC, media_type
