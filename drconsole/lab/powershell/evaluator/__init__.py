"""An interpreter for the closed list of PowerShell that our own scripts use."""
