"""Which of our names stands for which name of a toolkit that a model file imports and this machine does not have."""

from __future__ import annotations

from collections.abc import Mapping

NEUTONE_MODEL, PARAMETERS = "studio.wrappers.neutone_model", "studio.wrappers.neutone_parameters"
GENERATIVE, PAIRS = "studio.wrappers.generative", "studio.hosts.neutone.pairs"
TRANSFORMS, FUNCTIONAL, FILES = (
    "studio.loading.shim.transforms",
    "studio.loading.shim.functional",
    "studio.loading.shim.files",
)

_PARAMETERS = {
    "NeutoneParameter": f"{PARAMETERS}:NeutoneParameter",
    "ContinuousNeutoneParameter": f"{PARAMETERS}:ContinuousNeutoneParameter",
    "CategoricalNeutoneParameter": f"{PARAMETERS}:CategoricalNeutoneParameter",
    "TextNeutoneParameter": f"{PARAMETERS}:TextNeutoneParameter",
    "DiscreteTokensNeutoneParameter": f"{PARAMETERS}:DiscreteTokensNeutoneParameter",
    "NeutoneParameterType": f"{PARAMETERS}:NeutoneParameterType",
    "Parameter": "studio:Parameter",
}
_EFFECT = {"WaveformToWaveformBase": "studio.loading.shim.neutone:WaveformToWaveformBase"}
_CORE = {"NeutoneModel": f"{NEUTONE_MODEL}:NeutoneModel"}
_CONSTANTS = {
    "SDK_VERSION": f"{NEUTONE_MODEL}:SDK_VERSION",
    "MAX_N_PARAMS": f"{NEUTONE_MODEL}:MAX_N_PARAMS",
    "MAX_N_CATEGORICAL_VALUES": f"{NEUTONE_MODEL}:MAX_N_CATEGORICAL_VALUES",
    "MAX_N_CATEGORICAL_LABEL_CHARS": f"{NEUTONE_MODEL}:MAX_N_CATEGORICAL_LABEL_CHARS",
    "MAX_N_AUDIO_SAMPLES": "studio.hosts.neutone.package:MAX_SAMPLES",
    "DEFAULT_DAW_SR": f"{NEUTONE_MODEL}:DEFAULT_DAW_SR",
    "DEFAULT_DAW_BS": f"{NEUTONE_MODEL}:DEFAULT_DAW_BS",
}
_GENERATIVE = {
    "NonRealtimeBase": f"{GENERATIVE}:NonRealtimeBase",
    "NonRealtimeTokenizerBase": f"{GENERATIVE}:NonRealtimeTokenizerBase",
    "TokenizerType": f"{GENERATIVE}:TokenizerType",
}
_UTILS = {
    "save_neutone_model": "studio:save_neutone_model",
    "load_neutone_model": "studio.loading.shim.neutone:load_neutone_model",
    "validate_waveform": "studio.loading.shim.neutone:validate_waveform",
}
_SAVE = {"save_neutone_model": _UTILS["save_neutone_model"]}
_BLOCKS: Mapping[str, Mapping[str, str]] = {
    "filters": {
        "FilterType": "studio:FilterType",
        "FIRFilter": "studio.wrappers.blocks.sampled_filter:FIRFilter",
        "IIRFilter": "studio:IIRFilter",
        "IIRSVF": "studio:IIRSVF",
        "_SVFLayer": "studio.wrappers.blocks.svf:StateVariable",
    },
    "conv": {"Conv1dGeneral": "studio:Conv1dGeneral", "PaddingCached": "studio:PaddingCached"},
    "tcn_1d": {name: f"studio.wrappers.blocks.tcn:{name}" for name in ("TCN1D", "TCN1DBlock", "FiLM", "causal_crop")},
    "gcn_1d": {
        name: f"studio.wrappers.blocks.gcn:{name}"
        for name in ("GCN1D", "GCN1DBlock", "TFiLM", "Conv1dCausal", "GatedAF")
    },
    "realtime_stft": {"RealtimeSTFT": "studio:RealtimeSTFT"},
    "cached_mel_spec": {"CachedMelSpec": "studio:CachedMelSpec"},
}
_AUDACITY_CORE = {
    "AudacityModel": "studio.wrappers.base:Wrapper",
    "WaveformToWaveformBase": "studio:WaveformToWaveform",
    "WaveformToLabelsBase": "studio:WaveformToLabels",
    "WaveformToWaveform": "studio:WaveformToWaveform",
    "WaveformToLabels": "studio:WaveformToLabels",
}
_AUDACITY_UTILS = {
    "save_model": "studio:save_model",
    "validate_metadata": "studio:validate_metadata",
    "get_example_inputs": "studio:get_example_inputs",
    "test_run": "studio:test_run",
}
_ACCESS = {name: f"{FILES}:{name}" for name in ("load", "save", "info")}
_TRANSFORMS = (
    "Resample", "Spectrogram", "InverseSpectrogram", "MelScale", "MelSpectrogram", "MFCC", "AmplitudeToDB",
    "GriffinLim", "MuLawEncoding", "MuLawDecoding", "Vol",
)  # fmt: skip
_FUNCTIONS = (
    "resample", "spectrogram", "inverse_spectrogram", "melscale_fbanks", "create_dct", "amplitude_to_DB",
    "DB_to_amplitude", "lfilter", "biquad", "filtfilt", "lowpass_biquad", "highpass_biquad", "bandpass_biquad",
    "bandreject_biquad", "allpass_biquad", "equalizer_biquad", "bass_biquad", "treble_biquad", "mu_law_encoding",
    "mu_law_decoding", "preemphasis", "deemphasis", "convolve", "fftconvolve", "gain",
)  # fmt: skip


