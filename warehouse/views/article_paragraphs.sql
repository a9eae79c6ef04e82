-- Paragraphs with their words: what each says, and whether it is boilerplate or a repeat.
-- language_code: BCP 47; NULL under 100 characters.
-- source: articles.source; NULL: not known.
-- is_boilerplate: Does the paragraph recur in its source (see boilerplate)?
-- text: The words of the paragraph.
-- text_sha256: SHA-256 of the paragraph in UTF-8, hex.
SELECT p.article_id, p.paragraph, p.kind, p.char_start, p.char_end, p.language_code, a.source,
       substring(a.text, p.char_start + 1, p.char_end - p.char_start) AS text,
       b.text_sha256 IS NOT NULL AS is_boilerplate, p.repeat_of, p.repeat_kind, p.repeat_score,
       p.repeat_figures_agree, p.repeat_names_agree, p.text_sha256
FROM paragraphs p JOIN articles a ON a.article_id = p.article_id
LEFT JOIN (SELECT DISTINCT source, text_sha256 FROM boilerplate) b
  ON b.source = a.source AND b.text_sha256 = p.text_sha256
