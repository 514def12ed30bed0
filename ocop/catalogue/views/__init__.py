"""The catalogue: `pages` for reading, `writing` for what people enter."""
