"""Where every number comes from: one row per source, with the part of it that was seen.

Rows are copied from the project's checked bibliography (RADIOBIOLOGY, INSTRUMENTS, papers).
"""

import csv
from importlib.resources import files
from typing import NamedTuple

from myelon.terms.verification import Verification

VERIFIED, SECOND_HAND, MEMORY, DERIVED, _OWN = Verification


class Source(NamedTuple):
    """A literature source: short code, citation, what of it was seen."""

    id: str
    citation: str
    status: Verification
    seen: str


_ROWS = (
    Source(
        "000",
        "Adult spinal cord diffuse midline glioma, H3K27-altered: hypofractionated re-irradiation with "
        "bevacizumab plus low-dose ICE. J Neurosurg Case Lessons, CASE2464. doi:10.3171/CASE2464",
        VERIFIED,
        "full text",
    ),
    Source(
        "002",
        "Intramedullary spinal cord metastases: 61 patients of one centre, 2010-2018 (project paper 002)",
        VERIFIED,
        "full text",
    ),
    Source(
        "003",
        "Recurrent lumbar haemangiopericytoma. Front Oncol 2024, 1405755. doi:10.3389/fonc.2024.1405755",
        VERIFIED,
        "full text",
    ),
    Source(
        "004",
        "Review of malignant spinal tumours (project paper 004): DSS, SINS, WBB, carbon ions, re-irradiation",
        VERIFIED,
        "full text",
    ),
    Source(
        "oncotree_icdo",
        "OncoTree, map to ICD-O-3 of 2018-06-15 (Memorial Sloan Kettering Cancer Center, CC BY 4.0)",
        SECOND_HAND,
        "the published map, looked up on 2026-11-27; a code stands where the map has one for the entity",
    ),
    Source(
        "sensitive_tumours",
        "Myeloma, plasmacytoma, lymphoma and Ewing sarcoma are sensitive to radiation and drugs; stabilisation where "
        "the spine is unstable: myelomapennstate.net 30a; jkns.or.kr 7477; abjs.mums.ac.ir article 3079; "
        "turkjpediatr.org 2430",
        SECOND_HAND,
        "public pages, looked up on 2026-11-27",
    ),
    Source(
        "rcc_targeted",
        "Spinal metastases of renal cell carcinoma: targeted drugs lengthen survival (p = 0.012). "
        "Int J Spine Surg 2020;14:982",
        SECOND_HAND,
        "public page, looked up on 2026-11-27",
    ),
    Source(
        "fizazi2011",
        "Fizazi K, et al. Denosumab in bone metastases of prostate cancer. Lancet 2011. PMID 21353695",
        SECOND_HAND,
        "public page, looked up on 2026-11-27",
    ),
    Source(
        "sacrectomy2022",
        "Single-stage posterior sacrectomy of a sacral chordoma. The Nerve 2022. doi:10.21129/nerve.2022.00052",
        SECOND_HAND,
        "public page, looked up on 2026-11-27",
    ),
    Source(
        "barendsen1982",
        "Barendsen GW. Dose fractionation, dose rate and iso-effect relationships for normal tissue "
        "responses. IJROBP 1982;8:1981-1997",
        MEMORY,
        "formula seen in matRad (matRad_EQD2accumulation.m) and DVHmetrics",
    ),
    Source(
        "withers1983",
        "Withers HR, Thames HD, Peters LJ. A new isoeffect curve for change in dose per fraction. "
        "Radiother Oncol 1983;1:187-191",
        MEMORY,
        "formula seen in public code",
    ),
    Source(
        "nieder2005",
        "Nieder C, Grosu AL, Andratschke NH, Molls M. Proposal of human spinal cord reirradiation dose based "
        "on collection of data from 40 patients. IJROBP 2005;61:851-855",
        SECOND_HAND,
        "citation verified; point bands seen in an independent public implementation",
    ),
    Source(
        "nieder2006",
        "Nieder C, Grosu AL, Andratschke NH, Molls M. Update of human spinal cord reirradiation tolerance "
        "based on additional data from 38 patients. IJROBP 2006;66:1446-1449",
        VERIFIED,
        "PubMed 17084560 abstract",
    ),
    Source(
        "hytec2021",
        "Sahgal A, Chang JH, Ma L, et al. Spinal cord dose tolerance to stereotactic body radiation therapy "
        "(HyTEC). IJROBP 2021;110:124-136. doi:10.1016/j.ijrobp.2019.09.038",
        VERIFIED,
        "abstract",
    ),
    Source(
        "icru83",
        "ICRU Report 83. Prescribing, recording, and reporting photon-beam IMRT. J ICRU 2010;10(1)",
        SECOND_HAND,
        "definitions of D2 % and HI as reprinted in PMC5965485",
    ),
    Source(
        "kaplan1958",
        "Kaplan EL, Meier P. Nonparametric estimation from incomplete observations. J Am Stat Assoc 1958;53:457-481",
        MEMORY,
        "results checked against R survival 3.5-3",
    ),
    Source(
        "brookmeyer1982",
        "Brookmeyer R, Crowley J. A confidence interval for the median survival time. Biometrics 1982;38:29-41",
        MEMORY,
        "results checked against R survival 3.5-3",
    ),
    Source(
        "mantel1966",
        "Mantel N. Evaluation of survival data and two new rank order statistics arising in its consideration. "
        "Cancer Chemother Rep 1966;50:163-170",
        MEMORY,
        "results checked against R survival 3.5-3",
    ),
    Source(
        "gehan1965",
        "Gehan EA. A generalized Wilcoxon test for comparing arbitrarily singly-censored samples. "
        "Biometrika 1965;52:203-223; Breslow N. Biometrika 1970;57:579-594",
        MEMORY,
        "results checked against R, lifelines and statsmodels",
    ),
    Source(
        "tarone1977",
        "Tarone RE, Ware J. On distribution-free tests for equality of survival distributions. "
        "Biometrika 1977;64:156-160",
        MEMORY,
        "results checked against R, lifelines and statsmodels",
    ),
    Source(
        "machin",
        "Machin D, Cheung YB, Parmar M. Survival Analysis: A Practical Approach (hazard ratios by "
        "Mantel–Haenszel and by log-rank, as GraphPad Prism reports them)",
        SECOND_HAND,
        "confirmed by the arithmetic of paper 002, Table 7",
    ),
)


def _of_table(name: str) -> dict[str, Source]:
    """A bibliography that a script of tools/ writes: of the tolerance table, or of the instruments."""
    text = (files("myelon.terms") / name).read_text(encoding="utf-8")
    rows = csv.DictReader(text.split("\n"))
    return {r["id"]: Source(r["id"], r["citation"], Verification(r["status"]), r["seen"]) for r in rows}


SOURCES: dict[str, Source] = (
    _of_table("dose_sources.csv") | _of_table("instrument_sources.csv") | {row.id: row for row in _ROWS}
)
"""Every source by its short code."""
