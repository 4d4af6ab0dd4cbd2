"""The embedded writer: a deterministic writer behind LangChain's chat-model interface; no model, no network."""
