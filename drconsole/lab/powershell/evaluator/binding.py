"""Binding of arguments to the parameters of compiled cmdlets, by full name and parameter set."""

from __future__ import annotations

from dataclasses import dataclass

from .arguments import Argument, binding_error
from .closed_list import COMMANDS
from .convert import NAMES, convert, enumeration
from .errors import ScriptError
from .refusal import Refused
from .signatures import BUILT_IN, Parameter, Signature
from .text import to_text
from .values import NOTHING, SMA, Array, EnumValue, Hash, Snapshot, Value, elements, is_number

HYPERV = "Microsoft.HyperV.PowerShell."
BASES = {"VMNetworkAdapterBase": "VMNetworkAdapter"}
"""Base classes that parameters name, with the class whose objects they take."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound call: parameters by their documented names."""

    signature: Signature
    parameter_set: str
    values: dict[str, Value]


def bind(
    signature: Signature, arguments: list[Argument], admitted: dict[str, frozenset[str]] = COMMANDS
) -> Bound:
    """Bind arguments by name (exact names and aliases) and choose the parameter set.

    Raises:
        ScriptError: as PowerShell reports it.
        Refused: a parameter that is not on the list, or a value by position where several would fit.
    """
    values: dict[str, Value] = {}
    for parameter, value in _named(signature, arguments):
        if parameter.name.lower() not in admitted[signature.name.lower()]:
            raise Refused(f"the parameter -{parameter.name} of {signature.name} is not on the closed list")
        if parameter.name in values:
            text = f"Cannot bind parameter because parameter '{parameter.name}' is specified more than once."
            raise binding_error("ParameterAlreadyBound", text, signature.suffix)
        values[parameter.name] = value
    chosen = _parameter_set(signature, values)
    by_name = {p.name: p for p in signature.parameters}
    return Bound(signature, chosen, {n: _converted(signature, by_name[n], v) for n, v in values.items()})


def _named(signature: Signature, arguments: list[Argument]) -> list[tuple[Parameter, Value]]:
    """Pair each parameter that was named with its value; a switch needs none."""
    pairs: list[tuple[Parameter, Value]] = []
    waiting: Parameter | None = None
    for argument in arguments:
        if argument.name is None:
            target = waiting or _by_position(signature)
            if waiting is None and any(parameter is target for parameter, _ in pairs):
                text = "A positional parameter cannot be found that accepts an argument given."
                raise binding_error("PositionalParameterNotFound", text, signature.suffix)
            pairs.append((target, argument.value))
            waiting = None
            continue
        if waiting is not None:
            raise _missing(signature, waiting)
        parameter = _find(signature, argument.name)
        if argument.joined:
            pairs.append((parameter, argument.value))
        elif parameter.type == "SwitchParameter":
            pairs.append((parameter, True))
        else:
            waiting = parameter
    if waiting is not None:
        raise _missing(signature, waiting)
    return pairs


def _by_position(signature: Signature) -> Parameter:
    """Return the only parameter that a lone value can mean."""
    found = [p for p in signature.parameters if p.position == 0]
    if len(found) != 1 or not signature.suffix.startswith(BUILT_IN):
        raise Refused(f"a value without a name for {signature.name}")
    return found[0]


def _missing(signature: Signature, parameter: Parameter) -> ScriptError:
    """Make the error of a name without its value."""
    return binding_error(
        "MissingArgument", f"Missing an argument for parameter '{parameter.name}'.", signature.suffix
    )


def _find(signature: Signature, name: str) -> Parameter:
    """Return the parameter with this name, alias, or unique beginning of either."""
    lower = name.lower()
    for parameter in signature.parameters:
        if lower in (parameter.name.lower(), *(alias.lower() for alias in parameter.aliases)):
            return parameter
    begun = [
        p for p in signature.parameters if any(n.lower().startswith(lower) for n in (p.name, *p.aliases))
    ]
    if len(begun) == 1:
        return begun[0]
    if begun:
        text = f"Parameter cannot be processed because the parameter name '{name}' is ambiguous."
        raise binding_error("AmbiguousParameter", text, signature.suffix)
    text = f"A parameter cannot be found that matches parameter name '{name}'."
    raise binding_error("NamedParameterNotFound", text, signature.suffix)


def _parameter_set(signature: Signature, values: dict[str, Value]) -> str:
    """Return the set that has all bound parameters: the default one, else the one that lacks nothing."""
    used = [p for p in signature.parameters if p.name in values]
    possible = [s for s in signature.sets if all(s in p.sets for p in used)]
    if not possible:
        text = "Parameter set cannot be resolved using the specified named parameters."
        raise binding_error("AmbiguousParameterSet", text, signature.suffix)
    complete = [s for s in possible if not _demanded(signature, s, values)]
    if signature.default_set in possible:
        chosen = signature.default_set
    elif len(complete) == 1 or len(possible) == 1:
        chosen = (complete or possible)[0]
    else:
        text = "Parameter set cannot be resolved using the specified named parameters."
        raise binding_error("AmbiguousParameterSet", text, signature.suffix)
    lacking = [p for p in _demanded(signature, chosen, values) if not _piped_json(signature, p)]
    if lacking:
        text = f"Cannot process command: missing mandatory parameters: {' '.join(lacking)}."
        raise binding_error("MissingMandatoryParameter", text, signature.suffix)
    return chosen


