"""The process around the application: waitress, logging handlers, memory, overload."""
