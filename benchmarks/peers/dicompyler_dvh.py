"""DVH of every ROI by dicompyler-core, in its own environment: RTSTRUCT RTDOSE, one JSON line.

D0.03cc is read off its curve linearly; its own statistic takes the nearest bin. Reading is timed, imports are not.
"""

import json
import logging
import sys
import time
import warnings

import matplotlib.path  # noqa: F401  # loaded before the clock starts
import numpy as np
import pydicom
from dicompylercore import dvhcalc

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)


def hottest(counts, edges, volume_cc):
    """Dose that the hottest volume has at least."""
    after = int(np.searchsorted(-counts, -volume_cc))
    if after == 0:
        return float(edges[0])
    if after >= len(counts):
        return float(edges[-1])
    share = (counts[after - 1] - volume_cc) / (counts[after - 1] - counts[after])
    return float(edges[after - 1] + share * (edges[after] - edges[after - 1]))


def main():
    """Every ROI with contours."""
    start = time.perf_counter()
    structures, dose = pydicom.dcmread(sys.argv[1]), pydicom.dcmread(sys.argv[2])
    contoured = {c.ReferencedROINumber for c in structures.ROIContourSequence if c.get("ContourSequence")}
    found = {}
    for roi in structures.StructureSetROISequence:
        if roi.ROINumber not in contoured:
            continue
        curve = dvhcalc.get_dvh(structures, dose, roi.ROINumber)
        counts = np.asarray(curve.absolute_volume(curve.volume).counts, dtype=float)
        if curve.volume >= 0.03:
            found[str(roi.ROIName)] = hottest(counts, np.asarray(curve.bins, dtype=float), 0.03)
    print(json.dumps({"seconds": time.perf_counter() - start, "d003": found}))


main()
