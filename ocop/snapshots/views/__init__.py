"""Pages, files and open data of snapshots."""
