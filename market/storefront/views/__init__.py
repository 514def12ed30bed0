"""Public product and shop pages, what machines read of them, and what sellers print."""
