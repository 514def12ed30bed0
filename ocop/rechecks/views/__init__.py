"""Pages of the re-check."""
