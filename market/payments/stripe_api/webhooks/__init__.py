"""Events on their way to the programs that want to hear of them."""
