"""How much of a sound is handed to a model at once."""

PIECE = 1 << 20  # samples: no more than memory holds
