"""Comparing what platforms hold with what we left there, and letting people decide line by line."""
