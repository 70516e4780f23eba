"""The dose of a case: what the organ had, each limit, what is left to it, and what a further course would change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from myelon.board.considered import under
from myelon.board.course_option import option_of, with_option
from myelon.board.packet import has_dose_files
from myelon.dose.bed import Prescription
from myelon.dose.distance import distances
from myelon.dose.interval import Interval
from myelon.dose.recovery import SCHEMES
from myelon.dose.reirradiation import CORD_ALPHA_BETA_GY
from myelon.dose.what_if import Assumed, Shape, WhatIf
from myelon.errors import DoseError, InputError
from myelon.record.kinds.subject import PatientId
from myelon.report.dose_bar import dose_bar
from myelon.web.own_limits import own_verdicts
from myelon.web.packets import ct_of, dosed_of, store_of
from myelon.web.pages.cases import case_context
from myelon.web.render import page
from myelon.web.signed import signed

if TYPE_CHECKING:
    from myelon.board.cord_dose import CordDose
    from myelon.board.packet import DosedPacket
    from myelon.exchange.dicom.embedded_dvh import ComparedDvh
    from myelon.record.kinds import Radiotherapy

router = APIRouter()


@router.get("/cases/{case_id}/dose")
def dose(request: Request, case_id: str, course: str = "sum", n: str = "", gap: str = "") -> Response:
    """Isodose picture, DVH, course table, verdicts, and the distance to a limit for n further fractions."""
    packet = dosed_of(request, case_id)
    context = case_context(request, packet, "Dose") | {"dose": packet.dose, "course": course}
    context |= {"has_files": has_dose_files(packet.case), "planning": _planning_system(request, packet)}
    context["own"] = own_verdicts(request, packet.dose)
    context["considered"] = _considered(packet, n.strip(), gap.strip())
    context["bar"] = str(dose_bar(packet.dose.judged)) if packet.dose is not None else ""
    if packet.dose is not None and packet.dose.grids:
        from myelon.web.dose_figures import dose_figures

        context |= dose_figures(ct_of(request, packet.dose), packet.dose, course)
    return page(request, "dose.html", context)


@router.post("/cases/{case_id}/dose/same-patient")
def same_patient(
    request: Request,
    case_id: str,
    patient_id: Annotated[str, Form()],
    by: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """A person says that a patient ID of the files is this patient's: the record lists it from now on."""
    by = signed(by, where=case_id, todo="Say who confirms that it is this patient")
    if not reason.strip():
        raise InputError("no reason is given", where=case_id, todo="Say how you know that it is this patient")
    packet, store = dosed_of(request, case_id), store_of(request)
    asked = {f.stranger for f in packet.file_findings if f.stranger}
    subject = packet.case.subject
    if patient_id not in asked or subject is None:
        raise InputError("no file asks about this patient ID", where=case_id, todo="Use the form of the page Dose")
    known = PatientId(id=patient_id, by=by, reason=reason.strip())
    seen = store.entry_version(case_id, subject.id)
    listed = subject.model_copy(update={"patient_ids": (*subject.patient_ids, known)})
    store.amend(case_id, listed, reason=f"patient ID confirmed by {by}: {reason.strip()}", expected=seen)
    return RedirectResponse(f"/cases/{case_id}/dose", 303)


def _planning_system(request: Request, packet: DosedPacket) -> list[tuple[Radiotherapy, ComparedDvh]]:
    """Each course's DVHs as its RT Dose holds them, beside those computed here."""
    from myelon.exchange.dicom.embedded_dvh import compare_dvhs, read_embedded_dvhs

    dose, store = packet.dose, store_of(request)
    if dose is None or not dose.grids:
        return []
    rows = []
    for n, course in enumerate(dose.courses):
        name = course.files.rtdose if course.files is not None else None
        if name is None or course.modality == "proton":
            continue
        ours = {structure: curves[n] for structure, curves in dose.physical.items()}
        rows += [(course, r) for r in compare_dvhs(read_embedded_dvhs(store.file(name)), dose.roi_numbers[n], ours)]
    return rows


def _considered(packet: DosedPacket, n: str, gap: str) -> dict[str, Any]:
    """The distances for a number of fractions that a person chose, or what is wrong with it."""
    found: dict[str, Any] = {"n": n, "gap": gap, "rows": [], "problem": ""}
    if packet.dose is None or not n:
        return found
    judged = packet.dose.judged
    at_two = judged.dose if judged.dose.alpha_beta_gy == CORD_ALPHA_BETA_GY else judged.alternative
    try:
        interval = Interval.parse(gap) if gap else Interval(None, None)
        found["rows"] = distances(
            at_two.course_bed,
            at_two.cumulative_bed,
            int(n) if re.fullmatch(r"[0-9]{1,3}", n) else 0,
            interval,
            organ=judged.organ,
            open_sum=packet.dose.open_sum,
            complete=at_two.complete,
        )
    except DoseError as error:
        found["problem"] = str(error)
    return found


