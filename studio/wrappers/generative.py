"""Models that make sound as a whole, as Neutone Gen calls them: several tracks, a text, tokens."""

from __future__ import annotations

from enum import Enum
from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor, nn

from studio.document.call import Call, Output
from studio.document.card import ModelCard
from studio.document.parameter import Parameter
from studio.errors import ModelError
from studio.wrappers.base import Wrapper
from studio.wrappers.neutone_model import DEFAULT_DAW_BS, DEFAULT_DAW_SR, MAX_N_PARAMS, NeutoneModel, card_of
from studio.wrappers.neutone_parameters import plain


class TokenizerType(Enum):
    """What made the file that a tokens model's tokenizer is read from."""

    JSON = "JSON"
    SENTENCEPIECE = "SentencePiece"
    RWKVWORLD = "RWKVWorld"


class NonRealtimeBase(NeutoneModel, Wrapper):
    """A model for Neutone Gen; its source is compiled, so it has to be TorchScript.

    Args:
        model: the network; it is put in evaluation mode and kept as `self.model`.
        use_debug_mode: taken for the SDK's sake; a captured model never checks itself.
    """

    def __init__(self, model: nn.Module | None = None, use_debug_mode: bool = False) -> None:  # noqa: ARG002
        super().__init__()
        if model is not None:
            model.eval()
            self.model = model
        self.use_debug_mode, self.realtime = False, False
        self.MAX_N_PARAMS = MAX_N_PARAMS + 2
        self.progress_percentage, self.cancel_forward_pass_requested = 0.0, False
        self.current_model_sample_rate, self.current_model_buffer_size = DEFAULT_DAW_SR, DEFAULT_DAW_BS

    def get_audio_in_channels(self) -> List[int]:
        """Channels of each input track, 1 or 2; empty for a model that hears nothing."""
        raise NotImplementedError("implement get_audio_in_channels")

    def get_audio_out_channels(self) -> List[int]:
        """Channels of each output track, 1 or 2."""
        raise NotImplementedError("implement get_audio_out_channels")

    def get_audio_in_labels(self) -> List[str]:
        """A name for each input track, or none."""
        return []

    def get_audio_out_labels(self) -> List[str]:
        """A name for each output track, or none."""
        return []

    def is_one_shot_model(self) -> bool:
        """Whether it wants the whole sound at once; else it is called block by block."""
        raise NotImplementedError("implement is_one_shot_model")

    def do_forward_pass(
        self,
        curr_block_idx: int,
        audio_in: List[Tensor],
        numerical_params: Dict[str, Tensor],
        text_params: List[str],
        tokens_params: List[List[int]],
    ) -> List[Tensor]:
        """Make the output tracks.

        Args:
            curr_block_idx: number of the block; 0 for a one-shot model.
            audio_in: a sound `[channels, samples]` for each input track.
            numerical_params: knobs by name, in their own units; a choice is its number.
            text_params: the text, where the model has such a parameter.
            tokens_params: the tokens, where the model has such a parameter.

        Returns: a sound `[channels, samples]` for each output track, all of one length.
        """
        raise NotImplementedError("implement do_forward_pass")

    def aggregate_numerical_params_0to1(self, numerical_params_0to1: Tensor) -> Tensor:
        """What becomes of sample-accurate knob positions `[n_params, samples]` before they are mapped: their mean."""
        return torch.mean(numerical_params_0to1, dim=1, keepdim=True)

    def has_progress_percentage(self) -> bool:
        """Whether `set_progress_percentage` is called on the way."""
        return True

    def set_progress_percentage(self, progress_percentage: float) -> None:
        """Tell how far a pass has come, 0…100."""
        self.progress_percentage = progress_percentage

    def get_progress_percentage(self) -> float:
        return self.progress_percentage

    def should_cancel_forward_pass(self) -> bool:
        """Whether the user wants no more of this pass; ask it in long loops."""
        return self.cancel_forward_pass_requested

    def request_cancel_forward_pass(self) -> None:
        self.cancel_forward_pass_requested = True

    def get_current_model_sample_rate(self) -> int:
        return self.current_model_sample_rate

    def get_current_model_buffer_size(self) -> int:
        return self.current_model_buffer_size

    def get_model_bpm(self) -> Optional[int]:
        """The tempo it was trained on, where it has one."""
        return None

    def get_tokenizer_str(self) -> str:
        """The tokenizer's file, base64; empty without one."""
        return ""

    def get_tokenizer_type(self) -> Optional[str]:
        return None


class NonRealtimeTokenizerBase(NonRealtimeBase):
    """A model whose text the plugin turns into tokens.

    Args:
        model: the network.
        tokenizer_str: the tokenizer's file as base64.
        tokenizer_type: what kind of file that is.
        use_debug_mode: taken for the SDK's sake.
    """

    def __init__(
        self, model: nn.Module, tokenizer_str: str, tokenizer_type: TokenizerType, use_debug_mode: bool = False
    ) -> None:
        super().__init__(model, use_debug_mode)
        self.tokenizer_str, self.tokenizer_type = tokenizer_str, tokenizer_type.value

    def get_tokenizer_str(self) -> str:
        return self.tokenizer_str

    def get_tokenizer_type(self) -> Optional[str]:
        return self.tokenizer_type


def generative_parameters(model: NonRealtimeBase) -> List[Parameter]:
    """All parameters a model declares, of every kind."""
    return [plain(each) for each in model.get_neutone_parameters()]


def describe_generative(model: NonRealtimeBase) -> Tuple[Call, ModelCard]:
    """What a model says of itself. Raises: ModelError where its tracks and their names cannot be."""
    into, out = model.get_audio_in_channels(), model.get_audio_out_channels()
    names = model.get_audio_out_labels() or ["output" if len(out) == 1 else f"output {n + 1}" for n in range(len(out))]
    labels = model.get_audio_in_labels()
    wrong = (
        (not out, "has no output track"),
        (any(count not in (1, 2) for count in [*into, *out]), "has a track that is neither mono nor stereo"),
        (bool(labels) and len(labels) != len(into), f"names {len(labels)} input tracks and has {len(into)}"),
        (len(names) != len(out), f"names {len(names)} output tracks and has {len(out)}"),
    )
    for is_wrong, what in wrong:
        if is_wrong:
            raise ModelError(f"{type(model).__name__} {what}.", "Correct the method that returns it.")
    call = Call(
        wrapper=True,
        layout="CT",
        output_layout="CT",
        channels_in=sum(into),
        outputs=tuple(Output(name=name, channels=count) for name, count in zip(names, out, strict=True)),
        sample_rates=tuple(model.get_native_sample_rates()),
        block_sizes=() if model.is_one_shot_model() else tuple(model.get_native_buffer_sizes()),
        latency=model.calc_model_delay_samples(),
        offline=model.is_one_shot_model() or not into,
    )
    card = ModelCard(parameters=tuple(generative_parameters(model)))
    return call, card.model_copy(update=card_of(model))
