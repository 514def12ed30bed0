"""The files themselves, and the pages about them."""
