"""Keep the streams of a batch apart: one compiled module, and its state put aside for each of them."""

from __future__ import annotations

import copy

import torch

from studio.document.call import Call
from studio.wrappers.state import spelled, what_changes
from studio.wrappers.torchscript import ScriptModule

CALLS = 3
TURN = """
def turn_to(self, item: int) -> None:
    if item != self.item:
        if item in self.aside:
            self.aside[self.item] = self.state()
            held = self.aside.pop(item)
{restore}
        else:
            self.aside[self.item] = self.copied_state()
            self.reset()
        self.item = item
"""
FORGET = """
def forget(self) -> None:
    self.aside.clear()
    self.item = 0
"""
STATELESS = "def turn_to(self, item: int) -> None:\n    pass\n", "def forget(self) -> None:\n    pass\n"


def keep_apart(line: ScriptModule, call: Call, n_params: int) -> None:
    """Give a compiled `Line` the methods `turn_to(item)` and `forget()`.

    `turn_to` puts the present item's state aside and takes that of `item`, or the first state for one that was never
    heard. No more is kept than what calls are seen to change; a model without state keeps nothing.
    """
    paths = _changing(line, call, n_params)
    if not paths:
        for code in STATELESS:
            line.define(code)
        return
    line.define(f"def state(self):\n    return ({', '.join(spelled(path) for path in paths)},)\n")
    kind = line._c._get_method("state").schema.returns[0].type
    plain = [each.annotation_str == "Tensor" for each in kind.containedTypes()]
    named = zip(paths, plain, strict=True)
    copies = [f"{spelled(path)}.clone()" if tensor else spelled(path) for path, tensor in named]
    line.define(f"def copied_state(self):\n    return ({', '.join(copies)},)\n")
    line._c._register_attribute("aside", torch._C.DictType(torch._C.IntType.get(), kind), {})
    restore = "\n".join(f"            {spelled(path)} = held[{place}]" for place, path in enumerate(paths))
    line.define(TURN.format(restore=restore))
    line.define(FORGET)


def _changing(line: ScriptModule, call: Call, n_params: int) -> list[str]:
    """Every path that calls of several lengths change."""
    found: set[str] = set()
    rate = (*call.sample_rates, 48000)[0]
    generator = torch.Generator().manual_seed(0)
    for n in (512 * call.ratio[1], 4096 * call.ratio[1]):
        ready = copy.deepcopy(line)
        ready.prepare(rate, n)
        for calls in range(1, CALLS + 1):  # a queue is as long as at first whenever its blocks come out even

            def play(module: ScriptModule, n: int = n, calls: int = calls) -> None:
                for number in range(calls):
                    x = torch.rand(call.channels_in, n, generator=generator) - 0.5
                    with torch.no_grad():
                        module(x, torch.full((n_params, 1), 0.2 + 0.3 * number))

            found |= set(what_changes(ready, play))
    return sorted(found)
