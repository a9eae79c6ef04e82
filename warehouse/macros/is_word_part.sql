-- Is the first letter of a text part of the word beside it? Not in scripts that set no spaces.
CREATE MACRO is_word_part(part) AS
    regexp_matches(part, '^[\p{L}\p{N}\p{M}_]') AND NOT regexp_matches(
        part, '^[\p{Han}\p{Hiragana}\p{Katakana}ー\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]')
