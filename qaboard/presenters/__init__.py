"""What the pages show, fetched in batches: the number of queries does not depend on the rows."""
