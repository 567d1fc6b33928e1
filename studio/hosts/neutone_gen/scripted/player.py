"""A Gen package as a captured wrapper: whatever is heard goes through the package's own root."""

from typing import Any, List

import torch
from torch import Tensor, nn


class Player(nn.Module):
    """Calls `root` with the rows of all tracks one after the other, text and tokens at their defaults.

    Shapes: x `[channels of all input tracks, n]` at the rate given to `prepare`, params `[n_params, n]` 0…1 →
    `[channels of all output tracks, m]` at the model's rate.
    """

    into: List[int]

    def __init__(self, root: Any, into: List[int]) -> None:
        super().__init__()
        self.root, self.into = root, list(into)

    def forward(self, x: Tensor, params: Tensor) -> Tensor:
        tracks: List[Tensor] = []
        row = 0
        for count in self.into:
            tracks.append(x[row : row + count])
            row += count
        return torch.cat(self.root.forward_non_realtime(tracks, params), 0)

    @torch.jit.export
    def reset(self) -> None:
        self.root.reset()

    @torch.jit.export
    def prepare(self, sample_rate: int, block: int) -> None:
        self.root.set_daw_sample_rate_and_buffer_size(sample_rate, block)

    @torch.jit.export
    def latency(self) -> int:
        return 0
