"""From a parsed web page to its body and its fields."""
