"""Files of goods that other platforms fetch: by shop and by province, whole or what has changed since."""
