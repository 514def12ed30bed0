"""Orders and their payments for programs."""
