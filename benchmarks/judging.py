"""What benchmarks of reach and of products may take, and the judges that stop them beyond it.

Nothing is measured here, so that the judges can be tried on made-up figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# Capacity at the size of France: times faster than its peer, and as good as equal to it.
CAPACITY_CASE, FASTER, EQUAL = (49_000, 10_000), 10.0, 1e-9
# Homes, candidates, posts: proved within some seconds. Peers find the same optimum.
SITING_CASE, SITING_PROVED_S, SAME_OPTIMUM = (3_000, 5_000, 100), 10.0, 1e-6
SMALL_PEER = "spopt"
NETWORK_JUNCTIONS = 1_000_000


@dataclass(frozen=True)
class Bound:
    """Most seconds of clock, and most megabytes if they are bound too."""

    seconds: float
    mb: float = float("inf")


REACH_BOUNDS = {
    "reach": Bound(30.0, 3000.0),
    "spread": Bound(8.0),
    "network": Bound(60.0),
    "siting": Bound(1.0),
}


# Most seconds of clock of each product, at the size of France.
PRODUCT_BOUNDS = {
    "geopackage": 15.0,
    "tables": 10.0,
    "tiles": 60.0,
    "pages": 60.0,
    "copy": 5.0,
    "fiches": 20.0,
    "start": 2.0,
    "first map": 2.0,
}


@dataclass(frozen=True)
class Timing:
    """A product that was timed.

    Attributes
    ----------
    kind : key of `PRODUCT_BOUNDS`, or nothing for a part that has no bound of its own.
    task, case : what was done, and on what.
    seconds : of clock.
    """

    kind: str
    task: str
    case: str
    seconds: float


@dataclass(frozen=True)
class Measure:
    """What was timed.

    Attributes
    ----------
    seconds, processor : of clock, which the bound is for, and of processor, all threads.
    mb : the most that its process used.
    kind : key of `REACH_BOUNDS`, or nothing for a part that has no bound of its own.
    junctions : of the road network, where there is one.
    """

    task: str
    case: str
    seconds: float
    processor: float
    mb: float = 0.0
    kind: str = ""
    junctions: int = 0

    @property
    def bound(self) -> Bound | None:
        """What it may take."""
        return REACH_BOUNDS[self.kind] if self.kind else None


@dataclass(frozen=True)
class CapacityCase:
    """Capacity here and with a peer; `apart` is their largest difference, relative."""

    homes: int
    places: int
    pairs: int
    seconds: float
    peer_seconds: float
    apart: float

    @property
    def ratio(self) -> float:
        """Times faster than the peer."""
        return self.peer_seconds / self.seconds


@dataclass(frozen=True)
class SitingCase:
    """A choice of sites here, and with a peer that may not have been asked.

    Attributes
    ----------
    peer_value : people that the peer's choice reaches, missing when it was not asked or proved
        nothing.
    """

    homes: int
    candidates: int
    posts: int
    pairs: int
    seconds: float
    proved: bool
    gap: float
    value: float
    greedy_value: float
    peer: str
    peer_seconds: float
    peer_value: float


def reach_faults(measures: Iterable[Measure]) -> list[str]:
    """Say what of reach is beyond its bound, in time, memory or size."""
    measures = list(measures)
    faults = _late(measures, {kind: bound.seconds for kind, bound in REACH_BOUNDS.items()})
    for own in measures:
        if own.bound is not None and not own.mb <= own.bound.mb:
            faults.append(f"{own.task}: {own.mb:,.0f} MB, at most {own.bound.mb:,.0f}")
        if own.kind == "network" and own.junctions < NETWORK_JUNCTIONS:
            faults.append(f"{own.task}: {own.junctions:,} junctions, not {NETWORK_JUNCTIONS:,}")
    return faults


def product_faults(timings: Iterable[Timing]) -> list[str]:
    """Say which products are beyond their bound."""
    return _late(list(timings), PRODUCT_BOUNDS)


def _late(timed: Sequence[Measure] | Sequence[Timing], bounds: Mapping[str, float]) -> list[str]:
    """Say what is beyond its bound, or was not measured: an unknown figure is beyond any."""
    slow = [
        f"{own.task}: {own.seconds:.1f} s, at most {bounds[own.kind]:g}"
        for own in timed
        if own.kind and not own.seconds <= bounds[own.kind]
    ]
    measured = {own.kind for own in timed}
    return slow + [f"{kind}: not measured" for kind in bounds if kind not in measured]


def peer_faults(capacities: Iterable[CapacityCase], sitings: Iterable[SitingCase]) -> list[str]:
    """Say where a peer does better, or finds something else, and what was not proved in time."""
    capacities, sitings = list(capacities), list(sitings)
    faults = []
    for own in capacities:
        case = f"capacity, {own.homes:,} x {own.places:,}"
        if not own.apart <= EQUAL:
            faults.append(f"{case}: {own.apart:g} from the peer, at most {EQUAL:g}")
        if (own.homes, own.places) == CAPACITY_CASE and not own.ratio >= FASTER:
            faults.append(f"{case}: {own.ratio:.1f} times faster than the peer, not {FASTER:g}")
    for one in sitings:
        case = f"sites, {one.homes:,} x {one.candidates:,}, {one.posts} posts"
        apart = abs(one.peer_value - one.value)
        # spopt is asked on small cases, where both must prove the best.
        agrees = one.proved and apart <= SAME_OPTIMUM * one.value
        if (one.peer == SMALL_PEER and not agrees) or (
            one.proved and apart > SAME_OPTIMUM * one.value
        ):
            faults.append(f"{case}: {one.peer} finds {one.peer_value:g}, not {one.value:g}")
        if (one.homes, one.candidates, one.posts) == SITING_CASE and not (
            one.proved and one.seconds <= SITING_PROVED_S
        ):
            faults.append(f"{case}: not proved in {SITING_PROVED_S:g} s ({one.seconds:.1f} s)")
    if CAPACITY_CASE not in {(own.homes, own.places) for own in capacities}:
        faults.append("capacity: not measured at the size of France")
    if not any(one.peer == SMALL_PEER for one in sitings):
        faults.append(f"sites: not compared with {SMALL_PEER}")
    if SITING_CASE not in {(own.homes, own.candidates, own.posts) for own in sitings}:
        faults.append("sites: not measured at the size asked")
    return faults


def refuse(faults: list[str]) -> None:
    """Stop with what is wrong, if anything is."""
    if faults:
        raise SystemExit("\n".join(["beyond its bound:", *faults]))
