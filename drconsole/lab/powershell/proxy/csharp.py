"""Documented signatures as C# source: enumerations, read-only data classes, one class per cmdlet.

Nothing here knows what a cmdlet does: its class holds parameters, and its base class forwards the bound call.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from drconsole.lab.powershell.proxy.signatures import CLUSTER_MODULE, Cmdlet, Parameter, Place, Signatures

EVERY_SET = "__AllParameterSets"

CLR = {
    "SwitchParameter": "SwitchParameter",
    "String": "string",
    "Int32": "int",
    "UInt32": "uint",
    "UInt16": "ushort",
    "Int64": "long",
    "UInt64": "ulong",
    "Boolean": "bool",
    "Guid": "Guid",
    "TimeSpan": "TimeSpan",
    "DateTime": "DateTime",
    "Version": "Version",
    "Hashtable": "Hashtable",
    "Collections.Hashtable": "Hashtable",
    "PSObject": "PSObject",
    "PSCredential": "PSCredential",
    "StringCollection": "System.Collections.Specialized.StringCollection",
}
VALUE_TYPES = {"int", "uint", "ushort", "long", "ulong", "bool", "Guid", "TimeSpan", "DateTime"}

BASES = {
    "VirtualMachine": "VirtualMachineBase",
    "VMSnapshot": "VirtualMachineBase",
    "VMNetworkAdapter": "VMNetworkAdapterBase",
}
BARE = ("VirtualMachineBase", "VMNetworkAdapterBase", "VMCompatibilityReport", "VMDriveController")
"""Types of parameters and elements that are named without any property."""

CLUSTER_CLASSES: Mapping[str, Mapping[str, str]] = {
    "Cluster": {"Id": "String", "Domain": "String"},
    "ClusterNode": {"Id": "String", "State": "ClusterNodeState"},
    "ClusterResourceType": {},
    "ClusterGroup": {
        "Id": "String",
        "GroupType": "GroupType",
        "State": "ClusterGroupState",
        "OwnerNode": "ClusterNode",
        "Cluster": "Cluster",
        "IsCoreGroup": "Boolean",
    },
    "ClusterResource": {
        "Id": "String",
        "State": "ClusterResourceState",
        "OwnerNode": "ClusterNode",
        "OwnerGroup": "ClusterGroup",
        "ResourceType": "ClusterResourceType",
        "Cluster": "Cluster",
    },
    "ClusterParameter": {"ClusterObject": "String", "Value": "Object", "IsReadOnly": "Boolean"},
}
"""The signatures have no properties of cluster objects: these are general knowledge, unchecked."""

CLUSTER_EXCEPTION = """\
    public class ClusterCmdletException : Exception
    {
        public ClusterCmdletException(string text) : base(text) { }
    }"""

HEAD = """\
// Generated from the documented signatures.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using DrLab;
"""


def quoted(text: str) -> str:
    """Write a C# string literal."""
    return json.dumps(text)


def source(facts: Signatures) -> str:
    """Return the whole generated source file."""
    return "\n".join(_Writer(facts).parts()) + "\n"


