"""Many units at once: a manifest read, drafted by an engine, recorded in a journal, and compared."""
