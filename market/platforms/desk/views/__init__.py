"""The screens of the platform desk."""
