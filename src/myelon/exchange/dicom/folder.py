"""What lies in a folder of DICOM files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pydicom
from pydicom.uid import UID

from myelon.errors import DicomError
from myelon.exchange.dicom.dataset import BROKEN, CT, RTDOSE, RTPLAN, RTSTRUCT

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class DicomFolder:
    """Files by kind; what is none of them is listed with the reason."""

    ct: list[Path] = field(default_factory=list)
    rtdose: list[Path] = field(default_factory=list)
    rtplan: list[Path] = field(default_factory=list)
    rtstruct: list[Path] = field(default_factory=list)
    others: dict[Path, str] = field(default_factory=dict)


def one_of(path: Path, kind: Literal["rtdose", "rtplan", "rtstruct"]) -> Path:
    """A file as it is, or the one object of a kind in a folder.

    Raises:
        DicomError: The folder holds none, or several.
    """
    if not path.is_dir():
        return path
    found: list[Path] = getattr(scan(path), kind)
    if len(found) != 1:
        named = f": {', '.join(p.name for p in found)}" if found else ""
        raise DicomError(f"{len(found)} {kind.upper()} objects{named}", where=path.name, todo="Name the file itself")
    return found[0]


def scan(folder: Path) -> DicomFolder:
    """Sort the files of a folder by what they are.

    Raises:
        DicomError: Not a folder.
    """
    if not folder.is_dir():
        raise DicomError("not a folder", where=folder.name, todo="Give a folder of DICOM files")
    found = DicomFolder()
    lists = {CT: found.ct, RTDOSE: found.rtdose, RTPLAN: found.rtplan, RTSTRUCT: found.rtstruct}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        try:
            header = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=["SOPClassUID"])
            kind = UID(str(header.get("SOPClassUID", "")))
        except BROKEN:
            found.others[path] = "not DICOM"
            continue
        if kind in lists:
            lists[kind].append(path)
        else:
            found.others[path] = kind.name or "no SOP Class UID"
    return found
