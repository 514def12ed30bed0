"""Rows as Stripe's objects. Nullable members are null and never missing: newer SDKs read them as attributes."""
