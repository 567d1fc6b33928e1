"""The engine's numbers as a listener reads them: what it costs, how late it is, what ails it and what to do."""

from __future__ import annotations

from studio.app.load import LoadHistory
from studio.app.state import Ailment, Delay, Figures
from studio.link.precedence import describe
from studio.link.shared import Priority, State, Status

STILL_LOOKS = 8  # a play head that has not moved for a quarter of a second stands still
AILMENTS = {
    State.NO_DEVICE: Ailment(
        "No audio device", "Nothing is heard; everything else works.", "Plug one in or choose one.", "danger"
    ),
    State.LOST: Ailment(
        "Device lost", "The audio device went away while it was open.", "It goes on when the device is back.", "danger"
    ),
    State.OVERLOAD: Ailment(
        "Overload",
        "Too slow for this block size: you hear the dry sound.",
        "Choose a larger block, or close other programs.",
    ),
    State.FAILING: Ailment(
        "Model fails",
        "The model raises an error while it plays: you hear the dry sound.",
        "Reload it once it is mended.",
    ),
}
SAID = {
    State.OVERLOAD: "overload",
    State.FAILING: "model fails",
    State.LOST: "device lost",
    State.AHEAD: "rendering ahead",
}


class FigureReader:
    """Turns one status after the other into figures, and keeps their history.

    Attributes:
        history: of the last minute.
        is_measured: whether the delay of the device was measured; else it is what the system says.
    """

    def __init__(self) -> None:
        self.history = LoadHistory()
        self.is_measured = False
        self._state: State | None = None
        self._depth, self._position, self._still = -1, -1, 0

    def look(self, status: Status, frames: int) -> Figures:
        """The figures of this status; `frames` is the length of what is played."""
        state = State(status.state)
        self._note(state, status)
        self._still = self._still + 1 if status.playing and status.position == self._position else 0
        self._position = status.position
        if state < State.RUNNING or not status.sample_rate:
            return Figures(ails=AILMENTS.get(state))
        block_ms = status.block / status.sample_rate * 1000
        worst_ms = status.worst_us / 1000
        late = self.history.look(status.load, worst_ms / block_ms, status.xruns)
        return Figures(
            running=True,
            load=status.load,
            worst_ms=worst_ms,
            block_ms=block_ms,
            late=late,
            lately=self.history.late_lately,
            muted=status.muted_blocks,
            delays=self._delays(status),
            block=status.block,
            depth=status.depth,
            sample_rate=status.sample_rate,
            priority=_hint(Priority(status.priority)),
            ails=self._ahead(status, frames) if state == State.AHEAD else AILMENTS.get(state),
        )

    def _note(self, state: State, status: Status) -> None:
        """Write into the history what has changed since the last look."""
        if state != self._state and self._state is not None:
            if state in SAID:
                self.history.happened(SAID[state])
            elif state == State.RUNNING and self._state in SAID:
                self.history.happened("all well again")
        if status.depth != self._depth >= 0:
            self.history.happened(f"{status.depth} block{'s' * (status.depth != 1)} ahead")
        self._state, self._depth = state, status.depth

    def _delays(self, status: Status) -> tuple[Delay, ...]:
        rate, ahead = status.sample_rate, status.depth * status.block
        how = "measured" if self.is_measured else "as the system says" if status.device_latency else "not told"
        parts = (
            ("Device", status.device_latency, how),
            (f"Render-ahead, {status.depth} block{'s' * (status.depth != 1)}", ahead, "exact"),
            ("Model", status.latency - ahead, "measured when it was opened"),
        )
        return tuple(Delay(what, samples, samples / rate * 1000, how) for what, samples, how in parts)

    def _ahead(self, status: Status, frames: int) -> Ailment:
        """Slower than real time: how far it has got, and why it may be silent."""
        share = min(1.0, (status.position + status.ready) / frames) if frames else 0.0
        seconds = status.ready / status.sample_rate
        word = f"Rendering ahead, {share:.0%}"
        if status.playing and self._still >= STILL_LOOKS:
            said = f"Slower than real time: waiting for more, {seconds:.1f} s are rendered."
            return Ailment(word, said, "It goes on by itself.")
        said = f"Slower than real time: {seconds:.1f} s are ready ahead."
        return Ailment(word, said, "What is rendered is kept until a knob moves.", "dim")


def _hint(priority: Priority) -> str:
    """Why it may stutter and what helps; nothing where the system does what it can, or nobody knows."""
    return "" if priority in (Priority.UNKNOWN, Priority.REAL_TIME) else " ".join(describe(priority)).strip()


def report(now: Figures, history: LoadHistory, device: str) -> str:
    """All of it as text, to be sent to somebody."""
    if not now.running:
        return f"{device or 'No audio device'}\n{now.ails.word if now.ails else 'not running'}"
    lines = [
        f"{device} · {now.sample_rate} Hz · block {now.block} · {now.depth} ahead",
        f"Load {now.load:.0%}, worst block {now.worst_ms:.2f} of {now.block_ms:.2f} ms, drop-outs {now.late}",
        f"Latency {now.latency_ms:.1f} ms ({now.latency_samples} samples)",
        *(f"  {each.what}: {each.samples} samples, {each.ms:.1f} ms, {each.how}" for each in now.delays),
        *(f"  {age:.0f} s ago: {said}" for age, said in history.recent()),
    ]
    return "\n".join([*lines, now.priority] if now.priority else lines)
