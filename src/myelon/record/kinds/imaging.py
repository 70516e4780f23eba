"""An imaging study: what each feature of each lesion looked like, and from which level to which."""

import math
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from myelon.record.base import Assertion, Entry, EntryId, LevelSpan, Part, Provenance, Quantity
from myelon.terms.levels import Span

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


Point = tuple[float, float, float]
"""LPS, mm."""


class LevelMark(Part):
    """The middle of a vertebra on an image, as a person marked it."""

    level: LevelSpan
    at_mm: Point
    frame_of_reference: str = Field(default="", description="UID of the images it was set on; in others it is not used")
    by: str = ""

    @field_validator("level")
    @classmethod
    def _one(cls, level: Span) -> Span:
        if level.count != 1:
            raise ValueError("a mark is of one vertebra")
        return level


class Measured(Part):
    """Two points on an image, who set them, and the picture that shows it."""

    series: str = Field(description="Series Instance UID")
    from_mm: Point
    to_mm: Point
    picture: str = Field(default="", description="content hash of the PNG")
    by: str

    @property
    def length_mm(self) -> float:
        """Distance between the points."""
        return math.dist(self.from_mm, self.to_mm)


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
    size: Quantity | None = Field(default=None, description="longest diameter; of a lymph node the short axis")
    across: Quantity | None = Field(default=None, description="greatest diameter at right angles to the size (RANO)")
    role: Literal["target", "non-target", "new"] | None = Field(
        default=None, description="what it is in the response assessment; targets are chosen at the baseline"
    )
    node: bool | None = Field(default=None, description="whether it is a lymph node")
    unequivocal_progression: bool | None = Field(
        default=None, description="of non-target disease, as a person judged it (RECIST 1.1)"
    )
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
    measured: Measured | None = Field(default=None, description="where it was measured in the viewer, with its picture")
    text: str = ""
    source: Provenance | None = None

    @field_validator("size", "across")
    @classmethod
    def _no_less_than_nothing(cls, size: Quantity | None) -> Quantity | None:
        if size is not None and size.value < 0:
            raise ValueError("a diameter is not negative")
        return size


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
    new_lesions: Literal["yes", "no"] | None = Field(
        default=None, description="whether the study shows a lesion that the baseline of the response does not"
    )
    impression: str = Field(default="", description="what the images are read as, such as chordoma")
    of_neoplasm: EntryId | None = Field(default=None, description="the tumour that the impression is of")
    figure: str = ""
    slice_mm: float | None = Field(default=None, gt=0, description="slice thickness")
    files: tuple[str, ...] = ()
    level_marks: tuple[LevelMark, ...] = ()

    @property
    def label(self) -> str:
        """Modality and what was seen."""
        if self.text:
            return f"{self.modality}: {self.text}"
        seen = "; ".join(f"{o.feature} {o.levels or o.site}".strip() for o in self.lesions)
        return f"{self.modality}: {seen}" if seen else self.modality

    def references(self) -> tuple[str, ...]:
        """Adds the study it was compared to, and the tumour that its impression is of."""
        return super().references() + tuple(x for x in (self.compared_to, self.of_neoplasm) if x)
