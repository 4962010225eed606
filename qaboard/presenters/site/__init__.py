"""View models of the site as a whole."""
