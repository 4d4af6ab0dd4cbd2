"""Chat models behind one interface: the embedded writer, and any OpenAI-compatible endpoint (endpoint.open_endpoint)."""
