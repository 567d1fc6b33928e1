"""How the sound is mixed on its way through: what stands around the model, kept with the project."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

SILENT_DB = -90.0  # as in link.shared: a gain at or below is silence


class StemLevel(BaseModel):
    """One output of a model that has several. Where any is soloed, only soloed ones are heard."""

    model_config = ConfigDict(frozen=True)

    level_db: float = Field(0.0, ge=SILENT_DB, le=12.0)
    muted: bool = False
    soloed: bool = False


class Mixer(BaseModel):
    """Levels around the model.

    Attributes:
        input_db: gain before it.
        wet: its share of what is heard, 0…1; the rest is the dry sound, in time with it.
        stems: levels by the name of the output; 0 dB where missing.
        ceiling_db: true peak that the limiter allows, at most 0; None: no limiter.
    """

    model_config = ConfigDict(frozen=True)

    input_db: float = Field(0.0, ge=SILENT_DB, le=24.0)
    wet: float = Field(1.0, ge=0.0, le=1.0)
    stems: dict[str, StemLevel] = {}
    ceiling_db: float | None = Field(None, ge=-24.0, le=0.0)

    def stem_db(self, outputs: Sequence[str]) -> list[float]:
        """Gains in the order of `outputs`, mute and solo counted in."""
        stems = [self.stems.get(name, StemLevel()) for name in outputs]
        solo = any(stem.soloed for stem in stems)
        return [SILENT_DB if stem.muted or (solo and not stem.soloed) else stem.level_db for stem in stems]
