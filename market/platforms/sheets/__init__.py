"""Platforms without a seller API: a pack for a person to upload, and the sheet that comes back."""
