"""The lines of an adapter that bring spectra into the axes a model wants, and its answer back."""

from __future__ import annotations

from studio.document.treatment import Spectrum


def into_axes(made: str, spectrum: Spectrum) -> str:
    """From `[C, F, T]`, or `[C, F, T, 2]` for complex spectra, to the model's layout."""
    axes = "CFT"
    if spectrum.form == "complex" and "R" in spectrum.layout:
        axes = "CFTR"
    elif spectrum.form == "complex":
        made = f"torch.view_as_complex({made}.contiguous())"
    if "C" not in spectrum.layout and "B" in spectrum.layout:
        axes = axes.replace("C", "B")  # each channel is an item of the batch
    elif "C" not in spectrum.layout:
        made, axes = f"{made}.select(0, 0)", axes.replace("C", "")
    elif "B" in spectrum.layout:
        made, axes = f"{made}.unsqueeze(0)", f"B{axes}"
    return made if axes == spectrum.layout else f"{made}.permute({_order(axes, spectrum.layout)})"


def from_axes(made: str, spectrum: Spectrum) -> str:
    """From what a model of this layout returns back to `[C, F, T]` or `[C, F, T, 2]`."""
    axes, wanted = spectrum.layout, "CFTR" if "R" in spectrum.layout else "CFT"
    if spectrum.form == "complex" and "R" not in axes:
        made, axes, wanted = f"torch.view_as_real({made})", f"{axes}R", "CFTR"
    if "C" not in axes and "B" in axes:
        axes = axes.replace("B", "C")
    elif "C" not in axes:
        made, axes = f"{made}.unsqueeze(0)", f"C{axes}"
    elif "B" in axes:
        made, axes = f"{made}.select({axes.index('B')}, 0)", axes.replace("B", "")
    return made if axes == wanted else f"{made}.permute({_order(axes, wanted)})"


def _order(axes: str, wanted: str) -> str:
    return ", ".join(str(axes.index(each)) for each in wanted)
