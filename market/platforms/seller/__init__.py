"""What sellers see of platforms: where their goods are, what will be sent, and what they may decide."""
