"""What the Neutone plugin expects of the root of a .nm file, as a table and as questions."""

from __future__ import annotations

from collections.abc import Mapping

from studio.wrappers.torchscript import ScriptModule

DOCUMENTED = (1, 12)  # the oldest LibTorch that a Neutone plugin is known to carry
Signature = tuple[tuple[str, ...], str]

METHODS: Mapping[str, Signature] = {
    "forward": (("Tensor", "Optional[Tensor]"), "Tensor"),
    "forward_bt": (("Tensor", "Optional[Tensor]"), "Optional[Tensor]"),
    "forward_offline": (("Tensor", "Optional[Tensor]"), "Tensor"),
    "set_daw_sample_rate_and_buffer_size": (("int", "int", "Optional[int]", "Optional[int]"), "int"),
    "reset": ((), "NoneType"),
    "is_resampling": ((), "bool"),
    "calc_buffering_delay_samples": ((), "int"),
    "calc_model_delay_samples": ((), "int"),
    "is_input_mono": ((), "bool"),
    "is_output_mono": ((), "bool"),
    "get_native_sample_rates": ((), "List[int]"),
    "get_native_buffer_sizes": ((), "List[int]"),
    "get_default_param_values": ((), "Tensor"),
    "get_wet_default_value": ((), "float"),
    "get_dry_default_value": ((), "float"),
    "get_input_gain_default_value": ((), "float"),
    "get_output_gain_default_value": ((), "float"),
    "to_metadata": ((), "Dict[str, Any]"),
    "get_metadata_json": ((), "str"),
    "get_preserved_attributes": ((), "List[str]"),
}


def departures(root: ScriptModule) -> list[str]:
    """Every point in which `root` is not what the plugin expects; empty for a good one."""
    found = [said for name, expected in METHODS.items() if (said := method_departures(root, name, expected))]
    if getattr(root, "realtime", None) is not True:
        found.append("realtime is not True")
    if getattr(root, "use_debug_mode", None) is not False:
        found.append("use_debug_mode is not False")
    if not hasattr(root, "w2w_base"):
        found.append("w2w_base is missing")
    if not found:
        named = root.get_preserved_attributes()
        wanted = set(METHODS) - {"forward", "forward_offline"} | {"w2w_base"}
        found += [f"get_preserved_attributes leaves out {name}" for name in sorted(wanted - set(named))]
        found += [f"{name} is preserved but missing" for name in named if not hasattr(root, name)]
    return found


def method_departures(root: ScriptModule, name: str, expected: Signature) -> str:
    """How one method departs from its signature; empty where it does not."""
    if name not in root._c._method_names():
        return f"{name} is missing"
    schema = root._c._get_method(name).schema
    arguments = [_word(each.type) for each in schema.arguments[1:]]
    returned = _word(schema.returns[0].type) if schema.returns else "NoneType"
    wanted, result = expected
    extra = schema.arguments[1 + len(wanted) :]
    if tuple(arguments[: len(wanted)]) != wanted or any(not each.has_default_value() for each in extra):
        return f"{name} takes ({', '.join(arguments)}), not ({', '.join(wanted)})"
    return f"{name} returns {returned}, not {result}" if returned != result else ""


def _word(kind: object) -> str:
    text: str = kind.annotation_str  # type: ignore[attr-defined]
    return {"None": "NoneType", "Optional[NoneType]": "NoneType"}.get(text, text)
