"""What leaves of a dose: the sum as RT Dose, the curves as CSV, and the re-irradiation report."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.responses import Response

from myelon.board.reporting import reporting_items
from myelon.dose.reirradiation import CORD_ALPHA_BETA_GY
from myelon.errors import DoseError
from myelon.report.intended_use import INTENDED_USE
from myelon.web.packets import dosed_of, store_of
from myelon.web.pages.cases import case_context
from myelon.web.render import page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from myelon.board.cord_dose import CordDose
    from myelon.board.packet import DosedPacket
    from myelon.dose.dvh import DVH

router = APIRouter()
_CSV_STEP_GY = 0.1


@router.get("/cases/{case_id}/reirradiation")
def report(request: Request, case_id: str) -> Response:
    """The report on one page."""
    packet = dosed_of(request, case_id)
    items = reporting_items(packet, packet.dose) if packet.dose is not None else ()
    context = {"dose": packet.dose, "items": items, "at": f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"}
    return page(request, "reirradiation.html", case_context(request, packet, "Dose") | context)


@router.get("/cases/{case_id}/eqd2-sum.dcm")
def eqd2_sum(request: Request, case_id: str) -> Response:
    """The sum in EQD2 at α/β 2 as an RT Dose object."""
    from myelon.dose.sum_grid import sum_grid
    from myelon.exchange.dicom.write_sum import write_dose_sum

    packet = dosed_of(request, case_id)
    dose = _summed(packet, case_id)
    store = store_of(request)
    files = [c.files for c in dose.courses if c.files is not None]
    content = write_dose_sum(
        sum_grid(dose.grids, CORD_ALPHA_BETA_GY),
        [store.file(f.rtdose) for f in files if f.rtdose],
        [store.file(f.rtplan) for f in files if f.rtplan],
        description=f"EQD2 sum of {len(dose.courses)} courses",
        comment=_what_it_is(packet, dose),
        at=dt.datetime.now(dt.UTC),
    )
    name = f'attachment; filename="{case_id}-eqd2-sum.dcm"'
    return Response(content, media_type="application/dicom", headers={"Content-Disposition": name})


@router.get("/cases/{case_id}/dvh.csv")
def curves(request: Request, case_id: str) -> Response:
    """Every curve of the page as a table: structure, course, quantity, dose, volume."""
    packet = dosed_of(request, case_id)
    dose = _summed(packet, case_id)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([f"# {_what_it_is(packet, dose)}"])
    writer.writerow(["structure", "course", "quantity", "dose_gy", "volume_cc", "volume_percent"])
    for structure, course, quantity, curve in _curves(dose):
        step = max(1, round(_CSV_STEP_GY / float(curve.edges_gy[1] - curve.edges_gy[0])))
        for d, v in zip(curve.edges_gy[::step], curve.volume_cc[::step], strict=True):
            if d > curve.max_gy + _CSV_STEP_GY:
                break
            percent = 100.0 * v / curve.covered_cc if curve.covered_cc > 0 else 0.0
            writer.writerow([structure, course, quantity, f"{d:.2f}", f"{v:.6f}", f"{percent:.4f}"])
    name = f'attachment; filename="{case_id}-dvh.csv"'
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})


def _curves(dose: CordDose) -> Iterator[tuple[str, str, str, DVH]]:
    names = [f"RT {c.ordinal}" for c in dose.courses]
    for structure, per_course in dose.physical.items():
        for name, curve in zip(names, per_course, strict=True):
            yield structure, name, "physical dose", curve
    for structure, both in dose.sums.items():
        for sums in both:
            quantity = f"EQD2 at alpha/beta {sums.alpha_beta_gy:g}"
            yield structure, "sum", quantity, sums.total
            for name, curve in zip(names, sums.courses, strict=True):
                yield structure, name, quantity, curve


def _summed(packet: DosedPacket, case_id: str) -> CordDose:
    if packet.dose is None or not packet.dose.grids:
        raise DoseError(
            "no dose files that can be summed", where=case_id, todo="Add RTDOSE and RTSTRUCT of the courses"
        )
    return packet.dose


def _what_it_is(packet: DosedPacket, dose: CordDose) -> str:
    """What an export is, in the alphabet that every system reads."""
    nature = "SYNTHETIC, nobody's data. " if packet.case.about.nature == "synthetic" else ""
    courses = "; ".join(f"RT {c.ordinal} {c.schedule}" for c in dose.courses)
    words = (
        f"{nature}Case {packet.case.id}. EQD2 at alpha/beta {CORD_ALPHA_BETA_GY:g} Gy of {courses}: each course "
        "converted with its own fractions at its voxels, then added; no recovery; where a course is not known nothing "
        f"is given. End caps: slab. {INTENDED_USE}"
    )
    return words.replace("α/β", "alpha/beta").encode("ascii", "replace").decode("ascii")
