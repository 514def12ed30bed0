"""Every write to the map: units, hamlets, and resolutions that hold many of both."""
