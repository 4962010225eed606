"""Work outside of requests: background jobs and hourly maintenance."""
