"""View models of accounts, sessions and two-factor authentication."""
