"""The accountant's place, /ke-toan/."""
