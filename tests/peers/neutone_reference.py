"""Write reference packages with neutone_sdk itself. Runs in the environment that tests/benchmarks/peer.py makes.

    python neutone_reference.py FOLDER      one FOLDER/NAME/model.nm for each name below, made anew only where absent
"""

import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Dict, List

warnings.filterwarnings("ignore")
os.environ.setdefault("LOGLEVEL", "ERROR")

import torch
from torch import Tensor, nn
from neutone_sdk import ContinuousNeutoneParameter, NeutoneParameter, WaveformToWaveformBase
from neutone_sdk.utils import save_neutone_model

logging.disable(logging.CRITICAL)


class Ident(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x


class Clip(nn.Module):
    def forward(self, x: Tensor, lo: Tensor, hi: Tensor, g: Tensor) -> Tensor:
        return torch.clip(x, min=-lo * g, max=hi * g)


class Base(WaveformToWaveformBase):
    def get_model_name(self) -> str: return "reference"
    def get_model_authors(self) -> List[str]: return ["A"]
    def get_model_short_description(self) -> str: return "x"
    def get_model_long_description(self) -> str: return "x"
    def get_technical_description(self) -> str: return "x"
    def get_tags(self) -> List[str]: return ["x"]
    def get_model_version(self) -> str: return "1"
    def is_experimental(self) -> bool: return False
    @torch.jit.export
    def is_input_mono(self) -> bool: return False
    @torch.jit.export
    def is_output_mono(self) -> bool: return False


class IdentBase(Base):
    def do_forward_pass(self, x: Tensor, params: Dict[str, Tensor]) -> Tensor:
        return self.model.forward(x)


class ClipBase(Base):
    def get_neutone_parameters(self) -> List[NeutoneParameter]:
        return [ContinuousNeutoneParameter(name, "d", value) for name, value in (("lo", 0.5), ("hi", 0.5), ("g", 1.0))]

    def do_forward_pass(self, x: Tensor, params: Dict[str, Tensor]) -> Tensor:
        return self.model.forward(x, params["lo"], params["hi"], params["g"])


class ident_any_any(IdentBase):
    @torch.jit.export
    def get_native_sample_rates(self) -> List[int]: return []
    @torch.jit.export
    def get_native_buffer_sizes(self) -> List[int]: return []


class ident_44100_any(IdentBase):
    @torch.jit.export
    def get_native_sample_rates(self) -> List[int]: return [44100]
    @torch.jit.export
    def get_native_buffer_sizes(self) -> List[int]: return []


class ident_48000_any(IdentBase):
    @torch.jit.export
    def get_native_sample_rates(self) -> List[int]: return [48000]
    @torch.jit.export
    def get_native_buffer_sizes(self) -> List[int]: return []


class ident_any_512(IdentBase):
    @torch.jit.export
    def get_native_sample_rates(self) -> List[int]: return []
    @torch.jit.export
    def get_native_buffer_sizes(self) -> List[int]: return [512]


class ident_any_2048(IdentBase):
    @torch.jit.export
    def get_native_sample_rates(self) -> List[int]: return []
    @torch.jit.export
    def get_native_buffer_sizes(self) -> List[int]: return [2048]


class ident_44100_2048(IdentBase):
    @torch.jit.export
    def get_native_sample_rates(self) -> List[int]: return [44100]
    @torch.jit.export
    def get_native_buffer_sizes(self) -> List[int]: return [2048]


class clip_any_any(ClipBase):
    @torch.jit.export
    def get_native_sample_rates(self) -> List[int]: return []
    @torch.jit.export
    def get_native_buffer_sizes(self) -> List[int]: return []


class clip_44100_any(ClipBase):
    @torch.jit.export
    def get_native_sample_rates(self) -> List[int]: return [44100]
    @torch.jit.export
    def get_native_buffer_sizes(self) -> List[int]: return []


class clip_48000_any(ClipBase):
    @torch.jit.export
    def get_native_sample_rates(self) -> List[int]: return [48000]
    @torch.jit.export
    def get_native_buffer_sizes(self) -> List[int]: return []


NAMES = [ident_any_any, ident_44100_any, ident_48000_any, ident_any_512, ident_any_2048, ident_44100_2048,
         clip_any_any, clip_44100_any, clip_48000_any]

if __name__ == "__main__":
    for kind in NAMES:
        folder = Path(sys.argv[1]) / kind.__name__
        if not (folder / "model.nm").exists():
            model = Ident() if kind.__name__.startswith("ident") else Clip()
            save_neutone_model(kind(model), folder, dump_samples=False, submission=False, speed_benchmark=False,
                               test_offline_mode=False)
    print(len(NAMES), "packages in", sys.argv[1])
