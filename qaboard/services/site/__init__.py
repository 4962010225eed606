"""Services of the site as a whole."""
