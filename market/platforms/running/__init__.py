"""Running the platforms: what is known of each, how it is reached, what waits, what stopped, where it differs from us."""
