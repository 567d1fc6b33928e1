"""Files of amplifier models, for networks of those shapes: Neural Amp Modeler's and GuitarML's."""
