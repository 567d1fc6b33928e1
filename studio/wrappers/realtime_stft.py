"""Short-time spectra for authors: sound in, spectra with some past out, and back, block by block."""

import math
from typing import Any, List, Optional

import torch
from torch import Tensor, nn

from studio.wrappers.spectrum import ShortTime, window_of


class RealtimeSTFT(nn.Module):
    """STFT and inverse STFT with state, under the names of Neutone's SDK.

    Unlike there, no frame is guessed before it is heard: spectra that are left alone give back the sound exactly,
    `calc_model_delay_samples()` later, and blocks of any whole number of hops sound the same.

    Args:
        model_io_n_frames: frames that the model gets; the newest come last.
        io_n_ch: channels.
        io_n_samples: samples in a block, a multiple of `hop_len`, at most model_io_n_frames hops.
        n_fft: samples of a frame.
        hop_len: samples from frame to frame.
        window: `[n_fft]`; a Hann window where it is None.
        power: of the magnitude; None for the real part alone, the imaginary part is then kept as phases are.
        logarithmize: give log10.
        ensure_pos_spec: shift logarithms so that none is below 0.
        use_phase_info: put the phases back that came in; else all are 0.
        eps: least magnitude whose logarithm is taken.
        unneeded: `center`, `fade_n_samples` and `use_debug_mode` of the SDK change nothing here.
    """

    spectra: Tensor

    def __init__(
        self,
        model_io_n_frames: int = 16,
        io_n_ch: int = 2,
        io_n_samples: int = 512,
        n_fft: int = 2048,
        hop_len: int = 512,
        window: Optional[Tensor] = None,
        *,
        power: Optional[float] = 1.0,
        logarithmize: bool = True,
        ensure_pos_spec: bool = True,
        use_phase_info: bool = True,
        eps: float = 1e-8,
        **unneeded: Any,
    ) -> None:
        super().__init__()
        unknown = set(unneeded) - {"center", "fade_n_samples", "use_debug_mode"}
        if unknown:
            raise TypeError(f"RealtimeSTFT takes no {', '.join(sorted(unknown))}")
        self.model_io_n_frames, self.io_n_ch, self.n_fft, self.hop_len = model_io_n_frames, io_n_ch, n_fft, hop_len
        self.power = 1.0 if power is None else float(power)
        self.parts, self.logarithmize, self.use_phase_info = power is None, logarithmize, use_phase_info
        self.eps, self.lift = eps, -math.log10(eps) if ensure_pos_spec else 0.0
        self.n_bins = n_fft // 2 + 1
        self.short_time = ShortTime(window_of("hann", n_fft) if window is None else window, hop_len, io_n_ch, io_n_ch)
        self.register_buffer("spectra", torch.zeros(io_n_ch, self.n_bins, model_io_n_frames, 2))
        self.io_n_samples = io_n_samples
        self.set_buffer_size(io_n_samples)

    @torch.jit.export
    def set_buffer_size(self, io_n_samples: int) -> None:
        """Announce blocks of another size, and forget what was heard."""
        assert io_n_samples % self.hop_len == 0, "blocks must be whole hops"
        assert self.hop_len <= io_n_samples <= self.model_io_n_frames * self.hop_len, "a block must fit in the frames"
        self.io_n_samples = io_n_samples
        self.reset()

    @torch.jit.export
    def calc_supported_buffer_sizes(self) -> List[int]:
        return [self.hop_len * frames for frames in range(1, self.model_io_n_frames + 1)]

    @torch.jit.export
    def calc_min_buffer_size(self) -> int:
        return self.hop_len

    @torch.jit.export
    def calc_max_buffer_size(self) -> int:
        return self.hop_len * self.model_io_n_frames

    @torch.jit.export
    def calc_model_delay_samples(self) -> int:
        """Samples by which what comes back lags behind."""
        return self.n_fft - self.hop_len

    @torch.jit.export
    def reset(self) -> None:
        self.spectra.zero_()
        self.short_time.reset()

    @torch.jit.export
    def audio_to_spec(self, audio: Tensor) -> Tensor:
        """`[io_n_ch, samples]` → `[io_n_ch, n_fft/2 + 1, model_io_n_frames]`, the latest frames last."""
        whole = torch.cat([self.spectra, self.short_time.analyse(audio)], 2)
        self.spectra.copy_(whole[:, :, -self.model_io_n_frames :])
        real, imaginary = self.spectra[..., 0], self.spectra[..., 1]
        if self.parts:
            made = real.clone()
        else:
            made = torch.pow(real * real + imaginary * imaginary, self.power / 2.0)
        if self.logarithmize:
            made = torch.log10(torch.clamp(made, min=self.eps)) + self.lift
        return made

    @torch.jit.export
    def spec_to_audio(self, spec: Tensor) -> Tensor:
        """Spectra of the form that `audio_to_spec` gives → `[io_n_ch, samples]`: the block that is complete."""
        frames = self.io_n_samples // self.hop_len
        made, known = spec[:, :, -frames:], self.spectra[:, :, -frames:]
        if self.logarithmize:
            made = torch.pow(10.0, made - self.lift)
        if self.parts:
            imaginary = known[..., 1] if self.use_phase_info else torch.zeros_like(made)
            return self.short_time.synthesise(torch.stack([made, imaginary], 3))
        if self.power != 1.0:
            made = torch.pow(torch.clamp(made, min=0.0), 1.0 / self.power)
        if not self.use_phase_info:
            return self.short_time.synthesise(torch.stack([made, torch.zeros_like(made)], 3))
        size = torch.sqrt(known[..., 0] * known[..., 0] + known[..., 1] * known[..., 1])
        return self.short_time.synthesise(known * (made / torch.clamp(size, min=1e-12)).unsqueeze(3))
