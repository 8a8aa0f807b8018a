"""Reads all endpoints in parallel and keeps the newest picture of everything."""

from drconsole.inventory.inventory import Inventory

__all__ = ["Inventory"]
