"""Expressions of time in six languages: word tables, patterns, and one engine that reads them."""
