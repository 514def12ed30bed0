"""Every write of a list of goods: its rows, taking them back, its pictures."""
