"""The pages of the markets of a commune."""
