"""The page in the browser: thin, in Chinese; everything it does is done by the library."""