ANYTHING = "*"  # of a library that only training uses: whatever it is asked for does nothing
_TRAINING = (
    "wandb", "torchmetrics", "torchmetrics.audio", "auraloss", "auraloss.freq", "auraloss.time", "auraloss.perceptual",
    "tensorboard", "tensorboardX", "matplotlib", "matplotlib.pyplot", "mlflow", "comet_ml",
)  # fmt: skip
_LIT = "studio.loading.shim.lightning"
_LIGHTNING = {
    "LightningModule": f"{_LIT}:LightningModule",
    **dict.fromkeys(("Trainer", "LightningDataModule", "Callback"), f"{_LIT}:Inert"),
    "seed_everything": f"{_LIT}:nothing",
    "__version__": f"{FILES}:VERSION",
}
_CALLBACKS = (
    "Callback", "ModelCheckpoint", "EarlyStopping", "LearningRateMonitor", "ModelSummary", "TQDMProgressBar",
    "RichProgressBar", "StochasticWeightAveraging", "GradientAccumulationScheduler", "Timer", "DeviceStatsMonitor",
)  # fmt: skip
_LOGGERS = ("TensorBoardLogger", "WandbLogger", "CSVLogger", "MLFlowLogger", "CometLogger", "NeptuneLogger", "Logger")
_RANK_ZERO = ("rank_zero_only", "rank_zero_info", "rank_zero_warn")
_PRETRAINED = "studio.loading.shim.pretrained"
_TRANSFORMERS = {
    "PreTrainedModel": f"{_PRETRAINED}:PreTrainedModel",
    "PretrainedConfig": f"{_PRETRAINED}:PretrainedConfig",
    "PreTrainedConfig": f"{_PRETRAINED}:PretrainedConfig",
}


def _lightning(name: str) -> dict[str, Mapping[str, str]]:
    """Lightning under one of its names: what training alone uses does nothing."""
    inert = {f"{name}.{below}": each for below, each in (("callbacks", _CALLBACKS), ("loggers", _LOGGERS))}
    return {
        name: _LIGHTNING,
        **{module: dict.fromkeys(names, f"{_LIT}:Inert") for module, names in inert.items()},
        f"{name}.core": _LIGHTNING,
        f"{name}.utilities": dict.fromkeys(_RANK_ZERO, f"{_LIT}:nothing"),
        f"{name}.utilities.rank_zero": dict.fromkeys(_RANK_ZERO, f"{_LIT}:nothing"),
        f"{name}.utilities.types": dict.fromkeys(("STEP_OUTPUT", "OptimizerLRScheduler"), f"{_LIT}:Inert"),
    }


def _audacity(name: str) -> dict[str, Mapping[str, str]]:
    return {
        name: {**_AUDACITY_CORE, **_AUDACITY_UTILS},
        f"{name}.core": _AUDACITY_CORE,
        f"{name}.utils": _AUDACITY_UTILS,
    }


STAND_INS: Mapping[str, Mapping[str, str]] = {
    "neutone_sdk": {**_CORE, **_PARAMETERS, **_EFFECT, **_GENERATIVE, **_SAVE},
    "neutone_sdk.core": _CORE,
    "neutone_sdk.parameter": _PARAMETERS,
    "neutone_sdk.wavform_to_wavform": _EFFECT,
    "neutone_sdk.waveform_to_waveform": _EFFECT,
    "neutone_sdk.non_realtime_wrapper": _GENERATIVE,
    "neutone_sdk.constants": _CONSTANTS,
    "neutone_sdk.audio": {
        **{name: f"{PAIRS}:{name}" for name in ("AudioSample", "AudioSamplePair", "get_default_audio_samples")},
        "render_audio_sample": "studio.hosts.neutone.rendering:render_audio_sample",
    },
    "neutone_sdk.utils": _UTILS,
    **{f"neutone_sdk.{module}": names for module, names in _BLOCKS.items()},
    **_audacity("audacitorch"),
    **_audacity("torchaudacity"),
    **_lightning("pytorch_lightning"),
    "lightning": _LIGHTNING,
    **_lightning("lightning.pytorch"),
    "transformers": _TRANSFORMERS,
    "transformers.modeling_utils": {"PreTrainedModel": _TRANSFORMERS["PreTrainedModel"]},
    "transformers.configuration_utils": {"PretrainedConfig": _TRANSFORMERS["PretrainedConfig"]},
    "transformers.modeling_outputs": {"ModelOutput": f"{_PRETRAINED}:ModelOutput"},
    "transformers.utils": {"ModelOutput": f"{_PRETRAINED}:ModelOutput"},
    **{name: {ANYTHING: f"{_LIT}:Inert"} for name in _TRAINING},
    "nn_tilde": {"Module": "studio.loading.shim.nn_tilde:Module"},
    "torchaudio": {**_ACCESS, "__version__": f"{FILES}:VERSION"},
    "torchaudio.transforms": {name: f"{TRANSFORMS}:{name}" for name in _TRANSFORMS},
    "torchaudio.functional": {name: f"{FUNCTIONAL}:{name}" for name in _FUNCTIONS},
}
"""Module → its names → `module:name` of ours. What is not listed is refused by its name."""
