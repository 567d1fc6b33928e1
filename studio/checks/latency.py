"""Does the output lag behind the input as is declared?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.checks.asking import Samples, block_for, count, mendable, noise, play, silence
from studio.checks.lag import Vote, correlation, elect, envelope_lag, impulse_votes, noise_votes
from studio.document.check import Check, Mend, Plot, Series
from studio.wrappers.captured import Captured

TITLE = "The delay is the one declared"
LONGEST = 2.2  # seconds of delay that are looked for
AFTER = 1.0  # seconds of sound behind them
BLOCK = 2048
LOUD, SOFT, IMPULSE = 0.4, 0.02, 0.7
SECONDS = 1.5  # that one playing may take
ENOUGH = 3  # sure votes
SHOWN = 256  # samples of the plot on either side


@dataclass(frozen=True)
class Heard:
    """Bursts of noise and what came of them, and the answer to an impulse at sample `at`."""

    sound: Samples
    loud: Samples
    response: Samples
    at: int


def check_latency(captured: Captured, sample_rate: int) -> Check:
    """Let impulse, noise, phase and loudness vote; where no two agree the delay is said to be unsure."""
    declared = int(captured.module.latency())
    if captured.call.ratio != (1, 1):
        advice = "Its rate changes: the delay is not measured."
        return Check(id="latency", verdict="skip", value=declared, unit="samples", title=TITLE, advice=advice)
    heard = _hear(captured, sample_rate, declared)
    row = _best_rows(heard)
    votes = [*impulse_votes(heard.response[row[1]], heard.at), *_noise_votes(heard.sound, heard.loud, row)]
    if sum(each.sure for each in votes) < ENOUGH or elect(votes, declared) is None:  # softly it may be simpler
        soft = heard.sound * np.float32(SOFT / LOUD)
        made = play(captured, soft, block_for(captured, BLOCK), seconds=SECONDS)
        votes += _noise_votes(soft, made, row)
    chosen = elect(votes, declared)
    if chosen is None:
        return _unsure(heard, row, declared, sample_rate)
    plot = _plot(heard, row, chosen, sample_rate)
    ways = sum(abs(each.lag - chosen.lag) <= 1 for each in votes if each.sure)
    said = f"Sure: {ways} of {len(votes)} ways of measuring agree."
    if abs(chosen.lag - declared) <= 1:
        return Check(
            id="latency", verdict="pass", value=chosen.lag, unit="samples", title=TITLE, advice=said, plot=plot
        )
    apart = 1000 * abs(chosen.lag - declared) / sample_rate
    advice = f"It is declared as {declared}: dry and wet would be {apart:.2f} ms apart. {said}"
    if chosen.lag < 0:
        advice = f"The output comes {-chosen.lag} samples before its input: it hears ahead inside a block. {said}"
    mend = _mend(captured, chosen.lag, declared)
    return Check(
        id="latency", verdict="warn", value=chosen.lag, unit="samples", title=TITLE, advice=advice, plot=plot, mend=mend
    )


def _hear(captured: Captured, sample_rate: int, declared: int) -> Heard:
    block = block_for(captured, BLOCK)
    frames = -(-(round((LONGEST + AFTER) * sample_rate) + declared) // block) * block
    sound = noise(captured, frames, LOUD)
    bursts = np.random.default_rng(7).uniform(0.1, 1.0, frames // 480 + 1).astype(np.float32)
    sound *= np.repeat(bursts, 480)[:frames]
    at = min(1000, frames // 4)
    impulse, nothing = silence(captured, frames), silence(captured, frames)
    impulse[:, at] = IMPULSE
    click = play(captured, impulse, block, seconds=SECONDS)
    rest = play(captured, nothing, block, seconds=SECONDS)
    common = min(click.shape[1], rest.shape[1])
    loud = play(captured, sound, block, seconds=SECONDS)
    return Heard(sound, loud, click[:, :common] - rest[:, :common], at)


def _noise_votes(sound: Samples, made: Samples, row: tuple[int, int]) -> list[Vote]:
    played = made[row[1]]
    if not np.isfinite(played).all() or not float(np.abs(played).max(initial=0.0)) > 1e-9:
        return []
    return noise_votes(sound[row[0], : len(played)], played)


def _best_rows(heard: Heard) -> tuple[int, int]:
    pairs = [(one, other) for one in range(min(2, len(heard.sound))) for other in range(min(8, len(heard.loud)))]
    if len(pairs) == 1:
        return pairs[0]
    length = heard.loud.shape[1]

    def strength(pair: tuple[int, int]) -> float:
        return float(np.abs(correlation(heard.sound[pair[0], :length], heard.loud[pair[1]])).max())

    return max(pairs, key=strength)


def _unsure(heard: Heard, row: tuple[int, int], declared: int, sample_rate: int) -> Check:
    played = heard.loud[row[1]]
    found = envelope_lag(heard.sound[row[0], : len(played)], played)
    advice = "Unsure: the sound is changed too much to tell a delay."
    if found.sure:
        advice += f" Its loudness follows about {found.lag} samples ({1000 * found.lag / sample_rate:.0f} ms) later."
    return Check(id="latency", verdict="skip", value=declared, unit="samples", title=TITLE, advice=advice)


def _mend(captured: Captured, lag: int, declared: int) -> Mend | None:
    """The declaration that was measured; what the treatment around the model adds is not declared again."""
    own = captured.call.latency + lag - declared
    if own < 0 or not mendable(captured):
        return None
    return Mend(label=f"Declare {count(own)} of delay: then dry and wet agree", call={"latency": own})


def _plot(heard: Heard, row: tuple[int, int], chosen: Vote, sample_rate: int) -> Plot:
    """The impulse response around the delay, or the correlation where an impulse gives nothing."""
    response = heard.response[row[1]]
    start = max(0, heard.at + chosen.lag - SHOWN)
    values, label, first = response[start : start + 2 * SHOWN], "impulse response", start - heard.at
    if not float(np.abs(values).max(initial=0.0)) > 1e-5:
        played = heard.loud[row[1]]
        strength = correlation(heard.sound[row[0], : len(played)], played)
        first, label = chosen.lag - SHOWN, "correlation"
        values = np.take(strength, range(first, first + 2 * SHOWN), mode="wrap").astype(np.float32)
    x = tuple(round(1000 * (first + n) / sample_rate, 4) for n in range(len(values)))
    line = Series(name=label, x=x, y=tuple(float(f"{value:.5g}") for value in values))
    return Plot(x_label="delay (ms)", y_label=label, series=(line,))
