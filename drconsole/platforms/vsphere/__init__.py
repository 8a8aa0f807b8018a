"""vCenter and ESXi through pyVmomi, which is loaded at the first read."""

from drconsole.platforms.vsphere.platform import VSphere

__all__ = ["VSphere"]
