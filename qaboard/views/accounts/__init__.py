"""Views of accounts, sessions and two-factor authentication."""
