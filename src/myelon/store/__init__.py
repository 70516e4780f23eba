"""What is kept: the append-only journal of records and the files by content hash, in one data folder."""

from myelon.store.index import CaseSummary
from myelon.store.journal import Row
from myelon.store.store import Batch, Store

__all__ = ["Batch", "CaseSummary", "Row", "Store"]
