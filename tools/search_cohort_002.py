"""Search survival times and groups of 58 invented patients that give Table 7 of paper 002.

The paper prints hazard ratios, intervals, two p and medians of six contrasts, but no times. Simulated annealing looks
for times (half months), deaths and group labels that reproduce them, under what the paper's other tables allow
(LV_FACTS DL16 to DL20): 61 patients less the three that were lost. First times and labels move together, then the
labels of each row alone. Its result is kept as `src/myelon/demo/cohort_002_survival.csv`; nothing in it is a patient's.

    python tools/search_cohort_002.py --minutes 20 --seed 1
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from pathlib import Path
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[Any]
OUT = Path(__file__).parents[1] / "src/myelon/demo/cohort_002_survival.csv"
FOLLOWED, LOST, LAST = 58, 3, 90
LEAST_CENSORED = 7
"""Half months: who lived at the end of follow-up had been followed for at least 99 days (DL21)."""


class Row(NamedTuple):
    """A row of Table 7: sizes of its groups among the 61 (those in neither last), and what is printed."""

    name: str
    sizes: tuple[int, int, int]
    hazard_ratio: float
    lower: float
    upper: float
    p_logrank: float
    p_gehan: float
    medians: tuple[float, float]


ROWS = (
    Row("sex", (31, 30, 0), 1.258, 0.7081, 2.235, 0.4338, 0.2450, (4.0, 5.0)),
    Row("age", (26, 35, 0), 1.055, 0.5666, 1.963, 0.8664, 0.9522, (4.0, 4.0)),
    Row("performance", (27, 34, 0), 0.9207, 0.5171, 1.639, 0.7789, 0.1220, (5.0, 3.0)),
    Row("organs", (16, 42, 3), 0.6413, 0.3473, 1.184, 0.1557, 0.3649, (5.5, 4.0)),
    Row("regions", (34, 27, 0), 0.4199, 0.2254, 0.7823, 0.0063, 0.0063, (7.0, 3.0)),
    Row("treatment", (47, 13, 1), 0.1987, 0.06931, 0.5697, 0.0026, 0.0024, (5.0, 2.0)),
)
COARSE = 1e-2
"""The difference that counts as 1."""
AGE = 1
"""The one row whose group sizes are not printed: they are free."""
TARGETS = np.array(
    [
        [r.hazard_ratio, r.lower, r.upper, r.p_logrank, r.p_gehan, *r.medians]
        + [-NormalDist().inv_cdf(p / 2) for p in (r.p_logrank, r.p_gehan)]
        for r in ROWS
    ]
)
SIZES = np.array([r.sizes for r in ROWS], dtype=np.int64)


@njit(cache=True)
def median(died: Array, left: Array) -> float:
    """Median of one group from its deaths and departures by half month; midpoint where the curve lies on one half."""
    at_risk = left.sum()
    if at_risk == 0:
        return -1.0
    survival, flat = 1.0, -1.0
    for t in range(len(died)):
        if died[t] > 0:
            if flat >= 0:
                return (flat + t) / 4.0
            survival *= 1.0 - died[t] / at_risk
            if abs(survival - 0.5) < 1e-9:
                flat = float(t)
            elif survival < 0.5:
                return t / 2.0
        at_risk -= left[t]
    return -1.0


@njit(cache=True)
def statistics(times: Array, deaths: Array, labels: Array, found: Array) -> None:
    """Hazard ratio with limits (Mantel–Haenszel), p of both tests, medians, z of both."""
    died = np.zeros((2, LAST + 1), dtype=np.int64)
    left = np.zeros((2, LAST + 1), dtype=np.int64)
    for i in range(len(times)):
        g = labels[i]
        if g < 2:
            left[g, times[i]] += 1
            died[g, times[i]] += deaths[i]
    n0, n1 = left[0].sum(), left[1].sum()
    score = variance = score_gehan = variance_gehan = 0.0
    for t in range(LAST + 1):
        d = died[0, t] + died[1, t]
        n = n0 + n1
        if d > 0:
            difference = died[0, t] - d * n0 / n
            score += difference
            score_gehan += n * difference
            if n > 1:
                v = d * (n0 / n) * (n1 / n) * (n - d) / (n - 1)
                variance += v
                variance_gehan += n * n * v
        n0 -= left[0, t]
        n1 -= left[1, t]
    if variance <= 0:
        found[:] = 1e3
        return
    k, half = score / variance, 1.959963984540054 / math.sqrt(variance)
    found[0], found[1], found[2] = math.exp(k), math.exp(k - half), math.exp(k + half)
    found[3] = math.erfc(abs(score) / math.sqrt(2.0 * variance))
    found[4] = math.erfc(abs(score_gehan) / math.sqrt(2.0 * variance_gehan))
    found[7] = abs(score) / math.sqrt(variance)
    found[8] = abs(score_gehan) / math.sqrt(variance_gehan)
    found[5], found[6] = median(died[0], left[0]), median(died[1], left[1])


@njit(cache=True)
def loss_of(times: Array, deaths: Array, labels: Array, target: Array, scale: float, found: Array) -> float:
    """How far a row is from what is printed; 1 is a difference of the scale, relative for ratios."""
    statistics(times, deaths, labels, found)
    total = 0.0
    for k in range(3):
        total += (math.log(found[k] / target[k]) / scale) ** 2
    for k in range(3, 5):
        total += ((found[k + 4] - target[k + 4]) / scale) ** 2
    for k in range(5, 7):
        if found[k] != target[k]:
            total += (12.0 + 8.0 * abs(found[k] - target[k])) * COARSE / scale
    return total


@njit(cache=True)
def median_loss(times: Array, deaths: Array, scale: float) -> float:
    """The median of all is 4 months."""
    died = np.zeros(LAST + 1, dtype=np.int64)
    left = np.zeros(LAST + 1, dtype=np.int64)
    for i in range(len(times)):
        left[times[i]] += 1
        died[times[i]] += deaths[i]
    wrong = abs(median(died, left) - 4.0)
    return (12.0 * wrong + (12.0 if wrong > 0 else 0.0)) * COARSE / scale


@njit(cache=True)
def allowed(counts: Array, sizes: Array, free: bool) -> bool:  # numba takes no keywords
    """Whether the lost can make the group sizes up: each group lacks none or some, three in all."""
    if free:
        return bool(counts[0] >= 15 and counts[1] >= 15 and counts[2] == 0)
    for k in range(3):
        if counts[k] > sizes[k] or counts[k] < sizes[k] - LOST or counts[k] < 0:
            return False
    return True


@njit(cache=True)
def anneal_labels(
    times: Array,
    deaths: Array,
    labels: Array,
    target: Array,
    sizes: Array,
    free: bool,
    scale: float,
    steps: int,
    hot: float,
    cold: float,
    seed: int,
) -> float:  # numba takes no keywords
    """Move the labels of one row alone."""
    np.random.seed(seed)
    found = np.zeros(9)
    n = len(times)
    counts = np.zeros(3, dtype=np.int64)
    for i in range(n):
        counts[labels[i]] += 1
    now = loss_of(times, deaths, labels, target, scale, found)
    best, kept = now, labels.copy()
    for step in range(steps):
        heat = hot * (cold / hot) ** (step / steps)
        i, j = np.random.randint(n), np.random.randint(n)
        a, b = labels[i], labels[j]
        if np.random.random() < 0.15:
            new = np.random.randint(3)
            if new == a:
                continue
            counts[a] -= 1
            counts[new] += 1
            if not allowed(counts, sizes, free):
                counts[a] += 1
                counts[new] -= 1
                continue
            labels[i] = new
            then = loss_of(times, deaths, labels, target, scale, found)
            if then <= now or np.random.random() < math.exp((now - then) / heat):
                now = then
            else:
                labels[i] = a
                counts[a] += 1
                counts[new] -= 1
        else:
            if a == b:
                continue
            labels[i], labels[j] = b, a
            then = loss_of(times, deaths, labels, target, scale, found)
            if then <= now or np.random.random() < math.exp((now - then) / heat):
                now = then
            else:
                labels[i], labels[j] = a, b
        if now < best:
            best = now
            kept[:] = labels
    labels[:] = kept
    return best


@njit(cache=True)
def anneal_all(
    times: Array,
    deaths: Array,
    labels: Array,
    targets: Array,
    sizes: Array,
    scale: float,
    steps: int,
    hot: float,
    cold: float,
    seed: int,
) -> float:  # one loop that numba compiles
    """Move times, deaths and labels of all rows together."""
    np.random.seed(seed)
    rows, n = labels.shape
    found = np.zeros(9)
    losses = np.zeros(rows)
    for r in range(rows):
        losses[r] = loss_of(times, deaths, labels[r], targets[r], scale, found)
    whole = median_loss(times, deaths, scale)
    counts = np.zeros((rows, 3), dtype=np.int64)
    for r in range(rows):
        for i in range(n):
            counts[r, labels[r, i]] += 1
    trial = np.zeros(rows)
    for step in range(steps):
        heat = hot * (cold / hot) ** (step / steps)
        kind = np.random.random()
        i, j = np.random.randint(n), np.random.randint(n)
        if kind < 0.3:
            old_time, old_death = times[i], deaths[i]
            if kind < 0.06:
                deaths[i] = 1 - deaths[i]
            else:
                times[i] = min(LAST, max(1, times[i] + np.random.randint(-4, 5)))
            total = deaths.sum()
            if (deaths[i] == 0 and times[i] < LEAST_CENSORED) or total < 50 or total > 53:
                times[i], deaths[i] = old_time, old_death
                continue
            then = median_loss(times, deaths, scale)
            change = then - whole
            for r in range(rows):
                trial[r] = loss_of(times, deaths, labels[r], targets[r], scale, found)
                change += trial[r] - losses[r]
            if change <= 0 or np.random.random() < math.exp(-change / heat):
                whole = then
                losses[:] = trial
            else:
                times[i], deaths[i] = old_time, old_death
            continue
        r = np.random.randint(rows)
        a, b = labels[r, i], labels[r, j]
        if kind < 0.4:
            new = np.random.randint(3)
            counts[r, a] -= 1
            counts[r, new] += 1
            if new == a or not allowed(counts[r], sizes[r], r == AGE):
                counts[r, a] += 1
                counts[r, new] -= 1
                continue
            labels[r, i] = new
            then = loss_of(times, deaths, labels[r], targets[r], scale, found)
            if then <= losses[r] or np.random.random() < math.exp((losses[r] - then) / heat):
                losses[r] = then
            else:
                labels[r, i] = a
                counts[r, a] += 1
                counts[r, new] -= 1
        elif a != b:
            labels[r, i], labels[r, j] = b, a
            then = loss_of(times, deaths, labels[r], targets[r], scale, found)
            if then <= losses[r] or np.random.random() < math.exp((losses[r] - then) / heat):
                losses[r] = then
            else:
                labels[r, i], labels[r, j] = a, b
    return float(losses.sum()) + whole


def start(rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Times about the printed median, and labels of allowed sizes."""
    times = np.clip(np.round(rng.exponential(11.5, FOLLOWED)), 1, LAST).astype(np.int64)
    deaths = np.ones(FOLLOWED, dtype=np.int64)
    deaths[np.argsort(times)[-12:][rng.permutation(12)[:6]]] = 0
    labels = np.zeros((len(ROWS), FOLLOWED), dtype=np.int64)
    for r in range(len(ROWS)):
        a, b, out = ROWS[r].sizes
        lost = [1, 2, 0] if r not in (3, 5) else [0, 3, 0]
        values = [0] * (a - lost[0]) + [1] * (b - lost[1]) + [2] * (out - lost[2])
        labels[r] = rng.permutation(values)
    return times, deaths, labels


