"""Views of questions, answers, votes and drafts."""
