"""View models of questions, answers, votes and drafts."""
