"""MIDI controllers: what they send, and the ports it comes from. No Qt; python-rtmidi where it is installed."""
