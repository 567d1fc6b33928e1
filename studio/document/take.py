"""What a hand does with one knob while the sound plays, on its way to become a lane."""

from __future__ import annotations

from studio.document.performance import Lane

Point = tuple[float, float]
CLOSE = 0.005  # of the knob's range: straight lines need not follow a hand more closely
STEP_S = 0.002  # a jump in a lane takes as long
REST_S = 0.15  # between two moves; longer ones are not part of a sweep


class Take:
    """Moves from the touch of a knob to its release: one stretch of time, or several where the sound loops.

    Args:
        stepped: the knob knows only a few positions; it jumps from one to the next.
    """

    def __init__(self, stepped: bool = False) -> None:
        self._stepped = stepped
        self._stretches: list[list[Point]] = []
        self._moved_s = 0.0

    def move(self, seconds: float, position: float, turned_back_at: float | None = None) -> None:
        """The knob stands at `position` now; where the sound went back meanwhile, it did so at `turned_back_at`."""
        self._moved_s = seconds
        self._add(seconds, position, turned_back_at)

    def rest(self, seconds: float, turned_back_at: float | None = None) -> None:
        """The knob still stands where it stood; in the moment between two moves of a sweep that is no rest."""
        if self._stretches and not 0 <= seconds - self._moved_s < REST_S:
            self._add(seconds, self._stretches[-1][-1][1], turned_back_at)

    def over(self, lane: Lane | None, rest: float) -> Lane:
        """The lane with everything between touch and release replaced.

        Args:
            lane: what was recorded before.
            rest: where the knob stood before it was touched, which it keeps until then where there is no lane.

        Raises: ValueError for an empty take.
        """
        for stretch in self._stretches:
            lane = self._punched(lane, rest, thinned(stretch))
        if lane is None:
            raise ValueError("a take without moves")
        return lane

    def _add(self, seconds: float, position: float, turned_back_at: float | None) -> None:
        points = self._stretches[-1] if self._stretches else []
        if not points or seconds < points[-1][0]:
            if points and turned_back_at is not None and turned_back_at > points[-1][0]:
                points.append((turned_back_at, points[-1][1]))
            self._stretches.append([(seconds, position)])
            return
        if self._stepped and position != points[-1][1] and seconds - STEP_S > points[-1][0]:
            points.append((seconds - STEP_S, points[-1][1]))
        points.append((seconds, position))

    def _punched(self, lane: Lane | None, rest: float, stretch: list[Point]) -> Lane:
        """The old lane up to the touch, the new one, and the old one again from the release on."""
        start, (end, last) = stretch[0][0], stretch[-1]
        points = lane.points if lane is not None else ()
        before = [point for point in points if point[0] < start - STEP_S]
        after = [point for point in points if point[0] > end + STEP_S]
        if start > STEP_S:
            before.append((start - STEP_S, lane.at(start - STEP_S) if lane is not None else rest))
        if self._stepped or start == end:  # what is set in one moment stays until the next move
            after[:1] = [(at, last) for at, _ in after[:1]] if self._stepped else after[:1]
        elif lane is not None:
            after.insert(0, (end + STEP_S, lane.at(end + STEP_S)))
        return Lane(points=(*before, *stretch, *after))


def thinned(points: list[Point], close: float = CLOSE) -> list[Point]:
    """The fewest of these points, ends included, whose straight lines come within `close` of all others.

    After Ramer, Douglas and Peucker, but measured along the position: that is what is heard.
    """
    kept = {0, len(points) - 1}
    open_ends = [(0, len(points) - 1)]
    while open_ends:
        first, last = open_ends.pop()
        farthest, at = 0.0, first
        (start_s, start), (end_s, end) = points[first], points[last]
        slope = (end - start) / (end_s - start_s) if end_s > start_s else 0.0
        for index in range(first + 1, last):
            away = abs(points[index][1] - (start + slope * (points[index][0] - start_s)))
            if away > farthest:
                farthest, at = away, index
        if farthest > close:
            kept.add(at)
            open_ends += [(first, at), (at, last)]
    return [points[index] for index in sorted(kept)]
