"""A sound through a package that was loaded, for scripts that were written for Neutone's SDK."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from studio.hosts.neutone.pairs import AudioSample
from studio.loading.opening import is_held_back
from studio.loading.shim.functional import resample
from studio.wrappers.torchscript import ScriptModule

BLOCK = 512


def render_audio_sample(
    model: ScriptModule, input_sample: AudioSample, params: Tensor | None = None, output_sr: int = 44100
) -> list[AudioSample]:
    """What the plugin would play, without its delay; the sound itself while a file is being opened.

    Args:
        model: a package for real time, as `load_neutone_model` gives it.
        input_sample: the sound.
        params: positions of the four knobs, 0…1, `[4]` or `[4, frames]`; None for the defaults.
        output_sr: rate of the result in Hz.

    Returns: a list of one sound.
    """
    if is_held_back("render_audio_sample"):
        return [input_sample]
    audio = input_sample.audio
    if audio.size(0) != (1 if model.is_input_mono() else 2):
        audio = audio.mean(0, keepdim=True) if model.is_input_mono() else audio.expand(2, -1)
    frames = audio.size(1)
    model.set_daw_sample_rate_and_buffer_size(input_sample.sr, BLOCK)
    model.reset()
    delay = int(model.calc_buffering_delay_samples()) + int(model.calc_model_delay_samples())
    whole = math.ceil((frames + delay) / BLOCK) * BLOCK
    knobs = model.get_default_param_values() if params is None else params.reshape(4, -1)
    knobs = knobs.expand(4, frames) if knobs.size(1) == 1 else knobs
    knobs = torch.cat([knobs, knobs[:, -1:].expand(4, whole - frames)], 1)
    padded = torch.constant_pad_nd(audio, [0, whole - frames])
    with torch.no_grad():
        blocks = zip(torch.split(padded, BLOCK, 1), torch.split(knobs, BLOCK, 1), strict=True)
        made = torch.cat([model(x.contiguous(), turned.contiguous()).clone() for x, turned in blocks], 1)
    model.reset()
    heard = made[:, delay : delay + frames]
    return [AudioSample(resample(heard, input_sample.sr, output_sr), output_sr)]
