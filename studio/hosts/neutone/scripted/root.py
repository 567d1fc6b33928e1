"""The root of a .nm file: the methods that the Neutone plugin calls, over the same Stream that is heard."""

from typing import Any, Dict, List, Optional

import torch
from torch import Tensor

from studio.hosts.neutone.scripted.described import Described
from studio.hosts.neutone.scripted.inner import Inner
from studio.wrappers.captured import Captured
from studio.wrappers.stream import Stream

PRESERVED = [
    "forward_bt",
    "is_input_mono",
    "is_output_mono",
    "get_native_sample_rates",
    "get_native_buffer_sizes",
    "is_resampling",
    "calc_buffering_delay_samples",
    "calc_model_delay_samples",
    "set_daw_sample_rate_and_buffer_size",
    "reset",
    "get_preserved_attributes",
    "to_metadata",
    "get_metadata_json",
    "get_wet_default_value",
    "get_dry_default_value",
    "get_default_param_values",
    "get_input_gain_default_value",
    "get_output_gain_default_value",
    "w2w_base",
]


class Root(Described):
    """A captured wrapper as the plugin sees it.

    Shapes: x `[1 or 2, n]` with the n that `set_daw_sample_rate_and_buffer_size` announced, params `[4, n]` 0…1 or
        None for the defaults → `[channels of x, n]`.
    """

    preserved: List[str]
    behind: Tensor

    def __init__(self, captured: Captured, metadata: Dict[str, Any], defaults: List[float]) -> None:
        super().__init__(metadata, defaults)
        self.realtime = True
        self.stream = Stream(captured)
        self.w2w_base = Inner(captured, metadata, defaults)
        self.preserved = list(PRESERVED)
        self.early = (
            0  # samples that forward_bt still has to leave out, so that it is ahead of forward by the buffering
        )
        self.register_buffer("behind", torch.zeros(1, 0))

    def forward(self, x: Tensor, params: Optional[Tensor] = None) -> Tensor:
        return self.stream(x, self.rest(x.size(1)) if params is None else self.rows(params))

    @torch.jit.export
    def forward_bt(self, x: Tensor, params: Optional[Tensor] = None) -> Optional[Tensor]:
        """What is ready, in multiples of the host's block; None where that is nothing."""
        if self.stream.direct:
            return self.forward(x, params)
        n = x.size(1)
        made = self.stream.drain(x, self.rest(n) if params is None else self.rows(params))
        left_out = min(self.early, made.size(1))
        self.early -= left_out
        self.behind = torch.cat([self.behind, made[:, left_out:]], 1)
        whole = self.behind.size(1) // n * n
        if whole == 0:
            return None
        ready = self.behind[:, :whole]
        self.behind = self.behind[:, whole:]
        return self.stream.fold_out(ready, x.size(0))

    @torch.jit.export
    def forward_offline(self, x: Tensor, params: Optional[Tensor] = None) -> Tensor:
        """A whole sound at once, in time with the input; any length."""
        n, block, late = x.size(1), self.stream.host_block, self.stream.latency()
        turned = self.rest(n) if params is None else self.rows(params)
        more = (n + late + block - 1) // block * block - n
        fed = torch.constant_pad_nd(x, [0, more])
        turned = torch.cat([turned, turned[:, n - 1 :].expand(self.n_params, more)], 1)
        self.reset()
        made: List[Tensor] = []
        for start in range(0, n + more, block):
            end = start + block
            made.append(self.stream(fed[:, start:end], turned[:, start:end]).clone())
        self.reset()
        return torch.cat(made, 1)[:, late : late + n]

    @torch.jit.export
    def set_daw_sample_rate_and_buffer_size(
        self, daw_sr: int, daw_bs: int, model_sr: Optional[int] = None, model_bs: Optional[int] = None
    ) -> int:
        """Allocate everything for this host; returns the most samples that forward_bt may give at once."""
        rate, block = self.stream.choose_rate(daw_sr), 0
        if model_sr is not None and (len(self.native_sample_rates) == 0 or model_sr in self.native_sample_rates):
            rate = model_sr
        if model_bs is not None and self.takes(model_bs):
            block = model_bs
        self.stream.set_up(daw_sr, daw_bs, rate, block)
        self.forget()
        most = self.stream.block if self.stream.block > 0 else daw_bs
        return 2 * daw_bs + most * daw_sr // rate + 1

    def takes(self, size: int) -> bool:
        """Whether the model takes blocks of this size."""
        if len(self.stream.sizes) > 0:
            return size in self.stream.sizes
        return size >= self.stream.min_block and size % self.stream.multiple == 0

    def forget(self) -> None:
        self.early = self.stream.filtering
        self.behind = torch.zeros(self.stream.rows, 0)

    @torch.jit.export
    def reset(self) -> None:
        self.stream.reset()
        self.w2w_base.back.reset()
        self.forget()

    @torch.jit.export
    def is_resampling(self) -> bool:
        return self.stream.converts_in

    @torch.jit.export
    def calc_buffering_delay_samples(self) -> int:
        return self.stream.buffering_latency()

    @torch.jit.export
    def calc_model_delay_samples(self) -> int:
        return self.stream.model_latency()

    @torch.jit.export
    def get_default_param_values(self) -> Tensor:
        return torch.constant_pad_nd(self.defaults, [0, 0, 0, self.knobs - self.n_params])

    @torch.jit.export
    def get_default_param_names(self) -> List[str]:
        return self.w2w_base.get_default_param_names()

    @torch.jit.export
    def get_default_param_descriptions(self) -> List[str]:
        return self.w2w_base.get_default_param_descriptions()

    @torch.jit.export
    def get_default_param_types(self) -> List[str]:
        return self.w2w_base.get_default_param_types()

    @torch.jit.export
    def get_default_param_used(self) -> List[bool]:
        return self.w2w_base.get_default_param_used()

    @torch.jit.export
    def to_metadata(self) -> Dict[str, Any]:
        return self.all_metadata()

    @torch.jit.export
    def get_metadata_json(self) -> str:
        return self.metadata_json

    @torch.jit.export
    def get_preserved_attributes(self) -> List[str]:
        return self.preserved
