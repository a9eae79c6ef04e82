"""Names of places with coordinates, read from one compact file; see README.md beside it."""
