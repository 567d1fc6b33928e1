"""Layers for authors, under the names of Neutone's SDK: checkpoints that were trained with it load into them."""
