"""Numbers and what they count or measure: the rules and word tables behind quantities."""
