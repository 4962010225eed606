"""The rules of the board: plain functions on a session, without request or HTML."""
