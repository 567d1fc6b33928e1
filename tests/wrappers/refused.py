"""Little models that TorchScript refuses, each for one reason."""

from dataclasses import dataclass
from textwrap import indent

HEAD = """import contextlib
import functools
import random
import time
from dataclasses import dataclass, field
from typing import *

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

GAIN = torch.ones(1)
COUNT = 0
"""


@dataclass(frozen=True)
class Refused:
    """What the user wrote, the line that is at fault, and what has to be said of it."""

    construct: str
    mend: str
    line: str
    body: str = ""
    init: str = "pass"
    signature: str = "self, x"
    more: str = ""
    before: str = ""

    def source(self) -> str:
        made = f"{HEAD}\n{self.before}\n\n"
        made += "class Model(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        made += indent(self.init, " " * 8) + f"\n\n    def forward({self.signature}):\n"
        return made + indent(self.body or self.line, " " * 8) + "\n\n" + indent(self.more, "    ") + "\n"


LAYERS = "self.parts = nn.ModuleList([nn.Linear(1, 1), nn.Linear(1, 1)])"
REFUSED = (
    Refused("**kwargs", "Name each argument", "def forward(self, x, **kwargs):", body="return x",
            signature="self, x, **kwargs"),
    Refused("*args", "List[Tensor]", "def forward(self, x, *args):", body="return x", signature="self, x, *args"),
    Refused("keyword only", "Take the * out", "def forward(self, x, *, gain: float = 1.0):", body="return x * gain",
            signature="self, x, *, gain: float = 1.0"),
    Refused("without annotation", "n: int", "return self.scale(x, 2)",
            more="def scale(self, x, n):\n    return x.repeat(n, 1, 1)"),
    Refused("without annotation", "n: int", "def forward(self, x, n=2):", body="return x * n",
            signature="self, x, n=2"),
    Refused("a power", "int(2 ** i)", "return F.pad(x, (2 ** i, 0))", signature="self, x, i: int = 3"),
    Refused("a division", "a // b", "return x.view(b, c * t / 2)",
            body="b, c, t = x.shape\nreturn x.view(b, c * t / 2)"),
    Refused("Tuple[…, ...]", "List[Tensor]", "def forward(self, x) -> Tuple[Tensor, ...]:", body="return x, x",
            signature="self, x) -> Tuple[Tensor, ...]:\n        pass\n\n    def other(self"),
    Refused("an import", "top of the file", "import math as m", body="import math as m\nreturn x * m.pi"),
    Refused("a module as a condition", "is not None", "if self.extra:",
            body="if self.extra:\n    x = self.extra(x)\nreturn x", init="self.extra = nn.Linear(1, 1)"),
    Refused("a condition", "Compare it", "if pair:", body="pair = (x, x)\nif pair:\n    return x\nreturn x * 2"),
    Refused("* in a call or an assignment", "one by one", "*rest, n = x.shape",
            body="*rest, n = x.shape\nreturn x * n"),
    Refused("* in a call or an assignment", "one by one", "return torch.cat((x, *xs))",
            body="xs = [x, x]\nreturn torch.cat((x, *xs))"),
    Refused("** in a call", "with its name", "return torch.softmax(x, **options)",
            body="options = {'dim': -1}\nreturn torch.softmax(x, **options)"),
    Refused("f-string", "Leave the format away", "s = f'{x.shape[-1]:>5}'",
            body="s = f'{x.shape[-1]:>5}'\nprint(s)\nreturn x"),
    Refused("begins as None", "register_buffer", "self.hidden = torch.zeros(1)",
            body="if self.hidden is None:\n    self.hidden = torch.zeros(1)\nreturn x + self.hidden",
            init="self.hidden = None"),
    Refused("of two types", "in __init__", "self.n = x", body="self.n = x\nreturn x", init="self.n = 0"),
    Refused("__init__ does not set", "register_buffer", "self.fresh = x", body="self.fresh = x\nreturn x"),
    Refused("a call of numpy", "the torch function", "w = np.hanning(5)", body="w = np.hanning(5)\nreturn x * w[0]"),
    Refused("a call of numpy", "the torch function", "w = x.numpy()",
            body="w = x.numpy()\nreturn torch.from_numpy(w)"),
    Refused("a numpy array", "register_buffer", "return x * torch.from_numpy(self.w)", init="self.w = np.ones(4)"),
    Refused("a lambda", "Write a method", "double = lambda v: v * 2",
            body="double = lambda v: v * 2\nreturn double(x)"),
    Refused("kept as an attribute", "nn.Tanh()", "return self.act(x)", init="self.act = lambda v: torch.tanh(v)"),
    Refused("kept as an attribute", "nn.Tanh()", "return self.act(x)",
            init="self.act = functools.partial(torch.softmax, dim=-1)"),
    Refused("layers in a dict", "nn.ModuleDict", "return self.parts['a'](x)",
            init="self.parts = {'a': nn.Linear(1, 1)}"),
    Refused("layers in a list", "nn.ModuleList", "for part in self.parts:",
            body="for part in self.parts:\n    x = part(x)\nreturn x", init="self.parts = [nn.Linear(1, 1)]"),
    Refused("an index into layers", "enumerate", "return self.parts[i](x)",
            body="i = int(x.shape[-1] % 2)\nreturn self.parts[i](x)",
            init="self.parts = nn.ModuleList([nn.Linear(1, 1), nn.Linear(1, 1)])"),
    Refused("a condition in a comprehension", "Write the loop",
            "return torch.stack([f(x) for f in self.parts if f is not None])",
            init="self.parts = nn.ModuleList([nn.Linear(1, 1), nn.Linear(1, 1)])"),
    Refused("a sum of a list", "torch.stack", "return sum(v for v in [x, x])"),
    Refused("getattr", "nn.ModuleList", "return getattr(self, 'g' + str(1))(x)", init="self.g1 = nn.Linear(1, 1)"),
    Refused("a set", "Write a list", "kinds = {1, 2}", body="kinds = {1, 2}\nreturn x"),
    Refused("an empty list", "List[int]", "sizes.append(x.shape[-1])",
            body="sizes = []\nsizes.append(x.shape[-1])\nreturn x"),
    Refused("sorted with a key", "Sort in __init__", "for k in sorted(held.keys(), key=len):",
            body="held = {'a': x}\nfor k in sorted(held.keys(), key=len):\n    x = x + held[k]\nreturn x"),
    Refused("map, filter or reversed", "Write the loop", "for k in reversed([1, 2]):",
            body="for k in reversed([1, 2]):\n    x = x * k\nreturn x"),
    Refused("dict.get", "Ask first", "return held.get('b', None)",
            body="held = dict(a=x)\nreturn held.get('b', None)"),
    Refused("try", "Ask before", "try:", body="try:\n    return x * 2\nexcept RuntimeError:\n    return x"),
    Refused("a with statement", "Take the block out", "with contextlib.suppress(ValueError):",
            body="with contextlib.suppress(ValueError):\n    x = x * 2\nreturn x"),
    Refused("a global variable", "register_buffer", "return x * GAIN"),
    Refused("global", "attribute of the model", "global COUNT", body="global COUNT\nCOUNT = 1\nreturn x"),
    Refused("a comparison of types", "isinstance", "if type(x) == tuple:",
            body="if type(x) == tuple:\n    x = x[0]\nreturn x"),
    Refused("None where a Tensor", "is not None", "return x * g", signature="self, x, g: Optional[Tensor] = None"),
    Refused("del", "empty tensor", "del self.held", body="y = x * 2\ndel self.held\nreturn y",
            init="self.register_buffer('held', torch.zeros(1))"),
    Refused("super()", "layer of its own", "return super().forward(x) + 1"),
    Refused("only one branch sets", "before the if", "if x.shape[-1] > 3:",
            body="if x.shape[-1] > 3:\n    y = x\nreturn y"),
    Refused("return of two kinds", "always a tuple", "return x, x",
            body="if x.shape[-1] > 3:\n    return x\nreturn x, x"),
    Refused("if … else of two kinds", "zeros_like", "y = x if x.dim() == 3 else 0",
            body="y = x if x.dim() == 3 else 0\nreturn y * 1.0"),
    Refused("does not find that attribute", "in __init__", "return self.missing(x)"),
    Refused("a function inside a function", "method", "def inner(v):",
            body="def inner(v):\n    return v * 2\nreturn inner(x)"),
    Refused("yield", "Return a list", "yield x"),
    Refused(":=", "a line before", "if (n := x.shape[-1]) > 3:",
            body="if (n := x.shape[-1]) > 3:\n    return x * n\nreturn x"),
    Refused("a loop over a tensor's value", "int(n)", "for i in range(x.abs().sum()):",
            body="for i in range(x.abs().sum()):\n    x = x + 1\nreturn x"),
    Refused("else of a loop", "a flag", "for i in range(3):",
            body="for i in range(3):\n    x = x + 1\nelse:\n    x = x * 2\nreturn x"),
    Refused("print with options", "Take the print out", "print(x.shape, end='')",
            body="print(x.shape, end='')\nreturn x"),
    Refused("clock or its random numbers", "torch.rand", "return x * random.random()"),
    Refused("clock or its random numbers", "torch.rand", "t = time.time()", body="t = time.time()\nreturn x * t"),
    Refused("parameters", "x.device", "return x.to(next(self.parameters()).device)", init="self.a = nn.Linear(1, 1)"),
    Refused("an unknown type", "Annotate with", "def forward(self, x: 'AudioTensor'):", body="return x",
            signature="self, x: 'AudioTensor'"),
    Refused("of Python's own", "math", "n = len(vars(self))", body="n = len(vars(self))\nreturn x * n"),
    Refused("an import", "top of the file", "import os", body="return x * self.gain",
            more="@property\ndef gain(self):\n    import os\n    return 0.5"),
)  # fmt: skip
