"""Pages of the commune's desk."""
