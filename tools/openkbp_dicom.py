"""Turn a patient of OpenKBP (sparse CSV, Babier et al., Med Phys 2021;48:5549; MIT licence) into DICOM.

    python tools/openkbp_dicom.py PATIENT_FOLDER OUT_FOLDER

What the files say: a flat index into 128 × 128 × 128 voxels and a value; doses are synthetic plans of 35 fractions.
What they do not say, and what is taken: Gy; axes (posterior, left, downwards: left and right parotid, brainstem,
mandible and larynx lie so in all six patients at hand), HU (value − 1024, by the peaks of tissue), the origin (the
grid's middle).
The dose is written only on the frames where one is listed; beyond them it is unknown, not 0.
"""

from __future__ import annotations

import csv
import gzip
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from myelon.dose.grid import DoseGrid
from myelon.exchange.dicom import write

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE, HU_OFFSET, FRACTIONS = 128, 1024, 35
NO_ROI = {"ct", "dose", "possible_dose_mask", "voxel_dimensions"}
COMMENT = "OpenKBP, a public research data set: synthetic plan on a de-identified CT"


@dataclass(frozen=True, eq=False)
class Patient:
    """Arrays of shape (planes, rows, columns) in LPS, planes towards the head; spacing of columns, rows, planes."""

    name: str
    dose: NDArray[np.float32]
    ct: NDArray[np.int16]
    known: NDArray[np.bool_]
    masks: dict[str, NDArray[np.bool_]]
    spacing_mm: tuple[float, float, float]

    @property
    def origin_mm(self) -> NDArray[np.float64]:
        """Centre of the first voxel, with the middle of the grid at 0."""
        return np.round(-(SIDE - 1) / 2 * np.array(self.spacing_mm), 4)

    def grid(self, frame_of_reference: str) -> DoseGrid:
        """The dose on the frames where one is listed."""
        frames = np.flatnonzero(self.known.any(axis=(1, 2)))
        first, last = int(frames[0]), int(frames[-1]) + 1
        x, y, z = np.eye(3) * np.array(self.spacing_mm)[:, None]
        values = np.ascontiguousarray(self.dose[first:last])
        heights = np.arange(float(last - first)) * self.spacing_mm[2]
        up = np.array([0.0, 0.0, 1.0])
        return DoseGrid(
            values, self.origin_mm + first * z, x, y, up, heights, frame_of_reference, FRACTIONS, "Gy", "RT 1"
        )

    def contours(self, roi: str) -> list[NDArray[np.float64]]:
        """The edges of the voxels of a mask, in mm: a contour through their centres would lose a tenth of a cord."""
        found = []
        for plane in np.flatnonzero(self.masks[roi].any(axis=(1, 2))):
            for loop in edges(self.masks[roi][plane]):
                places = np.column_stack([loop, np.full(len(loop), float(plane))])
                found.append(self.origin_mm + places * np.array(self.spacing_mm))
        return found


def edges(mask: NDArray[np.bool_]) -> list[NDArray[np.float64]]:
    """Closed loops of (column, row) around the pixels of a mask, centres at whole numbers; holes are loops too."""
    padded = np.pad(mask, 1)
    ways: dict[tuple[int, int], list[tuple[int, int]]] = {}
    sides = (((-1, 0), (0, 0), (1, 0)), ((0, 1), (1, 0), (1, 1)), ((1, 0), (1, 1), (0, 1)), ((0, -1), (0, 1), (0, 0)))
    for row, column in np.argwhere(padded):
        for (down, across), start, end in sides:
            if not padded[row + down, column + across]:
                ways.setdefault((column + start[0], row + start[1]), []).append((column + end[0], row + end[1]))
    loops = []
    while ways:
        first = at = next(iter(ways))
        loop: list[tuple[int, int]] = []
        came = at
        while True:
            loop.append(at)
            dx, dy = at[0] - came[0], at[1] - came[1]
            turns = [dx * (way[1] - at[1]) - dy * (way[0] - at[0]) for way in ways[at]]
            to = ways[at].pop(int(np.argmax(turns)))  # where two pixels touch at a corner, the turn that parts them
            if not ways[at]:
                del ways[at]
            came, at = at, to
            if at == first:
                break
        loops.append(np.array(loop, dtype=float) - 1.5)
    return loops


def read(folder: Path) -> Patient:
    """Read the files of one patient."""
    spacing = [float(v) for v in gzip.decompress((folder / "voxel_dimensions.csv.gz").read_bytes()).split()]
    ct = _sparse(folder / "ct.csv.gz") - HU_OFFSET
    masks = {
        path.name.removesuffix(".csv.gz"): _sparse(path) > 0
        for path in sorted(folder.glob("*.csv.gz"))
        if path.name.removesuffix(".csv.gz") not in NO_ROI
    }
    return Patient(
        folder.name,
        _sparse(folder / "dose.csv.gz").astype(np.float32),
        ct.astype(np.int16),
        _sparse(folder / "possible_dose_mask.csv.gz") > 0,
        masks,
        (spacing[1], spacing[0], spacing[2]),
    )


def _sparse(path: Path) -> NDArray[np.float64]:
    """A sparse file as an array (planes, rows, columns); a mask's empty values are 1."""
    flat = np.zeros(SIDE**3)
    with gzip.open(path, "rt", newline="") as stream:
        rows = csv.reader(stream)
        next(rows)
        for index, value in rows:
            flat[int(index)] = float(value) if value else 1.0
    return np.ascontiguousarray(flat.reshape(SIDE, SIDE, SIDE).transpose(2, 0, 1)[::-1])


def objects(patient: Patient) -> dict[str, bytes]:
    """File name → DICOM object."""
    who = write.Patient(f"openkbp-{patient.name}", f"OpenKBP^{patient.name}", "20200221", COMMENT)
    prescribed = max(float(roi[3:]) for roi in patient.masks if roi.startswith("PTV"))
    slices = write.write_ct(who, patient.ct, patient.origin_mm, patient.spacing_mm)
    return {f"ct.{n:03d}.dcm": content for n, content in enumerate(slices)} | {
        "rtstruct.dcm": write.write_rtstruct(who, {roi: patient.contours(roi) for roi in patient.masks}),
        "rtplan.dcm": write.write_rtplan(who, "RT 1", prescribed, FRACTIONS),
        "rtdose.dcm": write.write_rtdose(who, "RT 1", patient.grid(str(who.uid("frame")))),
    }


if __name__ == "__main__":
    target = Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    for file_name, content in objects(read(Path(sys.argv[1]))).items():
        (target / file_name).write_bytes(content)
