"""The shell around a model that wants short-time spectra instead of waves."""

from typing import Any, List

import torch
from torch import Tensor, nn

from studio.document.call import Call
from studio.document.treatment import Spectrum
from studio.errors import ModelError
from studio.wrappers.shell import Shell
from studio.wrappers.spectrum import ShortTime, window_of


class Form(nn.Module):
    """What a model is shown of spectra, and what becomes of its answer.

    Shapes: spectra `[channels, bins, frames, 2]`; shown `[channels, bins, frames]`, or as they are if complex.
    """

    def __init__(self, spectrum: Spectrum) -> None:
        super().__init__()
        self.form, self.mask = spectrum.form, spectrum.mask

    def forward(self, spectra: Tensor) -> Tensor:
        if self.form == "complex":
            return spectra
        power = spectra[..., 0] * spectra[..., 0] + spectra[..., 1] * spectra[..., 1]
        if self.form == "power":
            return power
        magnitude = torch.sqrt(power)
        return torch.log1p(magnitude) if self.form == "log" else magnitude

    @torch.jit.export
    def applied(self, made: Tensor, spectra: Tensor) -> Tensor:
        """Spectra of the output: the model's own, or those that came in, masked or with other magnitudes."""
        times = made.size(0) // spectra.size(0)
        carrier = spectra.repeat([times, 1, 1, 1]) if times > 1 else spectra
        if made.dim() == 4:
            if not self.mask:
                return made
            real = made[..., 0] * carrier[..., 0] - made[..., 1] * carrier[..., 1]
            return torch.stack([real, made[..., 0] * carrier[..., 1] + made[..., 1] * carrier[..., 0]], 3)
        if self.mask:
            return carrier * made.unsqueeze(3)
        if self.form == "power":
            made = torch.sqrt(torch.clamp(made, min=0.0))
        if self.form == "log":
            made = torch.expm1(made)
        size = torch.sqrt(carrier[..., 0] * carrier[..., 0] + carrier[..., 1] * carrier[..., 1])
        return carrier * (made / torch.clamp(size, min=1e-12)).unsqueeze(3)


class SpectralShell(Shell):
    """STFT, model, inverse STFT. The model gets `[earlier | new | later]` frames; the new ones are used.

    Shapes: `[channels, k·hop·frames]` in, `[rows, the same]` out.
    Delay: n_fft − hop samples, and the later frames.
    """

    heard: Tensor

    def __init__(self, core: nn.Module, call: Call) -> None:
        spectrum = call.spectrum
        assert spectrum is not None
        late = spectrum.n_fft - spectrum.hop + call.look_ahead
        super().__init__(core, call.latency + late)
        self.frames, self.step = spectrum.frames, spectrum.frames * spectrum.hop
        self.earlier, self.later = call.look_behind // spectrum.hop, call.look_ahead // spectrum.hop
        window = window_of(spectrum.window, spectrum.n_fft)
        self.short_time: Any = ShortTime(window, spectrum.hop, call.channels_in, call.channels_out)
        self.form: Any = Form(spectrum)
        bins = spectrum.n_fft // 2 + 1
        self.register_buffer("heard", torch.zeros(call.channels_in, bins, self.earlier + self.later, 2))

    @torch.jit.export
    def prepare(self, sample_rate: int, block: int) -> None:  # noqa: ARG002 - the model is given frames
        if hasattr(self.core, "tell"):
            self.core.tell(sample_rate, self.step)

    def forward(self, x: Tensor, params: Tensor) -> Tensor:
        made: List[Tensor] = []
        for start in range(0, x.size(1), self.step):
            made.append(self.one(x[:, start : start + self.step], params[:, start : start + self.step]))
        return made[0] if len(made) == 1 else torch.cat(made, 1)

    def one(self, x: Tensor, params: Tensor) -> Tensor:
        whole = torch.cat([self.heard, self.short_time.analyse(x)], 2)
        self.heard = whole[:, :, self.frames :].clone()
        made = self.core(self.form(whole), params.clone())
        if made.size(2) > self.frames:
            made = made[:, :, self.earlier : self.earlier + self.frames]
        used = whole[:, :, self.earlier : self.earlier + self.frames]
        return self.short_time.synthesise(self.form.applied(made, used))


def shown(spectrum: Spectrum, call: Call, seed: int, level: float) -> Tensor:
    """An example of what the model is given, made of noise `level` loud."""
    frames = spectrum.frames + (call.look_behind + call.look_ahead) // spectrum.hop
    samples = spectrum.n_fft + (frames - 1) * spectrum.hop
    noise = (torch.rand(call.channels_in, samples, generator=torch.Generator().manual_seed(seed)) * 2 - 1) * level
    cut = noise.unfold(1, spectrum.n_fft, spectrum.hop) * window_of(spectrum.window, spectrum.n_fft).float()
    made: Tensor = Form(spectrum)(torch.view_as_real(torch.fft.rfft(cut)).transpose(1, 2))
    return made.contiguous()


def refuse_odd_layout(spectrum: Spectrum) -> None:
    """Raise ModelError where a layout does not name the axes of spectra."""
    axes = spectrum.layout
    allowed = "BCFTR" if spectrum.form == "complex" else "BCFT"
    if len(set(axes)) == len(axes) and {"F", "T"} <= set(axes) <= set(allowed):
        return
    said = f"{axes} is no layout for {spectrum.form} spectra."
    raise ModelError(said, f"Write F and T, and of {', '.join(allowed)} what the model wants.", fields=["spectrum"])
