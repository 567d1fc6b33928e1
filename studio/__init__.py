"""Neural Audio Studio: hear, wrap, measure and export PyTorch audio models.

Importing this costs nothing: torch comes with the first name that is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studio.document.parameter import Parameter
    from studio.document.treatment import Decoding
    from studio.hosts.audacity.save import save_model
    from studio.hosts.audacity.trying import get_example_inputs, test_run, validate_metadata
    from studio.hosts.neutone.pairs import AudioSample, AudioSamplePair
    from studio.hosts.neutone.save import save_neutone_model
    from studio.wrappers.base import (
        AudacityModel,
        FrameLabels,
        WaveformToLabels,
        WaveformToLabelsBase,
        WaveformToWaveform,
        WaveformToWaveformBase,
    )
    from studio.wrappers.blocks.convolution import Conv1dGeneral
    from studio.wrappers.blocks.filter_type import FilterType
    from studio.wrappers.blocks.gcn import GCN1D
    from studio.wrappers.blocks.mel import CachedMelSpec
    from studio.wrappers.blocks.padding import PaddingCached
    from studio.wrappers.blocks.svf import IIRSVF, IIRFilter
    from studio.wrappers.blocks.tcn import TCN1D
    from studio.wrappers.filters import FIRFilter
    from studio.wrappers.generative import NonRealtimeBase, NonRealtimeTokenizerBase, TokenizerType
    from studio.wrappers.neutone_parameters import (
        CategoricalNeutoneParameter,
        ContinuousNeutoneParameter,
        DiscreteTokensNeutoneParameter,
        NeutoneParameter,
        NeutoneParameterType,
        TextNeutoneParameter,
    )
    from studio.wrappers.realtime_stft import RealtimeSTFT

__all__ = [
    "GCN1D",
    "IIRSVF",
    "TCN1D",
    "AudacityModel",
    "AudioSample",
    "AudioSamplePair",
    "CachedMelSpec",
    "CategoricalNeutoneParameter",
    "ContinuousNeutoneParameter",
    "Conv1dGeneral",
    "Decoding",
    "DiscreteTokensNeutoneParameter",
    "FIRFilter",
    "FilterType",
    "FrameLabels",
    "IIRFilter",
    "NeutoneParameter",
    "NeutoneParameterType",
    "NonRealtimeBase",
    "NonRealtimeTokenizerBase",
    "PaddingCached",
    "Parameter",
    "RealtimeSTFT",
    "TextNeutoneParameter",
    "TokenizerType",
    "WaveformToLabels",
    "WaveformToLabelsBase",
    "WaveformToWaveform",
    "WaveformToWaveformBase",
    "get_example_inputs",
    "save_model",
    "save_neutone_model",
    "test_run",
    "validate_metadata",
]

_HOMES = {
    "AudacityModel": "studio.wrappers.base",
    "AudioSample": "studio.hosts.neutone.pairs",
    "AudioSamplePair": "studio.hosts.neutone.pairs",
    "CachedMelSpec": "studio.wrappers.blocks.mel",
    "CategoricalNeutoneParameter": "studio.wrappers.neutone_parameters",
    "ContinuousNeutoneParameter": "studio.wrappers.neutone_parameters",
    "Conv1dGeneral": "studio.wrappers.blocks.convolution",
    "Decoding": "studio.document.treatment",
    "DiscreteTokensNeutoneParameter": "studio.wrappers.neutone_parameters",
    "FIRFilter": "studio.wrappers.filters",
    "FilterType": "studio.wrappers.blocks.filter_type",
    "FrameLabels": "studio.wrappers.base",
    "GCN1D": "studio.wrappers.blocks.gcn",
    "IIRFilter": "studio.wrappers.blocks.svf",
    "IIRSVF": "studio.wrappers.blocks.svf",
    "NeutoneParameter": "studio.wrappers.neutone_parameters",
    "NeutoneParameterType": "studio.wrappers.neutone_parameters",
    "NonRealtimeBase": "studio.wrappers.generative",
    "NonRealtimeTokenizerBase": "studio.wrappers.generative",
    "PaddingCached": "studio.wrappers.blocks.padding",
    "Parameter": "studio.document.parameter",
    "RealtimeSTFT": "studio.wrappers.realtime_stft",
    "TCN1D": "studio.wrappers.blocks.tcn",
    "TextNeutoneParameter": "studio.wrappers.neutone_parameters",
    "TokenizerType": "studio.wrappers.generative",
    "WaveformToLabels": "studio.wrappers.base",
    "WaveformToLabelsBase": "studio.wrappers.base",
    "WaveformToWaveform": "studio.wrappers.base",
    "WaveformToWaveformBase": "studio.wrappers.base",
    "get_example_inputs": "studio.hosts.audacity.trying",
    "save_model": "studio.hosts.audacity.save",
    "save_neutone_model": "studio.hosts.neutone.save",
    "test_run": "studio.hosts.audacity.trying",
    "validate_metadata": "studio.hosts.audacity.trying",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'studio' has no attribute {name!r}")
    found = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
