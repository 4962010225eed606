"""The verbs of the site: each view translates between HTTP and a service."""
