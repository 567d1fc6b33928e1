"""What the app puts around a model so that it can be played: parts of a Call."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Filter(BaseModel):
    """A filter before or after the model, at the model's rate.

    Attributes:
        kind: which band is let through, or taken out for `stop`.
        low_hz: lower corner; unused by `low`.
        high_hz: upper corner; unused by `high`.
        taps: length of the impulse response in samples, odd; a linear-phase filter delays by half of it.
        phase: `linear` keeps the shape of waves, `minimum` adds the least delay.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["low", "high", "band", "stop"]
    low_hz: float = Field(default=0.0, ge=0)
    high_hz: float = Field(default=0.0, ge=0)
    taps: int = Field(default=255, ge=3, le=65535)
    phase: Literal["linear", "minimum"] = "linear"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.kind != "low" and self.low_hz <= 0:
            raise ValueError(f"a {self.kind} filter needs low_hz")
        if self.kind != "high" and self.high_hz <= self.low_hz * (self.kind != "low"):
            raise ValueError(f"a {self.kind} filter needs high_hz" + (" above low_hz" if self.kind != "low" else ""))
        if self.taps % 2 == 0:
            raise ValueError("taps must be odd")
        return self


class Spectrum(BaseModel):
    """Short-time spectra in and out of a model that wants them instead of waves.

    Attributes:
        n_fft: samples of one frame.
        hop: samples from frame to frame.
        window: analysis and synthesis window.
        form: what the model gets for each bin: `magnitude`, `power`, `log` (natural log of 1 + magnitude),
            or `complex` (real and imaginary part along a last axis).
        layout: axes of what the model gets: B batch, C channel, F bins, T frames (and R: real, imaginary).
        mask: what comes back multiplies the spectrum; else it replaces it. The phase is the input's where
            the form has none.
        frames: frames the model is given at a time, 1 for the least delay.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    n_fft: int = Field(default=1024, ge=4, le=1 << 16)
    hop: int = Field(default=256, ge=1)
    window: Literal["hann", "hamming", "sine", "ones"] = "hann"
    form: Literal["magnitude", "power", "log", "complex"] = "magnitude"
    layout: str = "BCFT"
    mask: bool = True
    frames: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.hop > self.n_fft:
            raise ValueError("the hop must not be longer than a frame")
        return self


class Decoding(BaseModel):
    """How class probabilities, one row for each frame, become labels with times.

    Attributes:
        frame_hop: samples from frame to frame, at the model's rate.
        frame_start: sample at which the first frame starts.
        form: what the model gives: `probability` 0…1, `logit`, or `softmax` logits over the classes.
        exclusive: at most one class at a time (the most probable), as for softmax.
        on: a label starts where its class reaches this probability.
        off: and ends where it falls below this one (hysteresis; not above `on`).
        least_seconds: shorter labels are dropped.
        gap_seconds: shorter gaps between labels of one class are closed.
        padding_seconds: every label is made longer by this on both sides.
        background: class index that is no label (silence, "none"); -1 where there is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    frame_hop: float = Field(gt=0)
    frame_start: float = 0.0
    form: Literal["probability", "logit", "softmax"] = "probability"
    exclusive: bool = False
    on: float = Field(default=0.5, ge=0, le=1)
    off: float = Field(default=0.35, ge=0, le=1)
    least_seconds: float = Field(default=0.0, ge=0)
    gap_seconds: float = Field(default=0.0, ge=0)
    padding_seconds: float = Field(default=0.0, ge=0)
    background: int = -1

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.off > self.on:
            raise ValueError("off must not be above on")
        return self
