"""Reading what devices sent."""
