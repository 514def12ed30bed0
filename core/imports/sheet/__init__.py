"""Reading and writing the sheets people really have. Pure: bytes and text in, rows out; no table, no clock."""
