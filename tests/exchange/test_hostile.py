"""Files nobody here made: each is read, or refused by a typed error; nothing else may happen."""

import time

import pytest

from myelon.errors import DicomError
from myelon.exchange.dicom import read_images, read_rtdose, read_rtplan, read_rtstruct
from reference_data import data_files, not_here

FILES = [*data_files("hostile", "dicom/**/*"), *data_files("hostile", "dicom-fuzzed/**/*")]
FILES = [f for f in FILES if f.is_file()]
SLOWEST_SECONDS = 5.0


@pytest.mark.family("hostile DICOM")
def test_every_hostile_file_is_read_or_refused():
    if not FILES:
        not_here("third-party data/hostile")
    readers = (read_rtdose, read_rtplan, read_rtstruct, lambda p: read_images([p]))
    read = refused = 0
    for path in FILES:
        start = time.perf_counter()
        for reader in readers:
            try:
                reader(path)
                read += 1
            except DicomError:
                refused += 1
        assert time.perf_counter() - start < SLOWEST_SECONDS, path.name
    assert read > 0
    assert read + refused == 4 * len(FILES)
