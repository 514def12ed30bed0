"""The desk of platforms that are served by hand: files out, results in, columns, and pages that people confirm."""
