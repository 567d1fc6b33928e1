"""The root of a plain file: the whole sound and the knobs in, the whole result out, in time."""

from typing import Optional, Tuple

import torch
from torch import Tensor

from studio.hosts.audacity.scripted.label_root import LabelRoot
from studio.hosts.audacity.scripted.root import EffectRoot


def turned(params: Optional[Tensor], positions: Tensor, n: int, whole: int) -> Tensor:
    """Knob positions `[n_params, whole]`: those given `[n_params, 1 or n]`, the last one held, else the defaults.

    Compiled into the package.
    """
    if params is None:
        return positions.expand(positions.size(0), whole)
    assert params.dim() == 2 and params.size(0) == positions.size(0), "params has to be [knobs, 1 or samples]"
    assert params.size(1) == 1 or params.size(1) == n, "params has to be [knobs, 1 or samples]"
    last = params[:, params.size(1) - 1 :]
    return torch.cat([params, last.expand(params.size(0), whole - params.size(1))], 1)


class PlainRoot(EffectRoot):
    """Each call stands for itself: the same sound and knobs always give the same result.

    Shapes: x `[channels, n]` at the model's rate, params `[n_params, 1 or n]` 0…1 → `[rows, n]`.
    """

    def forward(self, x: Tensor, params: Optional[Tensor] = None) -> Tensor:
        fed = self.prepared(x)
        return self.whole(fed, turned(params, self.positions, x.size(1), fed.size(1)), x.size(1))

    @torch.jit.export
    def hear(self, x: Tensor, params: Tensor) -> Tensor:
        """The model itself, block by block."""
        return self.stream.inner(x, params)


class PlainLabelRoot(LabelRoot):
    """The same for a labeller.

    Shapes: x `[channels, n]`, params `[n_params, 1 or n]` → class indexes `[labels]`, times `[labels, 2]` in seconds.
    """

    def forward(self, x: Tensor, params: Optional[Tensor] = None) -> Tuple[Tensor, Tensor]:
        return self.found(x, turned(params, self.positions, x.size(1), x.size(1)))

    @torch.jit.export
    def hear(self, x: Tensor, params: Tensor) -> Tuple[Tensor, Tensor]:
        """The model itself, block by block."""
        return self.inner(x, params)
