"""Files as other people write them for nn~: a good one, an older one, and the same damaged in every way known."""

import torch
from torch import Tensor, nn


class Level(nn.Module):
    """Multiplies by its only attribute."""

    gain: tuple[float]
    forward_input_labels: list[str]
    forward_output_labels: list[str]

    def __init__(self, ratio: int = 1, labels: int = 1) -> None:
        super().__init__()
        self.register_buffer("forward_params", torch.tensor([1, ratio, 1, ratio]))
        self.register_buffer("gain_params", torch.tensor([2]))
        self.gain = (0.5,)
        self.forward_input_labels, self.forward_output_labels = ["in"] * labels, ["out"]

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gain[0]

    @torch.jit.export
    def get_methods(self) -> list[str]:
        return ["forward"]

    @torch.jit.export
    def get_attributes(self) -> list[str]:
        return ["gain"]

    @torch.jit.export
    def get_gain(self) -> tuple[float]:
        return self.gain

    @torch.jit.export
    def set_gain(self, value: float) -> int:
        self.gain = (value,)
        return 0


class Flat(Level):
    def forward(self, x: Tensor) -> Tensor:
        return (x * self.gain[0]).squeeze(1)


class Doubles(Level):
    def forward(self, x: Tensor) -> Tensor:
        return (x * self.gain[0]).double()


class Short(Level):
    def forward(self, x: Tensor) -> Tensor:
        return x[:, :, 1:] * self.gain[0]


class OneVoice(Level):
    """Keeps the last sample of one voice only."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("last", torch.zeros(1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        self.last.copy_(x[:, :, -1:])
        return x * self.gain[0]


class Mixing(Level):
    """Lets the voices hear each other."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean(0, keepdim=True).expand_as(x) * self.gain[0]


class Louder(Level):
    def forward(self, x: Tensor) -> Tensor:
        return x * self.gain[0] * 1.001


class Silent(Level):
    @torch.jit.export
    def set_gain(self, value: float) -> None:
        self.gain = (value,)


class Refusing(Level):
    @torch.jit.export
    def set_gain(self, value: float) -> int:
        self.gain = (value,)
        return -1


class Deaf(Level):
    @torch.jit.export
    def set_gain(self, value: float) -> int:
        return 0


class Endless(Level):
    def forward(self, x: Tensor) -> Tensor:
        return x * self.gain[0] / 0.0


class Plain(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return 0.5 * x


class Newer(Level):
    """Compiled interpolation, which LibTorch 2.5 does not know."""

    def forward(self, x: Tensor) -> Tensor:
        made = nn.functional.interpolate(x.repeat_interleave(2, dim=2), scale_factor=0.5, mode="nearest")
        return made * self.gain[0]


DAMAGED = {
    "ratio": lambda: Level(ratio=1000), "labels": lambda: Level(labels=2), "flat": Flat, "float64": Doubles,
    "short": Short, "one voice": OneVoice, "setter without answer": Silent, "setter that refuses": Refusing,
    "invalid numbers": Endless, "plain": Plain, "newer": Newer,
}  # fmt: skip
WRONG = {"louder": Louder, "deaf": Deaf, "mixing": Mixing}  # nn~ would not notice, the user would


class Coder(nn.Module):
    """An autoencoder as older tools wrote them: three methods, bare getters, no labels; it remembers a sample."""

    gain: tuple[float]
    steps: tuple[int]
    loud: tuple[bool]
    word: tuple[str]

    def __init__(self) -> None:
        super().__init__()
        for name, numbers in (("forward", [1, 1, 1, 1]), ("encode", [1, 1, 4, 64]), ("decode", [4, 64, 1, 1])):
            self.register_buffer(f"{name}_params", torch.tensor(numbers))
        for name, kind in (("gain", 2), ("steps", 1), ("loud", 0), ("word", 3)):
            self.register_buffer(f"{name}_params", torch.tensor([kind]))
        self.gain, self.steps, self.loud, self.word = (0.5,), (3,), (False,), ("a",)
        self.register_buffer("past", torch.zeros(64, 1, 1))
        self.register_buffer("sample_rate", torch.tensor(44100))

    def forward(self, x: Tensor) -> Tensor:
        whole = torch.cat([self.past[: x.size(0)], x], 2)
        self.past[: x.size(0)] = x[:, :, -1:]
        made = whole[:, :, :-1] * self.gain[0] * self.steps[0]
        return -made if self.loud[0] else made

    @torch.jit.export
    def encode(self, x: Tensor) -> Tensor:
        return x.reshape(x.size(0), 4, -1, 16).mean(3)

    @torch.jit.export
    def decode(self, z: Tensor) -> Tensor:
        return z.repeat_interleave(16, dim=2).reshape(z.size(0), 1, -1)

    @torch.jit.export
    def get_methods(self) -> list[str]:
        return ["forward", "encode", "decode"]

    @torch.jit.export
    def get_attributes(self) -> list[str]:
        return ["gain", "steps", "loud", "word"]

    @torch.jit.export
    def get_gain(self) -> float:
        return self.gain[0]

    @torch.jit.export
    def set_gain(self, value: float) -> None:
        self.gain = (value,)

    @torch.jit.export
    def get_steps(self) -> tuple[int]:
        return self.steps

    @torch.jit.export
    def set_steps(self, value: int) -> int:
        self.steps = (value,)
        return 0

    @torch.jit.export
    def get_loud(self) -> list[bool]:
        return [self.loud[0]]

    @torch.jit.export
    def set_loud(self, value: bool) -> int:
        self.loud = (value,)
        return 0

    @torch.jit.export
    def get_word(self) -> str:
        return self.word[0]

    @torch.jit.export
    def set_word(self, value: str) -> int:
        self.word = (value,)
        return 0
