"""Screens: `screen` is what hangs on the wall, `links` how it gets there."""
