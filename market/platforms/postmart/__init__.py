"""The sheet for Postmart, later buudien.vn."""
