"""drconsole: one terminal for vSphere and Hyper-V disaster recovery."""