def hits(times: Array, deaths: Array, labels: Array) -> tuple[int, list[str]]:
    """How many of the 42 printed numbers come out to the last digit, and a line per row."""
    count, lines = 0, []
    for r, row in enumerate(ROWS):
        found = np.zeros(9)
        statistics(times, deaths, labels[r], found)
        same = [float(f"{found[k]:.4g}") == TARGETS[r, k] for k in range(3)]
        same += [round(found[k], 4) == TARGETS[r, k] for k in (3, 4)] + [found[k] == TARGETS[r, k] for k in (5, 6)]
        count += sum(same)
        values = " ".join(f"{v:.5g}{'' if ok else '*'}" for v, ok in zip(found[:7], same, strict=True))
        lines.append(f"{row.name:12} {values}  sizes {np.bincount(labels[r], minlength=3)}")
    return count, lines


def main() -> None:
    """Search until the time is up; write the best that was found."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--minutes", type=float, default=20.0)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--out", type=Path, default=OUT)
    given = arguments.parse_args()
    rng = np.random.default_rng(given.seed)
    end = time.monotonic() + 60 * given.minutes
    best = -1
    while time.monotonic() < end:
        times, deaths, labels = start(rng)
        seeds = [int(k) for k in rng.integers(1 << 30, size=2)]
        if anneal_all(times, deaths, labels, TARGETS, SIZES, COARSE, 1_500_000, 100.0, 0.1, seeds[0]) > 500:
            continue
        total = anneal_all(times, deaths, labels, TARGETS, SIZES, COARSE, 40_000_000, 60.0, 0.02, seeds[1])
        print(f"start: {total:.3f}", flush=True)
        if total > 100:
            continue
        for _ in range(6):
            for r in range(len(ROWS)):
                if hits(times, deaths, labels)[1][r].count("*"):
                    trial = labels[r].copy()
                    before = loss_of(times, deaths, trial, TARGETS[r], COARSE, np.zeros(9))
                    after = anneal_labels(
                        times, deaths, trial, TARGETS[r], SIZES[r], r == AGE, COARSE, 12_000_000, 2.0, 1e-4,
                        int(rng.integers(1 << 30)),
                    )  # fmt: skip
                    if after < before:
                        labels[r] = trial
            count, lines = hits(times, deaths, labels)
            if count > best:
                best = count
                print(f"{count} of 42 printed numbers, {int(deaths.sum())} deaths", *lines, sep="\n", flush=True)
                write(given.out, times, deaths, labels)
            if best == 42 or time.monotonic() > end:
                return


def write(path: Path, times: Array, deaths: Array, labels: Array) -> None:
    """One row per followed patient: months, death, and a group (a, b or neither) for each contrast."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        sheet = csv.writer(stream, lineterminator="\n")
        sheet.writerow(["months", "death", *(r.name for r in ROWS)])
        for i in np.argsort(times, kind="stable"):
            sheet.writerow([times[i] / 2, deaths[i], *("ab-"[labels[r, i]] for r in range(len(ROWS)))])


if __name__ == "__main__":
    main()
