"""The boards: `numbers` for rates and their rows, `products` for the register and its links."""
