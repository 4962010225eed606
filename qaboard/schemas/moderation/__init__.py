"""Schemas of managing users."""
