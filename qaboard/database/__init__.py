"""Engine and sessions, transactions, read replica, state of the migrations."""
