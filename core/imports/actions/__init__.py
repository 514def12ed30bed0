"""Every write of an import, one step a file: starting, mapping and preview, applying, undoing, ending."""
