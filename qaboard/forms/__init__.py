"""Forms: deform rendered by Jinja2, one helper for the life of every form."""