# ── what if ─────────────────────────────────────────────────────────────────────────────────────────────


class Asked(NamedTuple):
    """The controls of the page as they were sent; every one is text, so that what is wrong can be shown again."""

    ab: str
    recovery: str
    gap: str
    right: str
    back: str
    up: str
    total: str
    n: str
    shape: str

    def assumed(self) -> Assumed:
        """Read them.

        Raises:
            DoseError: One cannot be read, or cannot be.
        """
        total, count = _decimal("planned dose", self.total or "0"), _decimal("fractions", self.n or "0")
        if (total > 0) != (count > 0):
            raise DoseError("a further course has a dose and fractions", todo="Give both, or neither")
        planned = None
        if total > 0:
            planned = Prescription.parse(f"{total:g}/{count:g}")
        shape: Shape = "like the last course" if self.shape == "last" else "even"
        right, back, up = (_decimal("shift", v or "0") for v in (self.right, self.back, self.up))
        return Assumed(
            _decimal("α/β", self.ab or "3"),
            (-right, back, up),  # LPS: left is positive
            self.recovery or "none",
            planned,
            shape,
            Interval.parse(self.gap) if self.gap.strip() else None,
        )


def _decimal(what: str, text: str) -> float:
    if not re.fullmatch(r"\s*[-+]?[0-9]{1,6}([.,][0-9]{1,6})?\s*", text):
        raise DoseError(f"{what} {text[:20]!r}", todo="Give a number")
    return float(text.replace(",", "."))


@router.get("/cases/{case_id}/what-if")
def if_changed(  # every control of the page is a part of its address
    request: Request,
    case_id: str,
    ab: str = "3",
    recovery: str = "none",
    gap: str = "",
    right: str = "0",
    back: str = "0",
    up: str = "0",
    total: str = "",
    n: str = "",
    shape: str = "even",
    quick: bool = False,
) -> Response:
    """The sum under other assumptions; ``quick`` leaves the 95th percentile out while a slider moves."""
    packet = dosed_of(request, case_id)
    asked = Asked(ab, recovery, gap, right, back, up, total, n, shape)
    context = case_context(request, packet, "Dose") | {"dose": packet.dose, "asked": asked, "schemes": SCHEMES.values()}
    context |= {"found": [], "problem": "", "chart": "", "bar": "", "quick": quick}
    if packet.dose is not None:
        try:
            found = under(packet.dose, asked.assumed(), packet.computed, quick=quick)
            context |= {"found": found} | _drawn(packet.dose, found[0])
        except DoseError as error:
            context["problem"] = str(error)
    return page(request, "what_if.html", context)


def _drawn(dose: CordDose, found: WhatIf) -> dict[str, str]:
    if not found.curves:
        return {"bar": str(dose_bar(found.judged))}
    from myelon.report.charts import dvh_chart  # matplotlib loads only where it draws

    curves = [("if so", found.curves[0]), ("as it stands", dose.sums["SpinalCord"][0].total)]
    return {"chart": dvh_chart(curves, unit="EQD2, Gy (α/β 2)", limit=(70.0, "HyTEC 70")).svg()}


@router.post("/cases/{case_id}/what-if")
def keep_option(  # the same controls, and why
    request: Request,
    case_id: str,
    ab: Annotated[str, Form()] = "3",
    recovery: Annotated[str, Form()] = "none",
    gap: Annotated[str, Form()] = "",
    right: Annotated[str, Form()] = "0",
    back: Annotated[str, Form()] = "0",
    up: Annotated[str, Form()] = "0",
    total: Annotated[str, Form()] = "",
    n: Annotated[str, Form()] = "",
    shape: Annotated[str, Form()] = "even",
) -> Response:
    """Save a planned course as an option of the board, with what every rule says of it."""
    packet = dosed_of(request, case_id)
    assumed = Asked(ab, recovery, gap, right, back, up, total, n, shape).assumed()
    if packet.dose is None or assumed.planned is None:
        raise InputError("no further course is planned", where=case_id, todo="Give its dose and fractions")
    store = store_of(request)
    option = option_of(packet.dose, under(packet.dose, assumed, packet.computed))
    board = with_option(packet.case, option)
    seen = store.entry_version(case_id, board.id)
    store.amend(case_id, board, reason=f"option: {option.text}", expected=seen)
    return RedirectResponse(f"/cases/{case_id}/record?saved={board.id}#entry-{board.id}", 303)
