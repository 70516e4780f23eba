"""What is kept: the append-only journal of records and the files by content hash, in one data folder."""

from myelon.store.journal import Row
from myelon.store.store import CaseSummary, Store

__all__ = ["CaseSummary", "Row", "Store"]
