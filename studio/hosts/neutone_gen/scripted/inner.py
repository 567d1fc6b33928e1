"""The submodule `nrb` of a Gen package: the captured wrapper, called with tracks."""

from typing import Any, List, Optional

import torch
from torch import Tensor, nn

from studio.wrappers.captured import Captured


class GenerativeInner(nn.Module):
    """A model that was written for Gen."""

    def __init__(self, captured: Captured) -> None:
        super().__init__()
        self.model: Any = captured.module
        self.realtime = False

    def forward(
        self, index: int, audio_in: List[Tensor], params: Tensor, text: List[str], tokens: List[List[int]]
    ) -> List[Tensor]:
        return self.model.generate(index, audio_in, params, text, tokens)

    def start(self) -> None:
        """A new pass; what the model keeps from one to the next is its author's affair."""

    @torch.jit.export
    def set_sample_rate_and_buffer_size(self, sample_rate: int, n_samples: int) -> bool:
        self.model.prepare(sample_rate, n_samples)
        return True

    @torch.jit.export
    def reset(self) -> bool:
        self.model.reset()
        return True

    @torch.jit.export
    def get_progress_percentage(self) -> float:
        return self.model.core.progress()

    @torch.jit.export
    def should_cancel_forward_pass(self) -> bool:
        return self.model.core.is_cancelled()

    @torch.jit.export
    def request_cancel_forward_pass(self) -> None:
        self.model.core.cancel()

    @torch.jit.export
    def calc_model_delay_samples(self) -> int:
        return self.model.latency()


class EffectInner(nn.Module):
    """An effect as a Gen model: one track in, one out for each of its outputs."""

    out: List[int]

    def __init__(self, captured: Captured) -> None:
        super().__init__()
        self.model: Any = captured.module
        self.realtime, self.cancelled = False, False
        self.out = [output.channels for output in captured.call.outputs]

    def forward(
        self,
        index: int,
        audio_in: List[Tensor],
        params: Tensor,
        text: Optional[List[str]] = None,
        tokens: Optional[List[List[int]]] = None,
    ) -> List[Tensor]:
        made = self.model(audio_in[0], params)
        tracks: List[Tensor] = []
        row = 0
        for count in self.out:
            tracks.append(made[row : row + count])
            row += count
        return tracks

    def start(self) -> None:
        """A new pass is a new sound."""
        self.model.reset()

    @torch.jit.export
    def set_sample_rate_and_buffer_size(self, sample_rate: int, n_samples: int) -> bool:
        self.model.prepare(sample_rate, n_samples)
        return True

    @torch.jit.export
    def reset(self) -> bool:
        self.cancelled = False
        self.model.reset()
        return True

    @torch.jit.export
    def get_progress_percentage(self) -> float:
        return 0.0  # of a block, which is over at once

    @torch.jit.export
    def should_cancel_forward_pass(self) -> bool:
        return self.cancelled

    @torch.jit.export
    def request_cancel_forward_pass(self) -> None:
        self.cancelled = True

    @torch.jit.export
    def calc_model_delay_samples(self) -> int:
        return self.model.latency()
