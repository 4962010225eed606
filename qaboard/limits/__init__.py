"""Rate limits and bot protection."""
