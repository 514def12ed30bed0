"""What the desk asks and understands."""
