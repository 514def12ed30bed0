"""What the platform's operator types in."""
