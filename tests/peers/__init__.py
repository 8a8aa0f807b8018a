"""Endpoints of another maker, as independent witnesses of what our clients do."""
