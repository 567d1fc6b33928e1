"""What Neutone Gen expects of the root of a .nm file."""

from __future__ import annotations

from collections.abc import Mapping

from studio.hosts.neutone.contract import Signature, method_departures
from studio.wrappers.torchscript import ScriptModule

METHODS: Mapping[str, Signature] = {
    "forward_non_realtime": (
        ("List[Tensor]", "Optional[Tensor]", "Optional[List[str]]", "Optional[List[List[int]]]"),
        "List[Tensor]",
    ),
    "get_audio_in_channels": ((), "List[int]"),
    "get_audio_out_channels": ((), "List[int]"),
    "get_native_sample_rates": ((), "List[int]"),
    "get_native_buffer_sizes": ((), "List[int]"),
    "is_resampling": ((), "bool"),
    "set_daw_sample_rate_and_buffer_size": (("Optional[int]",) * 4, "int"),
    "is_one_shot_model": ((), "bool"),
    "get_progress_percentage": ((), "float"),
    "has_progress_percentage": ((), "bool"),
    "should_cancel_forward_pass": ((), "bool"),
    "request_cancel_forward_pass": ((), "NoneType"),
    "is_text_model": ((), "bool"),
    "is_tokens_model": ((), "bool"),
    "reset": ((), "NoneType"),
    "get_current_model_sample_rate": ((), "int"),
    "get_current_model_buffer_size": ((), "int"),
    "get_model_bpm": ((), "Optional[int]"),
    "get_preserved_attributes": ((), "List[str]"),
    "to_metadata": ((), "Dict[str, Any]"),
    "get_metadata_json": ((), "str"),
    "get_tokenizer_str": ((), "str"),
    "get_tokenizer_type": ((), "Optional[str]"),
    "get_numerical_params_default_values_0to1": ((), "Tensor"),
}
PRESERVED = (*(name for name in METHODS if name != "forward_non_realtime"), "nrb")


def departures(root: ScriptModule) -> list[str]:
    """Every point in which `root` is not what the plugin expects; empty for a good one."""
    found = [said for name, expected in METHODS.items() if (said := method_departures(root, name, expected))]
    if getattr(root, "realtime", None) is not False:
        found.append("realtime is not False")
    if not hasattr(root, "nrb"):
        found.append("nrb is missing")
    if not found:
        named = root.get_preserved_attributes()
        found += [f"get_preserved_attributes leaves out {name}" for name in sorted(set(PRESERVED) - set(named))]
        found += [f"{name} is preserved but missing" for name in named if not hasattr(root, name)]
    return found
