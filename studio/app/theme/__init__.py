"""How the window looks: two palettes of tokens, one style sheet, tinted icons."""
