"""View models of managing users."""
