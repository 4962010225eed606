"""Two-factor authentication: authenticator apps, passkeys and recovery codes."""
