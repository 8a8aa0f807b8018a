"""The closed list: all that our own scripts and the per-call command line use, as data.

A test asserts that each name is used and that nothing else is. Names of commands, parameters, types and
members are in lower case, types without ``System.``.
"""

from __future__ import annotations

NODES = frozenset(
    """
    argument_expression argument_expression_list argument_list array_expression array_literal_expression
    assignment_expression assignment_operator assignment_value cast_expression catch_clause
    catch_clauses command command_argument_sep command_elements command_invocation_operator command_name
    command_name_expr command_parameter comparison_expression comparison_operator
    decimal_integer_literal element_access empty_statement expandable_string_literal
    expression_with_unary_operator flow_control_statement foreach_statement function_name
    function_statement generic_token hash_entry hash_literal_body hash_literal_expression if_statement
    integer_literal invocation_expression key_expression left_assignment_expression logical_expression
    member_access member_name param_block parameter_list parenthesized_expression pipeline
    pipeline_chain program script_block script_block_body script_parameter simple_name statement_block
    statement_list string_literal sub_expression try_statement type_identifier type_literal type_name
    type_spec unary_expression variable verbatim_string_characters
    """.split()  # noqa: SIM905 - a list to read, not to scroll
)

COMMANDS: dict[str, frozenset[str]] = {
    "connect-vmnetworkadapter": frozenset({"confirm", "erroraction", "vmnetworkadapter", "vmswitch"}),
    "convertfrom-json": frozenset(),
    "convertto-json": frozenset({"compress", "depth", "inputobject"}),
    "disconnect-vmnetworkadapter": frozenset({"confirm", "erroraction", "vmnetworkadapter"}),
    "get-cluster": frozenset(),
    "get-clustergroup": frozenset({"erroraction", "vmid"}),
    "get-clusternode": frozenset(),
    "get-clusterparameter": frozenset({"inputobject", "name"}),
    "get-clusterresource": frozenset(),
    "get-date": frozenset(),
    "get-vm": frozenset({"erroraction", "id"}),
    "get-vmharddiskdrive": frozenset({"vm"}),
    "get-vmhost": frozenset(),
    "get-vmnetworkadapter": frozenset({"vm"}),
    "get-vmnetworkadapterfailoverconfiguration": frozenset({"vmnetworkadapter"}),
    "get-vmnetworkadaptervlan": frozenset({"vmnetworkadapter"}),
    "get-vmreplication": frozenset(),
    "get-vmreplicationserver": frozenset(),
    "get-vmsnapshot": frozenset({"vm"}),
    "get-vmswitch": frozenset(),
    "measure-vmreplication": frozenset({"vm"}),
    "set-vm": frozenset({"confirm", "erroraction", "notes", "vm"}),
    "set-vmnetworkadapterfailoverconfiguration": frozenset(
        {
            "clearfailoveripv4settings",
            "clearfailoveripv6settings",
            "confirm",
            "erroraction",
            "ipv4address",
            "ipv4alternatednsserver",
            "ipv4defaultgateway",
            "ipv4preferreddnsserver",
            "ipv4subnetmask",
            "ipv6address",
            "ipv6alternatednsserver",
            "ipv6defaultgateway",
            "ipv6preferreddnsserver",
            "ipv6subnetprefixlength",
            "vmnetworkadapter",
        }
    ),
    "set-vmnetworkadaptervlan": frozenset(
        {"access", "confirm", "erroraction", "untagged", "vlanid", "vmnetworkadapter"}
    ),
    "set-vmreplication": frozenset(
        {"certificatethumbprint", "confirm", "erroraction", "reverse", "vmreplication"}
    ),
    "start-vm": frozenset({"confirm", "erroraction", "vm"}),
    "start-vmfailover": frozenset(
        {"astest", "confirm", "erroraction", "passthru", "prepare", "vm", "vmrecoverysnapshot"}
    ),
    "stop-vm": frozenset({"confirm", "erroraction", "force", "turnoff", "vm"}),
    "stop-vmfailover": frozenset({"confirm", "erroraction", "vm"}),
    "test-path": frozenset({"literalpath"}),
}

TYPES = frozenset({"convert", "long", "ordered", "scriptblock", "text.encoding"})

MEMBERS = frozenset(
    """
    accessvlanid adapters address allowed allowedauthenticationtype allowedprimaryserver arguments
    authenticationtype authorizationentries automaticstartaction averagereplicationlatency
    averagereplicationsize before body call category categoryinfo certificatethumbprint connected create
    creationtime currentreplicaservername dns dns2 error exception excludeddisks
    failedoverreplicationtype files frombase64string fullname fullyqualifieddomainname
    fullyqualifiederrorid gateway getbytes getstring gettype grouptype heartbeat id invocationinfo
    ipaddresses ipv4address ipv4alternatednsserver ipv4defaultgateway ipv4preferreddnsserver
    ipv4subnetmask ipv6address ipv6alternatednsserver ipv6defaultgateway ipv6preferreddnsserver
    ipv6subnetprefixlength isclustered languagemode lastreplicationtime lasttestfailoverinitiatedtime
    macaddress mask maximumreplicationlatency maximumreplicationsize message missedreplicationcount
    monitoringstarttime name notes ok operationmode other ownergroup ownernode path
    pendingreplicationsize point primaryservername psversion replicaservername replicateddisks
    replicationallowedfromanyserver replicationenabled replicationerrors replicationfrequencysec
    replicationhealth replicationhealthdetails replicationmode replicationrelationshiptype
    replicationstate resourcetype script scriptlinenumber sessionstate snapshottype state
    successfulreplicationcount supportedvmversions switch switchname test test_vm testreplicaswitchname
    testvirtualmachine tobase64string tostring totalseconds touniversaltime uptime utf8 v6 v6_dns
    v6_dns2 v6_gateway v6_length value version vlan vm vmid
    """.split()  # noqa: SIM905 - a list to read, not to scroll
)
