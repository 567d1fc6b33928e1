"""The lines of Python that lead from `[channels, samples]` into a model and from its answer back."""

from __future__ import annotations

from studio.document.axes import from_axes, into_axes
from studio.document.call import Call, Key

INTO = {  # from [C, T] to what the model wants
    "BCT": "x.unsqueeze(0)",
    "CT": "x",
    "BT": "x",  # each channel is an item of the batch
    "T": "x.mean(dim=0)",
    "BTC": "x.transpose(0, 1).unsqueeze(0)",
    "TC": "x.transpose(0, 1)",
    "TBC": "x.transpose(0, 1).unsqueeze(1)",
}


def into(call: Call) -> str:
    """What the model is given, made of `x`."""
    return INTO[call.layout] if call.spectrum is None else into_axes("x", call.spectrum)


def grouped(call: Call, values: dict[str, str]) -> dict[str, str]:
    """Arguments by name, with the parts of tuples put together and what is wanted at every sample repeated."""
    made = dict(values)
    if call.nesting is None:
        return made
    for name in call.nesting.spread:
        axis = call.layout.index("T")
        sizes = ", ".join(f"sound.size({axis})" if each == axis else "-1" for each in range(3))
        made[name] = f"{made[name]}.expand([{sizes}])"
    for name, count in call.nesting.tuples.items():
        made[name] = f"({', '.join(made.pop(f'{name}_{index}') for index in range(count))})"
    return made


def sound_keys(call: Call) -> tuple[Key, ...]:
    """Steps to each sound within the answer."""
    nesting = call.nesting
    if nesting is None:
        return tuple((key,) for key in call.output_key) or ((),)
    keys = nesting.keys[: nesting.sounds]
    chosen = [key_named(keys, each) for each in call.output_key]
    return tuple(each for each in chosen if each is not None) or keys


def state_keys(call: Call) -> tuple[Key, ...]:
    """Steps to each state within the answer, in the order of the state arguments."""
    return (
        tuple((key,) for key in call.state_outputs)
        if call.nesting is None
        else call.nesting.keys[call.nesting.sounds :]
    )


def reached(made: str, key: Key) -> str:
    """`made` and the steps to one of its parts."""
    for step in key:
        made += step if isinstance(step, str) and step.startswith(".") else f"[{step!r}]"
    return made


def rows_lines(call: Call) -> list[str]:
    """From `made`, what the model returned, to `[rows, T]`; the last line returns it."""
    keys = sound_keys(call)
    if call.spectrum is not None:
        return [f"return {from_axes(reached('made', keys[0]), call.spectrum)}"]
    lines, names = [], [reached("made", key) for key in keys]
    if call.nesting is not None and (call.nesting.start or call.nesting.end):
        axis, start, end = call.output_layout.index("T"), call.nesting.start, call.nesting.end
        for index, name in enumerate(names):
            part = names[index] = f"kept_{index}" if len(names) > 1 else "kept"
            lines += [f"{part} = {name}.narrow({axis}, {start}, {name}.size({axis}) - {start + end})"]
    parts = [rows(name, call.output_layout, call) for name in names]
    return [*lines, f"return {parts[0]}" if len(parts) == 1 else f"return torch.cat([{', '.join(parts)}], dim=0)"]


def key_named(keys: tuple[Key, ...], wanted: int | str) -> Key | None:
    """The steps to a sound that was picked by its place or by a name on the way to it."""
    if isinstance(wanted, int):
        return keys[wanted] if wanted < len(keys) else None
    return next((key for key in keys if wanted in key or f".{wanted}" in key), None)


def rows(made: str, layout: str, call: Call) -> str:
    """`made` with axes `layout` as `[rows, T]`: batch dropped, stems and channels one after the other."""
    made = f"{made}.float()"  # some models count in double precision
    if layout == "BT" and call.layout == "BT":
        return made
    if "B" in layout:
        made, layout = f"{made}.select({layout.index('B')}, 0)", layout.replace("B", "")
    if "S" in layout and "C" in layout and layout.index("C") < layout.index("S"):  # rows are ordered stem by stem
        made, layout = f"{made}.movedim({layout.index('S')}, {layout.index('C')})", _moved(layout)
    time = layout.index("T")
    if time != len(layout) - 1:
        made = f"{made}.movedim({time}, -1)"
    if len(layout) == 1:
        return f"{made}.unsqueeze(0)"
    return made if len(layout) == 2 else f"{made}.reshape({call.channels_out}, -1)"


def _moved(layout: str) -> str:
    """`layout` with S in front of C."""
    return layout.replace("S", "").replace("C", "SC")
