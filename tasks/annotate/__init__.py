"""Annotations: one file per annotator; the registry is in tasks/annotate/registry.py."""
