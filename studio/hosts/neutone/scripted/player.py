"""A Neutone package as a captured wrapper: whatever is heard goes through the package's own root."""

from typing import Any

import torch
from torch import Tensor, nn

from studio.hosts.neutone.scripted.described import KNOBS


class Player(nn.Module):
    """Calls `root` as the plugin does.

    Shapes: x `[1 or 2, n]` at the host's rate, params `[n_params, n]` 0…1 → as many rows; n as promised to `prepare`.
    """

    defaults: Tensor

    def __init__(self, root: Any, defaults: Tensor) -> None:
        super().__init__()
        self.root, self.knobs = root, KNOBS
        self.register_buffer("defaults", defaults)

    def forward(self, x: Tensor, params: Tensor) -> Tensor:
        unused = self.defaults[params.size(0) :].expand(self.knobs - params.size(0), x.size(1))
        return self.root.forward(x, torch.cat([params, unused], 0)).clone()

    @torch.jit.export
    def reset(self) -> None:
        self.root.reset()

    @torch.jit.export
    def prepare(self, sample_rate: int, block: int) -> None:
        self.root.set_daw_sample_rate_and_buffer_size(sample_rate, block)

    @torch.jit.export
    def latency(self) -> int:
        return self.root.calc_buffering_delay_samples() + self.root.calc_model_delay_samples()
