"""A HARP endpoint for one audio model: three calls named controls, process and cancel.

Run it with `python app.py` and give HARP the address that is shown. What the model is called and what it can be set to
stands in controls.json; the model itself, with everything around it, is model.pt.
"""

import json
import math
import tempfile
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch

HERE = Path(__file__).resolve().parent
SAID = json.loads((HERE / "controls.json").read_text(encoding="utf-8"))
ONE_AT_A_TIME = threading.Lock()  # the model remembers what it hears
COLORS = (0x4E79A7, 0xF28E2B, 0x59A14F, 0xE15759, 0xB07AA1, 0x76B7B2, 0xEDC948, 0x9C755F)


def load_model() -> Any:
    """The model, ready to be called."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # newer torch announces other formats; this one stays readable
        return torch.jit.load(str(HERE / "model.pt"), map_location="cpu").eval()


MODEL = load_model()


def controls() -> dict[str, Any]:
    """What HARP shows: the card, the inputs and the outputs."""
    found: dict[str, Any] = SAID["controls"]
    return found


def process(audio_path: str, *values: float | bool | str) -> Any:
    """Run the model on a sound file with one value for each knob.

    Returns: a list of sound files, one for each output; for a model that labels sound, a list of labels.
    """
    if not audio_path:
        raise ValueError("Choose a sound first.")
    audio, rate = soundfile.read(audio_path, dtype="float32", always_2d=True)
    positions = torch.tensor([position(knob, value) for knob, value in zip(SAID["knobs"], values, strict=True)])
    with ONE_AT_A_TIME, torch.no_grad():
        made = MODEL(torch.from_numpy(np.ascontiguousarray(audio.T)), rate, positions)
    if SAID["classes"]:
        return labels(*made)
    folder, stem = Path(tempfile.mkdtemp()), Path(audio_path).stem
    parts = torch.split(made, SAID["rows"]) if len(SAID["rows"]) > 1 else [made]
    paths = []
    for number, (part, output) in enumerate(zip(parts, controls()["outputs"], strict=True), 1):
        safe = "".join(sign if sign.isalnum() else "_" for sign in output["label"])
        path = folder / f"{stem}_{number}_{safe}.wav"
        soundfile.write(path, part.numpy().T, rate, subtype="FLOAT")
        paths.append(str(path))
    return paths


def position(knob: dict[str, Any], value: float | bool | str) -> float:
    """Where a knob stands, 0 to 1, for a value in its own unit."""
    if knob["kind"] == "toggle":
        return float(bool(value))
    if knob["kind"] == "choice":
        return knob["choices"].index(value) / (len(knob["choices"]) - 1)
    low, high = knob["min"], knob["max"]
    number = min(max(float(value), low), high)
    if knob["curve"] == "logarithmic":
        return math.log(number / low) / math.log(high / low)
    return (number - low) / (high - low)


def labels(classes: torch.Tensor, times: torch.Tensor) -> dict[str, Any]:
    """HARP's list of labels, from class numbers and their starts and ends in seconds."""
    found = []
    for number, (start, end) in zip(classes.tolist(), times.tolist(), strict=True):
        color = (128 << 24) + COLORS[int(number) % len(COLORS)]
        found.append(
            {
                "t": start,
                "label": SAID["classes"][int(number)],
                "duration": end - start,
                "description": None,
                "color": color,
                "link": None,
                "amplitude": None,
                "label_type": "AudioLabel",
            }
        )
    return {"meta": {"_type": "pyharp.LabelList"}, "labels": found}


def build() -> Any:
    """The page, with the three calls that HARP makes."""
    import gradio

    def component(said: dict[str, Any]) -> Any:
        label, kind = said["label"], said["type"]
        if kind == "slider":
            return gradio.Slider(said["minimum"], said["maximum"], said["value"], step=said["step"], label=label)
        if kind == "toggle":
            return gradio.Checkbox(said["value"], label=label)
        if kind == "dropdown":
            return gradio.Dropdown([tuple(each) for each in said["choices"]], value=said["value"], label=label)
        return gradio.JSON(label=label) if kind == "json" else gradio.Audio(type="filepath", label=label)

    def run(audio_path: str, *values: float | bool | str) -> Any:
        try:
            made = process(audio_path, *values)
        except Exception as error:
            raise gradio.Error(str(error).strip().splitlines()[-1]) from error
        return made[0] if isinstance(made, list) and len(made) == 1 else made

    card = controls()["card"]
    with gradio.Blocks(title=card["name"]) as page:
        gradio.Markdown(f"# {card['name']}\n\n{card['description']}")
        inputs = [component(each) for each in controls()["inputs"]]
        start, stop = gradio.Button("Process"), gradio.Button("Cancel")
        outputs = [component(each) for each in controls()["outputs"]]
        shown, show = gradio.JSON(visible=False), gradio.Button("Controls", visible=False)
        show.click(controls, inputs=[], outputs=shown, api_name="controls")
        running = start.click(run, inputs=inputs, outputs=outputs, api_name="process")
        stop.click(lambda: None, inputs=[], outputs=[], api_name="cancel", cancels=[running])
    return page


if __name__ == "__main__":
    build().queue().launch()
