"""What the app ships is whole: palettes that can be read, icons that can be tinted, sound and pages that are there."""

import importlib.util
import json
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from studio.audio.files import probe_audio, read_audio
from studio.storage import resources

PALETTES = sorted(resources().glob("palettes/*.json"))
ICONS = sorted(resources().glob("icons/*.svg"))
PAGES = sorted(resources().glob("help/*.md"))


def luminance(colour):
    """WCAG 2.1, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture(params=PALETTES, ids=lambda path: path.stem)
def palette(request):
    return json.loads(request.param.read_text())


def test_both_palettes_have_the_same_tokens():
    names = [set(json.loads(path.read_text())) for path in PALETTES]
    assert [path.stem for path in PALETTES] == ["dark", "light"] and names[0] == names[1]


@pytest.mark.parametrize("text", ["text", "text_muted", "danger", "warning", "good", "link"])
@pytest.mark.parametrize("ground", ["window", "panel", "field", "button", "button_hover"])
def test_every_text_can_be_read_on_every_ground(palette, text, ground):
    """WCAG AA for small text: 4.5 to 1."""
    assert contrast(palette[text], palette[ground]) >= 4.5


@pytest.mark.parametrize(
    "text, ground",
    [("accent_text", "accent"), ("accent_text", "accent_hover"), ("text", "selection"), ("tooltip_text", "tooltip")],
)
def test_text_on_coloured_grounds_can_be_read(palette, text, ground):
    assert contrast(palette[text], palette[ground]) >= 4.5


@pytest.mark.parametrize("kind", ["danger", "warning", "good"])
@pytest.mark.parametrize("text", ["text", "text_muted", "itself"])
def test_messages_can_be_read(palette, kind, text):
    assert contrast(palette[kind if text == "itself" else text], palette[f"{kind}_back"]) >= 4.5


@pytest.mark.parametrize("drawn", ["wave_dry", "wave_wet", "playhead"])
@pytest.mark.parametrize("ground", ["wave_field", "wave_loop"])
def test_waves_stand_out(palette, drawn, ground):
    """WCAG for graphics: 3 to 1."""
    assert contrast(palette[drawn], palette[ground]) >= 3


@pytest.mark.parametrize("path", ICONS, ids=lambda path: path.stem)
def test_icons_take_the_colour_of_the_text(path):
    icon = ElementTree.parse(path).getroot()
    if path.stem != "neural-audio-studio":
        assert icon.get("viewBox") == "0 0 24 24" and icon.get("stroke") == "currentColor"
        assert not re.search(r"#[0-9a-fA-F]{3}", path.read_text())


def test_the_recording_suits_an_audition():
    """Stereo, long enough to turn knobs, with transients and room above the peak."""
    info = probe_audio(resources() / "audio" / "eight-bars.flac")
    audio = read_audio(info.path)[0]
    loudness = np.sqrt((audio[:, : audio.shape[1] // 441 * 441].reshape(2, -1, 441) ** 2).mean((0, 2)))
    rises = np.diff(20 * np.log10(loudness + 1e-6)) > 6
    assert (info.channels, info.sample_rate) == (2, 44100) and 12 <= info.seconds <= 16
    assert abs(20 * np.log10(np.abs(audio).max()) + 3) < 0.01 and info.path.stat().st_size < 3_000_000
    assert rises.sum() > 30 and not np.allclose(audio[0], audio[1])


def test_the_recording_comes_out_of_its_script():
    script = resources().parent / "packaging" / "render_demo_audio.py"
    spec = importlib.util.spec_from_file_location("render_demo_audio", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    bundled, _ = read_audio(resources() / "audio" / "eight-bars.flac")
    np.testing.assert_allclose(module.render(), bundled, atol=1.1 / 32768)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_help_pages_have_a_title_and_no_dead_links(path):
    text = path.read_text()
    assert text.startswith("# ") and len(text) > 300
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert (path.parent / target).is_file()


def test_every_help_page_is_there():
    wanted = "card-and-hosts checks command-line comparing export first-steps if-it-stops knobs labels models"
    assert [path.stem for path in PAGES] == [*wanted.split(), "publishing", "sound-output", "sounds", "trouble"]
