"""Schemas of the site as a whole."""
