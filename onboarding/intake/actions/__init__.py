"""Every write of the intake."""