def _piped_json(signature: Signature, parameter: str) -> bool:
    """Tell whether a demanded parameter comes from the pipeline."""
    return parameter == "InputObject" and signature.suffix.startswith(BUILT_IN)


def _demanded(signature: Signature, name: str, values: dict[str, Value]) -> list[str]:
    """Return what a set demands and the call does not give."""
    return [p.name for p in signature.parameters if name in p.mandatory and p.name not in values]


def _full_type(name: str) -> str:
    """Return the full name of a documented type."""
    if name.endswith("[]"):
        return _full_type(name[:-2]) + "[]"
    if name == "PSObject":
        return "System.Object"
    if name == "SwitchParameter":
        return SMA + name
    if name == "StringCollection":
        return "System.String[]"
    known = {full.removeprefix("System."): full for full in NAMES.values()}
    return known.get(name) or NAMES.get(name.lower()) or HYPERV + name


def _converted(signature: Signature, parameter: Parameter, value: Value) -> Value:
    """Convert a value to its parameter's type and check its limits."""
    value = None if value is NOTHING else value
    _check_given(signature, parameter, value)
    converted = _as_type(signature, parameter, _full_type(parameter.type), value)
    if parameter.limits and is_number(converted):
        low, high = parameter.limits
        if not low <= converted <= high:
            text = f"Cannot validate argument on parameter '{parameter.name}'."
            kind = SMA + "ParameterBindingValidationException"
            raise ScriptError(
                f"ParameterArgumentValidationError,{signature.suffix}", "InvalidData", text, kind
            )
    return converted


def _check_given(signature: Signature, parameter: Parameter, value: Value) -> None:
    """Check that what is demanded is something: no null, no empty text.

    Raises:
        ScriptError: it is nothing.
    """
    if not parameter.mandatory or parameter.type == "Object":
        return
    if value is None:
        what, why = "Null", "it is null"
    elif type(value) is str and not value and parameter.type.removesuffix("[]") == "String":
        what, why = "EmptyString", "it is an empty string"
    else:
        return
    text = f"Cannot bind argument to parameter '{parameter.name}' because {why}."
    kind = SMA + "ParameterBindingValidationException"
    error_id = f"ParameterArgumentValidationError{what}NotAllowed,{signature.suffix}"
    raise ScriptError(error_id, "InvalidData", text, kind)


def _as_type(signature: Signature, parameter: Parameter, target: str, value: Value) -> Value:
    """Convert as parameter binding does: stricter than a cast for text and truth."""
    failure = binding_error(
        "CannotConvertArgumentNoMessage",
        f'Cannot bind parameter \'{parameter.name}\'. Cannot convert "{to_text(value)}" to type "{target}".',
        signature.suffix,
    )
    if target in (SMA + "SwitchParameter", "System.Boolean"):
        return _truth(signature, parameter, value, failure)
    if target.endswith("[]"):
        return _array(signature, parameter, target, value)
    if elements(value) is not None and target != "System.Object":
        raise binding_error("CannotConvertArgument", failure.message, signature.suffix)
    if value is None and target == "System.Guid":
        raise Refused(f"nothing as -{parameter.name} of {signature.name}")
    if value is None and target == "System.String":
        return None
    if target.startswith(HYPERV):
        return _own(target, value, failure)
    try:
        return convert(value, target)
    except ScriptError:
        raise failure from None


def _truth(signature: Signature, parameter: Parameter, value: Value, failure: ScriptError) -> bool:
    """Take a truth value or a number for a switch or a Boolean.

    Raises:
        ScriptError: text, a Char, an array, a hashtable.
        Refused: other values, of which some are taken.
    """
    if isinstance(value, bool) or is_number(value):
        return bool(value)
    if isinstance(value, str | Hash) or elements(value) is not None:
        raise binding_error("CannotConvertArgument", failure.message, signature.suffix)
    raise Refused(f"this value as -{parameter.name} of {signature.name}")


def _array(signature: Signature, parameter: Parameter, target: str, value: Value) -> Value:
    """Convert each element; an empty array is no value for what is demanded."""
    items = elements(value)
    items = [value] if items is None else items
    if not items and parameter.mandatory:
        text = f"Cannot bind argument to parameter '{parameter.name}' because it is an empty array."
        kind = SMA + "ParameterBindingValidationException"
        error_id = f"ParameterArgumentValidationErrorEmptyArrayNotAllowed,{signature.suffix}"
        raise ScriptError(error_id, "InvalidData", text, kind)
    for item in items:
        _check_given(signature, parameter, item)
    return Array([_as_type(signature, parameter, target[:-2], item) for item in items], target[:-2])


def _own(target: str, value: Value, failure: ScriptError) -> Value:
    """Take an object of the simulated host, or text as a member of one of its enumerations."""
    wanted = target.removeprefix(HYPERV)
    given = value.type.rpartition(".")[2] if isinstance(value, Snapshot | EnumValue) else ""
    if given and given in (wanted, BASES.get(wanted)):
        return value
    if enumeration(target):
        try:
            return convert(value, target)
        except ScriptError:
            raise failure from None
    if value is None:
        return None
    raise failure
