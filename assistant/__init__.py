"""执笔: drafting, tracing and checking of Chinese official work summaries."""

__version__ = "0.1.0"
