"""The configuration: strict schema, loader, secrets, paths."""
