"""The root of a Gen package: whole tracks in, whole tracks out, with progress and cancelling on the way."""

import math
from typing import Any, Dict, List, Optional

import torch
from torch import Tensor

from studio.hosts.neutone_gen.contract import PRESERVED
from studio.hosts.neutone_gen.scripted.described import Described
from studio.wrappers.resampler import Resampler

HOST = (48000, 2048)  # rate in Hz and block, until the plugin says otherwise


class Root(Described):
    """A model as Gen sees it.

    Shapes: `audio_in`: a sound `[1 or 2, n]` at the host's rate for each input track; `numerical_params`
    `[n_params, n]` 0…1 or None for the defaults → a sound `[channels, m]` at the *model's* rate for each output track,
    in time with the input. A pass that was cancelled returns no track.
    """

    preserved: List[str]

    def __init__(
        self,
        inner: Any,
        metadata: Dict[str, Any],
        defaults: List[float],
        block: int,
        sizes: bool,
        ratio: float,
        tokenizer: str,
        tokenizer_type: Optional[str],
        has_progress: bool,
        resampling: str,
    ) -> None:
        super().__init__(metadata, defaults, tokenizer, tokenizer_type)
        self.realtime, self.use_debug_mode = False, False
        self.nrb = inner
        self.preserved = list(PRESERVED)
        self.any_rate, self.any_block = HOST  # TorchScript knows no globals
        self.block, self.given = block, sizes
        self.ratio, self.reports = ratio, has_progress
        self.host_rate, self.model_rate = HOST[0], HOST[0]
        self.done, self.share = 0.0, 0.0  # percent before this block, and of one block
        self.resampler = Resampler(resampling)

    @torch.jit.export
    def set_daw_sample_rate_and_buffer_size(
        self,
        daw_sr: Optional[int] = None,
        daw_bs: Optional[int] = None,
        model_sr: Optional[int] = None,
        model_bs: Optional[int] = None,
    ) -> int:
        """Set rates and block; what is None or 0 is 48000 Hz and 2048 samples."""
        rate, block = self.any_rate, self.any_block
        if daw_sr is not None and daw_sr > 0:
            rate = daw_sr
        if daw_bs is not None and daw_bs > 0:
            block = daw_bs
        self.host_rate, self.model_rate = rate, self.nearest(rate)
        if model_sr is not None and (len(self.native_sample_rates) == 0 or model_sr in self.native_sample_rates):
            self.model_rate = model_sr
        if self.given:
            if model_bs is not None and model_bs in self.native_buffer_sizes:
                self.block = model_bs
        elif len(self.native_buffer_sizes) > 0:
            self.block = self.fitting(block)
        self.tell()
        self.reset()
        return -1

    def tell(self) -> None:
        self.nrb.set_sample_rate_and_buffer_size(self.model_rate, self.block)

    def nearest(self, rate: int) -> int:
        best = rate
        for each in self.native_sample_rates:
            if each == rate:
                return rate
            if best == rate or abs(each - rate) < abs(best - rate):
                best = each
        return best

    def fitting(self, block: int) -> int:
        best = self.native_buffer_sizes[0]
        for each in self.native_buffer_sizes:
            if abs(each - block) < abs(best - block):
                best = each
        return best

    def fold(self, audio: Tensor, channels: int) -> Tensor:
        if audio.size(0) == channels:
            return audio
        if channels == 1:
            return torch.mean(audio, dim=0, keepdim=True)
        return audio[:1].expand(channels, audio.size(1))

    def convert(self, audio: Tensor) -> Tensor:
        """A whole track at the model's rate, in time with the host's."""
        if self.host_rate == self.model_rate:
            return audio
        common = math.gcd(self.host_rate, self.model_rate)
        up, down = self.model_rate // common, self.host_rate // common
        self.resampler.prepare(up, down, down, audio.size(0))
        late = self.resampler.centre // down
        wanted = (audio.size(1) * up + down - 1) // down
        made = self.resampler(torch.constant_pad_nd(audio, [0, (late + 1) * down // up + 2]))
        return made[:, late : late + wanted]

    def stretch(self, params: Tensor, n: int) -> Tensor:
        """Positions at the model's rate: each sample takes the nearest earlier one."""
        if params.size(0) == 0 or params.size(1) == n:
            return params
        at = torch.div(torch.arange(n) * params.size(1), n, rounding_mode="floor")
        return params[:, at]

    def longer(self, sound: Tensor, n: int) -> Tensor:
        return torch.constant_pad_nd(sound, [0, n - sound.size(1)])

    def forward(
        self,
        audio_in: List[Tensor],
        numerical_params: Optional[Tensor] = None,
        text_params: Optional[List[str]] = None,
        tokens_params: Optional[List[List[int]]] = None,
    ) -> List[Tensor]:
        return self.forward_non_realtime(audio_in, numerical_params, text_params, tokens_params)

    @torch.jit.export
    def forward_non_realtime(
        self,
        audio_in: List[Tensor],
        numerical_params: Optional[Tensor] = None,
        text_params: Optional[List[str]] = None,
        tokens_params: Optional[List[List[int]]] = None,
    ) -> List[Tensor]:
        self.done, self.share = 0.0, 100.0
        self.nrb.start()
        tracks: List[Tensor] = []
        for row, channels in enumerate(self.audio_in_channels):
            if self.should_cancel_forward_pass():
                return []
            tracks.append(self.convert(self.fold(audio_in[row], channels)))
        params = self.defaults
        if self.n_params > 0 and numerical_params is not None:
            params = numerical_params
        n = tracks[0].size(1) if len(tracks) > 0 else params.size(1)
        if len(tracks) == 0 and (n <= 1 or self.n_params == 0):
            n = self.block
        params = params.expand(self.n_params, n) if params.size(1) == 1 else self.stretch(params, n)
        text = self.default_text()
        if self.with_text and text_params is not None:
            text = text_params
        tokens = self.default_tokens()
        if self.with_tokens and tokens_params is not None:
            tokens = tokens_params
        return self.run(tracks, params, text, tokens, n)

    def run(
        self, tracks: List[Tensor], params: Tensor, text: List[str], tokens: List[List[int]], n: int
    ) -> List[Tensor]:
        """Block by block, or at once; the model's delay and what was added to fill blocks are taken out."""
        late = self.nrb.calc_model_delay_samples()
        block = n + late
        if not self.one_shot and len(tracks) > 0:
            block = self.block
        count = (n + late + block - 1) // block
        whole = count * block
        padded = [self.longer(track, whole) for track in tracks]
        more = params[:, params.size(1) - 1 :].expand(params.size(0), whole - params.size(1))
        turned = torch.cat([params, more], 1)
        made: List[List[Tensor]] = []
        self.share = 100.0 / count
        for index in range(count):
            if self.should_cancel_forward_pass():
                return []
            self.done = index * self.share
            first, last = index * block, (index + 1) * block
            parts = [track[:, first:last].contiguous() for track in padded]
            given = self.nrb(index, parts, turned[:, first:last].contiguous(), text, tokens)
            if self.should_cancel_forward_pass():
                return []
            made.append([each.clone() for each in given])
        self.done, self.share = 100.0, 0.0
        out: List[Tensor] = []
        for row in range(len(self.audio_out_channels)):
            track = torch.cat([each[row] for each in made], 1)
            if len(tracks) > 0 and (late > 0 or not self.one_shot):
                start, length = int(late * self.ratio), math.ceil(n * self.ratio)
                track = track[:, start : start + length]
            out.append(track)
        return out

    @torch.jit.export
    def reset(self) -> None:
        self.nrb.reset()
        self.done, self.share = 0.0, 0.0

    @torch.jit.export
    def is_resampling(self) -> bool:
        return self.host_rate != self.model_rate

    @torch.jit.export
    def get_progress_percentage(self) -> float:
        return self.done + self.share * self.nrb.get_progress_percentage() / 100.0

    @torch.jit.export
    def has_progress_percentage(self) -> bool:
        return self.reports

    @torch.jit.export
    def should_cancel_forward_pass(self) -> bool:
        return self.nrb.should_cancel_forward_pass()

    @torch.jit.export
    def request_cancel_forward_pass(self) -> None:
        self.nrb.request_cancel_forward_pass()

    @torch.jit.export
    def get_current_model_sample_rate(self) -> int:
        return self.model_rate

    @torch.jit.export
    def get_current_model_buffer_size(self) -> int:
        return self.block

    @torch.jit.export
    def get_preserved_attributes(self) -> List[str]:
        return self.preserved
