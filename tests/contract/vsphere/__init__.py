"""VSphere against another maker's vCenter and ESXi, and against servers that lie."""
