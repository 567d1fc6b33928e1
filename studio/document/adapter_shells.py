"""The lines of an adapter around the call itself: past and future, overlap, spectra, filters."""

from __future__ import annotations

from dataclasses import dataclass, replace

from studio.document.call import Call
from studio.document.treatment import Filter, Spectrum


@dataclass(frozen=True)
class ShellLines:
    """Lines of Python; `{rest}` stands for the knobs.

    Attributes:
        lines: of `forward`, from a block `x` to what is returned.
        methods: of the class, beside that; `{told}` stands for the knobs with their defaults.
        made: of the constructor.
        reset: of `reset`.
        imports: at the top.
    """

    lines: tuple[str, ...] = ("return self.called(x{rest})",)
    methods: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    reset: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()


def around(call: Call) -> ShellLines:
    """What stands around the call."""
    if call.spectrum is not None:
        shell = _spectra(call, call.spectrum)
    elif call.overlap:
        shell = _overlap(call)
    elif call.look_behind or call.look_ahead:
        shell = _context(call)
    else:
        shell = ShellLines()
    return _filtered(shell, call) if call.filters_before or call.filters_after else shell


def _context(call: Call) -> ShellLines:
    kept, (up, down) = call.look_behind + call.look_ahead, call.ratio
    samples = "x.size(1)" if call.ratio == (1, 1) else f"x.size(1) * {up} // {down}"
    lines = [
        f"whole = torch.cat([self.heard, x], dim=1)  # the last {kept} samples once more",
        "self.heard = whole[:, x.size(1) :]",
        "made = self.called(whole{rest})",
        f"wanted = min(made.size(1), {samples})",
    ]
    if call.look_ahead:
        lines += [
            f"end = made.size(1) - min({call.look_ahead * up // down}, made.size(1) - wanted)  # the future is left",
            "return made[:, end - wanted : end]",
        ]
    else:
        lines.append("return made[:, made.size(1) - wanted :]")
    return ShellLines(tuple(lines), reset=(f"self.heard = torch.zeros({call.channels_in}, {kept})",))


