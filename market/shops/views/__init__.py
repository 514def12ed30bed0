"""The producer's home, and the shop with its steps, states, photos, account and makers."""
