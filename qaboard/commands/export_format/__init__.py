"""A board in an open format: a line of JSON for each thing in it (docs/backup.md)."""
