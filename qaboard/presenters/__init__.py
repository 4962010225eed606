"""View models, fetched in batches with a constant number of queries."""
