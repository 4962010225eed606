"""Views of managing users."""
