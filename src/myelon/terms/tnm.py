"""TNM of lung cancer, 8th edition: only the rows that a source of ours holds; the rest is unknown, not guessed."""

from typing import NamedTuple

from myelon.terms.verification import Verification

LUNG_8 = "8th edition"


class StageRow(NamedTuple):
    """A descriptor and the stage group it gives alone, with its source."""

    m: str
    group: str
    source: str
    status: Verification


STAGES = (StageRow("M1a", "IVA", "CASES DB4 (IASLC 8th edition)", Verification.SECOND_HAND),)
"""M descriptors that give the group whatever T and N are."""


class SizeRow(NamedTuple):
    """A T descriptor by the size of the tumour."""

    above_mm: float
    t: str
    source: str
    status: Verification


SIZES = (SizeRow(70.0, "T4", "CASES DB4: more than 70 mm", Verification.SECOND_HAND),)


def lung_stage(_t: str, _n: str, m: str) -> StageRow | None:
    """The stage group of a descriptor set, where a row is held.

    >>> lung_stage("T4", "N2", "M1a").group
    'IVA'
    >>> lung_stage("T2", "N0", "M0") is None
    True
    """
    return next((row for row in STAGES if row.m == m), None)


def lung_t(size_mm: float) -> SizeRow | None:
    """The T descriptor by size alone, where a row is held.

    >>> lung_t(85).t
    'T4'
    """
    return next((row for row in SIZES if size_mm > row.above_mm), None)
