"""Looking at the public pages of our goods, where robots may: politely, and saying no more than was seen."""
