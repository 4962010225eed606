"""Services of questions, answers, votes and drafts."""
