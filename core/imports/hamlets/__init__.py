"""The list of a commune's hamlets as a sheet: new ones are added, renamed ones renamed."""
