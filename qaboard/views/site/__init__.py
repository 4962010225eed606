"""Views of the site as a whole."""
