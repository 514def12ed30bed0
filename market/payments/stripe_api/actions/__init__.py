"""Every change of Stripe's objects."""
