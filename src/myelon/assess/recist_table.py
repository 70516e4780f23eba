"""RECIST 1.1 as arithmetic and as its table: targets by their sum, and the overall response of a time point.

Eisenhauer 2009; rows and limits in INSTRUMENTS.md, `recist_1_1`.
"""

PARTIAL, PROGRESSION, LEAST_MM = 0.70, 1.20, 5.0
TOLERANCE = 1e-9


def target_response(baseline_mm: float, nadir_mm: float, current_mm: float, *, gone: bool | None = None) -> str:
    """Response of the target lesions by their sum.

    Args:
        baseline_mm: Sum before treatment.
        nadir_mm: Smallest sum before now, the baseline included.
        current_mm: Sum now.
        gone: Whether every target is gone and every node below 10 mm; None reads a sum of 0 as gone.

    After a true complete response (a smallest sum of 0) whatever is there again is progression (EORTC, RECIST 1.1
    questions): 20 % and 5 mm are not asked for.

    >>> target_response(100, 100, 70), target_response(60, 20, 24), target_response(55, 50, 60)
    ('PR', 'PR', 'PD')
    >>> target_response(40, 0, 3)
    'PD'
    """
    if gone if gone is not None else current_mm <= TOLERANCE:
        return "CR"
    if nadir_mm <= TOLERANCE:
        return "PD"
    if current_mm >= nadir_mm * PROGRESSION - TOLERANCE and current_mm - nadir_mm >= LEAST_MM - TOLERANCE:
        return "PD"
    return "PR" if current_mm <= baseline_mm * PARTIAL + TOLERANCE else "SD"


def overall(target: str, non_target: str, *, new: bool) -> str:
    """Overall response of a time point: the table of RECIST 1.1.

    Args:
        target: CR, PR, SD, PD, NE (not all evaluated) or "none".
        non_target: CR, non-CR/non-PD, non-PD, PD, NE or "none".
        new: A new lesion.
    """
    if new or "PD" in {target, non_target}:
        return "PD"
    if target == "none":
        return {"CR": "CR", "NE": "NE", "none": "NE"}.get(non_target, "non-CR/non-PD")
    if target == "CR":
        return "CR" if non_target in {"CR", "none"} else "PR"
    return target
