"""A real PowerShell on a simulated host: compiled cmdlets that forward each bound call to the lab's model."""
