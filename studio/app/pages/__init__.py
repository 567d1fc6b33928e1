"""The pages of the window: widgets arranged, fed with states, their signals handed on."""
