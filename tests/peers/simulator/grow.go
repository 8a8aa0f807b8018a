package main

import (
	"fmt"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// grow adds copies of the model's machines to their folders until there are so many.
//
// Creating a machine as people do takes the simulator 20 ms. A copy is whole for whoever reads it, but knows
// nothing of the files and tasks of a machine that was created: power it on or change it and it may fail.
func grow(registry *simulator.Registry, total int) {
	machines := registry.All("VirtualMachine")
	for n := len(machines); n < total; n++ {
		original := machines[n%len(machines)].(*simulator.VirtualMachine)
		folder := registry.Get(*original.Parent).(*simulator.Folder)
		machine := &simulator.VirtualMachine{VirtualMachine: original.VirtualMachine}
		machine.Self = types.ManagedObjectReference{}
		machine.Name = fmt.Sprintf("%s-%d", original.Name, n)
		config := *original.Config
		config.Uuid = fmt.Sprintf("%08x-0000-4000-8000-%012x", n, n)
		config.Files.VmPathName = fmt.Sprintf("[LocalDS_0] %s/%s.vmx", machine.Name, machine.Name)
		machine.Config = &config
		registry.PutEntity(folder, machine)
		folder.ChildEntity = append(folder.ChildEntity, machine.Self)
	}
}
