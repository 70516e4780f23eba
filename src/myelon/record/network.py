"""Difference constraints over points in time: are they consistent, and how far can each point lie from another?

Edges say ``t[head] - t[tail] <= weight``. A feasible time for every point (a potential) is kept, so that shortest
paths are found by Dijkstra on reduced weights, and a new edge costs only what it changes. Statements that cannot
hold together are a cycle of negative length (Dechter, Meiri and Pearl 1991; Cotton and Maler 2006).
"""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from math import inf, isfinite
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SLACK_DAYS = 1e-6


class Constraint(NamedTuple):
    """``low <= t[after] - t[before] <= high`` in days, the statement that says so, and whether a reader assumed it."""

    before: str
    after: str
    low: float
    high: float
    statement: str
    assumed: bool = False


class Edge(NamedTuple):
    """One half of a constraint, seen from one of its points."""

    to: int
    weight: float
    statement: str


class Contradiction(Exception):  # noqa: N818  # an answer inside this package, never shown as an error
    """Statements that cannot hold together: an irreducible set."""

    def __init__(self, statements: tuple[str, ...]) -> None:
        super().__init__(statements)
        self.statements = statements


class Network:
    """Points by name, and their edges forwards and backwards."""

    def __init__(self, same: Iterable[tuple[str, str]] = ()) -> None:
        self.index: dict[str, int] = {}
        self.out: list[list[Edge]] = []
        self.into: list[list[Edge]] = []
        self.potential: list[float] = []
        self.merge(same)

    @classmethod
    def of(cls, rows: Iterable[Constraint], same: Iterable[tuple[str, str]] = ()) -> Self:
        """Build a network; ``same`` are two names of one point.

        Raises:
            Contradiction: The constraints cannot all hold.
        """
        network = cls(same)
        for row in rows:
            network._link(row)
        network._settle(network._order())
        return network

    def merge(self, same: Iterable[tuple[str, str]]) -> None:
        """Give one point two names."""
        for one, other in same:
            self.index[other] = self._point(one)

    def copy(self) -> Self:
        """A network that can be added to while this one stays."""
        twin = type(self)()
        twin.index = dict(self.index)
        twin.out = [*self.out]
        twin.into = [*self.into]
        twin.potential = [*self.potential]
        return twin

    def add(self, rows: Sequence[Constraint]) -> list[int]:
        """Add constraints to a copy made by `copy`.

        Returns:
            The points that have new edges.

        Raises:
            Contradiction: They cannot hold with what is there; the network is then of no more use.
        """
        touched: list[int] = []
        for row in rows:
            for point in (self._point(row.before), self._point(row.after)):
                self.out[point] = [*self.out[point]]
                self.into[point] = [*self.into[point]]
                touched.append(point)
            self._link(row)
        self._settle(touched)
        return list(dict.fromkeys(touched))

    def spread(
        self,
        source: int,
        *,
        backwards: bool = False,
        until: int | None = None,
        known: tuple[list[float], Iterable[int]] | None = None,
    ) -> list[float]:
        """Shortest distance from a point to every other (to it, when backwards); infinite where nothing bounds.

        Args:
            source: Where from.
            backwards: Distances to the source instead.
            until: Stop when this point is settled.
            known: Distances before edges were added, and the points they were added to.
        """
        size, edges = len(self.out), self.into if backwards else self.out
        sign = -1.0 if backwards else 1.0
        height = self.potential
        if known is None:
            distance = [inf] * size
            distance[source] = 0.0
            queue = [(0.0, source)]
        else:
            before, touched = known
            distance = [*before, *[inf] * (size - len(before))]
            queue = sorted((distance[p] - sign * (height[p] - height[source]), p) for p in touched)
        while queue:
            reduced, tail = heappop(queue)
            if tail == until:
                break
            here = distance[tail]
            if reduced > here - sign * (height[tail] - height[source]) + _SLACK_DAYS:
                continue
            for edge in edges[tail]:
                there = here + edge.weight
                if there < distance[edge.to] - _SLACK_DAYS:
                    distance[edge.to] = there
                    heappush(queue, (there - sign * (height[edge.to] - height[source]), edge.to))
        return distance

    # ── inside ──────────────────────────────────────────────────────────────────────────────────────────

    def _point(self, name: str) -> int:
        number = self.index.get(name)
        if number is None:
            number = self.index[name] = len(self.out)
            self.out.append([])
            self.into.append([])
            self.potential.append(0.0)
        return number

    def _link(self, row: Constraint) -> None:
        before, after = self._point(row.before), self._point(row.after)
        if isfinite(row.high):
            self.out[before].append(Edge(after, row.high, row.statement))
            self.into[after].append(Edge(before, row.high, row.statement))
        if isfinite(row.low):
            self.out[after].append(Edge(before, -row.low, row.statement))
            self.into[before].append(Edge(after, -row.low, row.statement))

    def _order(self) -> list[int]:
        """Points such that a later time comes before the earlier ones it pulls down: one sweep mostly settles all."""
        seen = [False] * len(self.out)
        order: list[int] = []
        for start in range(len(self.out)):
            if seen[start]:
                continue
            seen[start] = True
            stack = [(start, iter(self.out[start]))]
            while stack:
                point, edges = stack[-1]
                step = next((e.to for e in edges if e.weight <= 0 and not seen[e.to]), None)
                if step is None:
                    order.append(point)
                    stack.pop()
                else:
                    seen[step] = True
                    stack.append((step, iter(self.out[step])))
        return order[::-1]

    def _settle(self, start: Iterable[int]) -> None:
        """Lower potentials until every edge holds, or a cycle shows that it never will."""
        height, size = self.potential, len(self.out)
        queue = deque(dict.fromkeys(start))
        waiting = set(queue)
        parent: dict[int, tuple[int, str]] = {}
        steps = 0
        while queue:
            tail = queue.popleft()
            waiting.discard(tail)
            for edge in self.out[tail]:
                there = height[tail] + edge.weight
                if there >= height[edge.to] - _SLACK_DAYS:
                    continue
                height[edge.to] = there
                parent[edge.to] = (tail, edge.statement)
                steps += 1
                if edge.to == tail or steps % size == 0:
                    cycle = _cycle(parent)
                    if cycle:
                        raise Contradiction(cycle)
                if edge.to not in waiting:
                    waiting.add(edge.to)
                    queue.append(edge.to)


def _cycle(parent: dict[int, tuple[int, str]]) -> tuple[str, ...]:
    """The statements of a cycle among the parents, or nothing."""
    colour: dict[int, int] = {}
    for start in parent:
        point, walk = start, start
        while point in parent and point not in colour:
            colour[point] = walk
            point = parent[point][0]
        if colour.get(point) == walk and point in parent:
            statements, at = [], point
            while True:
                at, statement = parent[at]
                statements.append(statement)
                if at == point:
                    return tuple(dict.fromkeys(reversed(statements)))
    return ()
