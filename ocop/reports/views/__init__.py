"""Pages of official reports: for the staff, and the check for everybody."""
