"""Reading markets: what counts on a day, how stalls stand, who sees which."""
