"""Services of managing users."""
