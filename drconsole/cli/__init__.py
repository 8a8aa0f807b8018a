"""The commands; each file is one group, and imports what it runs only when it runs."""
