"""Files in and out: briefs, documents, drafts."""
