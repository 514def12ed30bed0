"""The staff home: what to do today, and the way to every section one may open."""