def _overlap(call: Call) -> ShellLines:
    """Blocks that share their ends, faded into one another; the call says by how much a block moves on."""
    hop, (up, down) = call.block_sizes[0], call.ratio
    size, kept = hop + call.overlap, call.look_behind + call.look_ahead + call.overlap
    wide, out, ahead = size * up // down, hop * up // down, call.look_ahead * up // down
    slope = min(call.overlap * up // down, wide // 2)
    made = (
        f"rise = torch.sin(torch.pi / 2 * (torch.arange({slope}, dtype=torch.float64) + 0.5) / {slope}) ** 2",
        f"fade = torch.cat([rise, torch.ones({wide - 2 * slope}, dtype=torch.float64), rise.flip(0)])",
        f"fade = fade / self.summed(fade, range(-{(wide - 1) // out * out}, {wide}, {out}))  # copies add up to one",
        "self.fade = fade.float()",
        f"self.opening = self.summed(fade, range(0, {wide}, {out})).float()  # nothing comes before the first",
    )
    lines = (
        f"whole = torch.cat([self.heard, x], dim=1)  # {hop} new samples, {call.overlap} shared ones",
        "self.heard = whole[:, x.size(1) :]",
        "made = self.called(whole{rest})",
        f"wanted = min(made.size(1), {wide})",
        f"end = made.size(1) - min({ahead}, made.size(1) - wanted)",
        "made = made[:, end - wanted : end] * (self.opening if self.begins else self.fade)",
        "self.begins = False",
        f"total = made + torch.nn.functional.pad(self.tail, [0, {out}])",
        f"self.tail = total[:, {out} :]",
        f"return total[:, : {out}]",
    )
    methods = (
        "@staticmethod",
        "def summed(fade: Tensor, shifts: range) -> Tensor:",
        '    """The sum of shifted copies of a window."""',
        "    total = torch.zeros_like(fade)",
        "    for shift in shifts:",
        "        first, last = max(0, -shift), min(len(fade), len(fade) - shift)",
        "        total[first:last] += fade[first + shift : last + shift]",
        "    return total",
    )
    reset = (
        f"self.heard = torch.zeros({call.channels_in}, {kept})",
        f"self.tail = torch.zeros({call.channels_out}, {wide - out})",
        "self.begins = True",
    )
    return ShellLines(lines, methods, made, reset)


WINDOWS = {
    "hann": "0.5 - 0.5 * torch.cos(angle)",
    "hamming": "0.54 - 0.46 * torch.cos(angle)",
    "sine": "torch.sin(angle / 2 + torch.pi / (2 * {n}))",
    "ones": "torch.ones_like(angle)",
}
FORMS = {
    "magnitude": "spectra.abs()",
    "power": "spectra.abs() ** 2",
    "log": "torch.log1p(spectra.abs())",
    "complex": "torch.view_as_real(spectra)",
}
BACK = {"magnitude": "made", "power": "made.clamp(min=0).sqrt()", "log": "torch.expm1(made)"}


def _spectra(call: Call, spectrum: Spectrum) -> ShellLines:
    n, hop = spectrum.n_fft, spectrum.hop
    shared, earlier, later = -(-n // hop), call.look_behind // hop, call.look_ahead // hop
    bins, pad = n // 2 + 1, -(-n // hop) * hop - n
    made = (
        f"angle = 2 * torch.pi * torch.arange({n}, dtype=torch.float64) / {n}",
        f"window = {WINDOWS[spectrum.window].format(n=n)}",
        f"squares = torch.nn.functional.pad(window**2, [0, {pad}]).reshape({shared}, {hop}).sum(0)",
        f"self.window = window.float()  # frames of {n} samples, {hop} apart",
        f"self.back = (window / squares.repeat({shared})[:{n}]).float()  # frames add up to the sound again",
    )
    lines = [
        "sound = torch.cat([self.past, x], dim=1)",
        f"self.past = sound[:, -{n - hop}:]" if n > hop else "pass",
        f"spectra = torch.fft.rfft(sound.unfold(1, {n}, {hop}) * self.window).transpose(1, 2)",
        "parts = []",
        f"for new in spectra.split({spectrum.frames}, dim=2):",
        *(f"    {line}" for line in _frames(spectrum, earlier, later)),
        "    parts.append(made)",
        f"frames = torch.fft.irfft(torch.cat(parts, dim=2).transpose(1, 2), {n}) * self.back",
        f"total = torch.nn.functional.pad(self.tail, [0, frames.size(1) * {hop}])",
        "for index in range(frames.size(1)):",
        f"    total[:, index * {hop} : index * {hop} + {n}] += frames[:, index]",
        f"self.tail = total[:, frames.size(1) * {hop} :]",
        f"return total[:, : frames.size(1) * {hop}]",
    ]
    reset = [
        f"self.past = torch.zeros({call.channels_in}, {n - hop})",
        f"self.tail = torch.zeros({call.channels_out}, {n})",
    ]
    if earlier or later:
        reset.append(f"self.frames = torch.zeros({call.channels_in}, {bins}, {earlier + later}, dtype=torch.cfloat)")
    return ShellLines(tuple(lines), (), made, tuple(reset))


def _frames(spectrum: Spectrum, earlier: int, later: int) -> list[str]:
    """From new spectra to those of the output."""
    lines = []
    if earlier or later:
        lines += [
            f"new = torch.cat([self.frames, new], dim=2)  # {earlier} frames before and {later} after them",
            f"self.frames = new[:, :, {spectrum.frames} :]",
        ]
    lines.append(f"made = self.called({FORMS[spectrum.form].replace('spectra', 'new')}{{rest}})")
    if earlier or later:
        cut = f"[:, :, {earlier} : {earlier + spectrum.frames}]"
        lines += [f"new, made = new{cut}, made{cut}"]
    lines.append("new = new.repeat(made.size(0) // new.size(0), 1, 1)  # each output has the phase of its input")
    if spectrum.form == "complex":
        lines.append("made = torch.view_as_complex(made.contiguous())")
        lines += ["made = new * made"] if spectrum.mask else []
    elif spectrum.mask:
        lines.append("made = new * made")
    else:
        lines.append(f"made = new * ({BACK[spectrum.form]} / new.abs().clamp(min=1e-12))")
    return lines


def _filtered(shell: ShellLines, call: Call) -> ShellLines:
    """Filters before and behind the rest, which becomes a method of its own."""
    rate = call.sample_rates[0] if call.sample_rates else 48000
    made = [*shell.made]
    for name, filters, channels in (
        ("before", call.filters_before, call.channels_in),
        ("after", call.filters_after, call.channels_out),
    ):
        at = rate if name == "before" else rate * call.ratio[0] // call.ratio[1]
        made += [f"self.{name} = nn.Sequential({', '.join(_filter(each, channels, at) for each in filters)})"]
    lines = ("return self.after(self.within(self.before(x){rest}))",)
    within = ("def within(self, x: Tensor{told}) -> Tensor:", *(f"    {line}" for line in shell.lines), "")
    imported = ("from studio.wrappers.filters import SincFilter",)
    reset = (*shell.reset, "for each in [*self.before, *self.after]:", "    each.reset()")
    methods = (*within, *shell.methods)
    return replace(shell, lines=lines, methods=methods, made=tuple(made), reset=reset, imports=imported)


def _filter(said: Filter, channels: int, rate: int) -> str:
    return (
        f'SincFilter("{said.kind}", {said.low_hz}, {said.high_hz}, {said.taps}, "{said.phase}", '
        f"channels={channels}, sample_rate={rate})"
    )
