"""The queue page: what waits, what runs, what failed and why; run again, cancel."""
