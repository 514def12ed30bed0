"""What the platform's operator does to connections and to what stopped."""
