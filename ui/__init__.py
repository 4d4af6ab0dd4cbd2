"""The ways in: the command line and the page. Thin, and the only place that prints."""
