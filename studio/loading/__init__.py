"""Whatever is on disk becomes a model, safely."""