class _Writer:
    def __init__(self, facts: Signatures) -> None:
        self.facts = facts
        self.enums = {*facts.enums, *facts.cluster_enums}
        self.classes = {*facts.types, *BARE, *CLUSTER_CLASSES}

    def parts(self) -> Iterator[str]:
        facts = self.facts
        yield HEAD
        yield "namespace Microsoft.HyperV.PowerShell\n{"
        yield from (self.enum(name, values) for name, values in facts.enums.items())
        yield from (self.data_class(name, {}, "ModelObject") for name in BARE)
        for name, properties in facts.types.items():
            yield self.data_class(name, properties, BASES.get(name, "ModelObject"))
        yield "}\nnamespace Microsoft.HyperV.PowerShell.Commands\n{"
        yield from (self.cmdlet(one) for one in facts.cmdlets if one.module != CLUSTER_MODULE)
        yield "}\nnamespace Microsoft.FailoverClusters.PowerShell\n{"
        yield from (self.enum(name, values) for name, values in facts.cluster_enums.items())
        yield CLUSTER_EXCEPTION
        yield from (self.data_class(n, p, "ClusterObject") for n, p in CLUSTER_CLASSES.items())
        yield from (self.cmdlet(one) for one in facts.cmdlets if one.module == CLUSTER_MODULE)
        yield "}"

    def clr(self, documented: str) -> str:
        """Return the C# type of a documented one; what is named and not described is an ``object``."""
        name = documented.rstrip("?")
        if generic := re.fullmatch(r"(?:IReadOnlyList|IList|List)<(.+)>", name):
            return f"List<{self.clr(generic[1])}>"
        array = "[]" if name.endswith("[]") else ""
        name = name.removesuffix("[]")
        got = CLR.get(name) or (name if name in self.enums | self.classes else "object")
        nullable = documented.endswith("?") and (got in VALUE_TYPES or got in self.enums)
        return got + array + ("?" if nullable else "")

    def enum(self, name: str, values: Mapping[str, int]) -> str:
        return f"    public enum {name} {{ {', '.join(f'{k} = {v}' for k, v in values.items())} }}"

    def data_class(self, name: str, properties: Mapping[str, str], base: str) -> str:
        # a getter asks for what was sent: what the model does not send is never 0 or false by default
        getters = (
            f"        public {self.clr(t)} {p} => Get<{self.clr(t)}>();" for p, t in properties.items()
        )
        head = [f"    public class {name} : {base}", "    {", f"        internal {name}() {{ }}"]
        return "\n".join([*head, *getters, "    }"])

    def cmdlet(self, cmdlet: Cmdlet) -> str:
        verb, noun = cmdlet.name.split("-")
        marks = [quoted(verb), quoted(noun)]
        if len(cmdlet.sets) > 1 and cmdlet.default_set != EVERY_SET:
            marks.append(f"DefaultParameterSetName = {quoted(cmdlet.default_set)}")
        if cmdlet.should_process:
            marks.append("SupportsShouldProcess = true")
        if cmdlet.impact:
            marks.append(f"ConfirmImpact = ConfirmImpact.{cmdlet.impact}")
        # the documented ids end in StopVM for Hyper-V and in GetClusterGroupCommand for clusters
        ending = "Command" if cmdlet.module == CLUSTER_MODULE else ""
        lines = [f"    [Cmdlet({', '.join(marks)})]"]
        for output in cmdlet.outputs:
            if re.fullmatch(r"[\w.]+", output) and output != "None":
                lines.append(f"    [OutputType({quoted(output)})]")
        lines += [f"    public sealed class {verb}{noun}{ending} : ProxyCmdlet", "    {"]
        for parameter in cmdlet.parameters:
            lines += self.parameter(parameter, len(cmdlet.sets) > 1)
        return "\n".join([*lines, "    }"])

    def parameter(self, parameter: Parameter, several_sets: bool) -> Iterator[str]:
        for place in parameter.places:
            yield f"        [Parameter({', '.join(self.place(place, several_sets))})]"
        if not parameter.places:
            yield "        [Parameter]"
        if parameter.aliases:
            yield f"        [Alias({', '.join(map(quoted, parameter.aliases))})]"
        if parameter.range:
            yield f"        [ValidateRange({parameter.range[0]}, {parameter.range[1]})]"
        if parameter.values and parameter.type.removesuffix("[]") == "String":
            yield f"        [ValidateSet({', '.join(map(quoted, parameter.values))})]"
        yield f"        public {self.clr(parameter.type)} {parameter.name} {{ get; set; }}"

    def place(self, place: Place, several_sets: bool) -> Iterator[str]:
        if several_sets and place.parameter_set != EVERY_SET:
            yield f"ParameterSetName = {quoted(place.parameter_set)}"
        if place.mandatory:
            yield "Mandatory = true"
        if place.position is not None:
            yield f"Position = {place.position}"
        if place.by_value:
            yield "ValueFromPipeline = true"
        if place.by_property:
            yield "ValueFromPipelineByPropertyName = true"
