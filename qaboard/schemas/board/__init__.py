"""Schemas of questions, answers, votes and drafts."""
