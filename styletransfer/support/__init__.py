"""What lies under everybody: whole files, places on disk, units, a throttle, the reading of arguments."""
