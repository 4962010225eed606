"""Services of accounts, sessions and two-factor authentication."""
