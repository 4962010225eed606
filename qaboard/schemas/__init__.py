"""The shapes of the forms, one noun a file; nothing here asks the database."""
