"""An imaging study: what each feature of each lesion looked like, and from which level to which."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from myelon.record.base import Assertion, Entry, EntryId, LevelSpan, Part, Provenance, Quantity

Feature = Literal[
    "enhancement",
    "T1 signal",
    "T2 high signal",
    "T2 signal",
    "signal",
    "oedema",
    "haemorrhage",
    "bone lesion",
    "bone destruction",
    "dissemination",
    "mass",
    "metastasis",
    "lymph node",
    "extension",
    "residual",
    "FDG uptake",
    "effusion",
    "other",
]


class LesionObservation(Part):
    """One feature of one lesion. Extents differ by feature: each has its own span.

    ``levels`` are vertebrae; ``cord_segments`` are segments of the cord, which lie higher than the vertebrae of the
    same name. The SINS, DSS and ESCC fields are read on CT or MRI; a null is "not reported" and leaves a score open.
    """

    lesion: str = "main"
    feature: Feature
    levels: LevelSpan | None = None
    cord_segments: LevelSpan | None = None
    dominant_levels: LevelSpan | None = None
    regions: tuple[Literal["cervical", "thoracic", "lumbar", "conus medullaris"], ...] = ()
    site: str = ""
    compartment: str = ""
    laterality: Literal["left", "right", "both", ""] = ""
    size: Quantity | None = None
    signal: str = ""
    assertion: Assertion = Assertion.PRESENT
    change: Literal["larger", "smaller", "unchanged", "gone", "new"] | None = None
    max_diameter_cm: float | None = Field(default=None, gt=0)
    boundary: Literal["distinguishable", "indistinguishable"] | None = None
    lobulated: Literal["yes", "no"] | None = None
    osteolysis: Literal["yes", "no"] | None = None
    bone_quality: Literal["lytic", "mixed", "blastic"] | None = None
    alignment: Literal["subluxation", "deformity", "normal"] | None = None
    collapse: Literal["gt50", "lt50", "involved", "none"] | None = None
    posterolateral: Literal["bilateral", "unilateral", "none"] | None = None
    posterior_wall: Literal["intact", "breached"] | None = None
    epidural_grade: Literal["0", "1a", "1b", "1c", "2", "3"] | None = None
    wbb_zones: tuple[Annotated[int, Field(ge=1, le=12)], ...] = Field(
        default=(), description="Weinstein–Boriani–Biagini zones as printed; the paper counts counter-clockwise (XR3)"
    )
    wbb_layers: tuple[Literal["A", "B", "C", "D", "E"], ...] = Field(
        default=(), description="layers from prevertebral (A) to dural (E), as the paper names them (XR4)"
    )
    text: str = ""
    source: Provenance | None = None


class Imaging(Entry):
    """A study or a set of sequences read together."""

    track: ClassVar[str] = "Imaging"
    kind: Literal["imaging"] = "imaging"
    modality: Literal["MRI", "CT", "PET", "PET-CT", "PET-MRI", "X-ray", "myelogram", "ultrasound", "not reported"]
    sequences: tuple[str, ...] = ()
    contrast: Assertion | None = None
    body_part: str = "spine"
    compared_to: EntryId | None = None
    lesions: tuple[LesionObservation, ...] = ()
    figure: str = ""
    files: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Modality and what was seen."""
        if self.text:
            return f"{self.modality}: {self.text}"
        seen = "; ".join(f"{o.feature} {o.levels or o.site}".strip() for o in self.lesions)
        return f"{self.modality}: {seen}" if seen else self.modality

    def references(self) -> tuple[str, ...]:
        """Adds the study it was compared to."""
        return super().references() + ((self.compared_to,) if self.compared_to else ())
