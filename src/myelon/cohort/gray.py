"""Gray's test: whether the cumulative incidence of one cause differs between groups.

At each time the groups are weighed by R_i = n_i (1 - F_i(t-)) / S_i(t-), and the subdistribution hazards compared. The
variance follows Gray 1988 (equation 8 and appendix), with the tie corrections of R's cmprsk. Source: gray1988.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from myelon.errors import TableError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from myelon.cohort.cause_table import CauseTable


class GrayTest(NamedTuple):
    """Gray's test of one cause."""

    cause: str
    groups: tuple[str, ...]
    statistic: float
    degrees_of_freedom: int
    p: float


def gray_test(table: CauseTable, cause: str | None = None) -> GrayTest:
    """Compare the incidence of a cause (the first one when None) between groups.

    Raises:
        TableError: Fewer than two groups, no event of that cause.

    >>> from myelon.cohort.cause_table import summarise_causes
    >>> table = summarise_causes([1, 2, 3, 4, 5, 6], [1, 1, 2, 2, 1, 0], list("aababb"))
    >>> round(gray_test(table).statistic, 3)
    2.438
    """
    cause = table.causes[0] if cause is None else cause
    which = table.causes.index(cause)
    if len(table.groups) < 2:
        raise TableError("only one group", todo="Give a column that splits the patients in two or more")
    if not table.events[:, :, which].any():
        raise TableError(f"no event {cause!r} in any group", todo="A test needs at least one event")
    from scipy.special import chdtrc  # noqa: PLC0415  # scipy loads only where a p is needed

    score, variance = _score(table, which)
    inner = np.linalg.pinv(variance[:-1, :-1], hermitian=True)
    statistic = float(score[:-1] @ inner @ score[:-1])
    df = int(np.linalg.matrix_rank(variance, hermitian=True))
    return GrayTest(cause, table.groups, statistic, df, float(chdtrc(df, statistic)) if df else 1.0)


def _score(table: CauseTable, which: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Score of each group and its covariance matrix."""
    groups = len(table.groups)
    busy = table.events.any(axis=(1, 2))
    at_risk = table.at_risk[busy].astype(np.float64)
    own = table.events[busy, :, which].astype(np.float64)
    other = table.events[busy].sum(axis=2) - own
    survival_before, incidence_before = np.ones(groups), np.zeros(groups)
    pooled_before = 0.0
    score, cumulated = np.zeros(groups), np.zeros((groups, groups))
    variance, cross, square = np.zeros((groups, groups)), np.zeros((groups, groups)), np.zeros(groups)
    for n, d1, d2 in zip(at_risk, own, other, strict=True):
        there = n > 0
        safe = np.where(there, n, 1.0)
        survival = np.where(there, survival_before * (safe - d1 - d2) / safe, survival_before)
        incidence = np.where(there, incidence_before + survival_before * d1 / safe, incidence_before)
        weight = np.where(there & (survival_before > 0), n / np.where(survival_before > 0, survival_before, 1.0), 0.0)
        whole = weight.sum()
        total = d1.sum()
        pooled = pooled_before + total / whole
        # a_ij = R_i (delta_ij - R_j / R), in units of the Kaplan–Meier weight n/S
        a = np.diag(weight) - np.outer(weight, weight) / whole
        cumulated += a * (total / (whole * (1.0 - pooled_before)))
        with np.errstate(divide="ignore", invalid="ignore"):
            alive = np.where(survival > 0, (1.0 - pooled) / np.where(survival > 0, survival, 1.0), 0.0)
        if total > 0:
            shares = weight * (1.0 - incidence_before)
            score += d1 - total * shares / shares.sum()
            t4 = np.where(survival > 0, 1.0 - alive, 1.0)
            scale = whole * survival_before
            tied = 1.0 - (total - 1.0) / (scale - 1.0) if total > 1 else np.ones(groups)
            t3 = np.where(there, tied * survival_before * total / (whole * safe), 0.0)
            t1 = a - t4[None, :] * cumulated
            cross += t1 * t4 * t3
            variance += (t1 * t3) @ t1.T
            square += t4 * t4 * t3
        dying = there & (d2 > 0) & (survival > 0)
        if dying.any():
            with np.errstate(divide="ignore", invalid="ignore"):
                tied = np.where(d2 > 1, 1.0 - (d2 - 1.0) / (n - 1.0), 1.0)
            t3 = np.where(dying, tied * survival_before**2 * d2 / safe**2, 0.0)
            t1 = alive[None, :] * cumulated
            cross -= t1 * alive * t3
            variance += (t1 * t3) @ t1.T
            square += alive * alive * t3
        survival_before, incidence_before, pooled_before = survival, incidence, pooled
    product = cumulated @ cross.T
    variance += (cumulated * square) @ cumulated.T + product + product.T
    return score, variance
