"""Jinja2 environment, filters, static addresses, page metadata, flash messages."""
