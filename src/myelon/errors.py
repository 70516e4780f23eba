"""What can go wrong, as a tree.

MyelonError
├── InputError (ValueError)      what somebody gave us is wrong: the command line ends with exit code 2
│   ├── CaseError                a case document: unknown field, impossible level, negative dose …
│   ├── DicomError               a DICOM file: not DICOM, truncated, wrong class, relative units …
│   ├── TableError               a CSV: missing column, event not 0/1, negative time …
│   ├── DoseError                courses, structures and grids that do not fit together
│   └── InstrumentError          an instrument: unknown id, item or option
└── StoreError (RuntimeError)    the data folder or database: unwritable, wrong version, no such case
    ├── ConflictError            somebody else wrote the same thing meanwhile; nothing was overwritten
    └── ChainError               the journal or a stored file is not what was written

Every error says what was found, where, and what to do. No patient data stands in a message.
"""


class MyelonError(Exception):
    """An error that a person can act on.

    Args:
        what: What was found.
        where: File, field or place it was found in.
        todo: What to do about it.
    """

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        super().__init__(what, where, todo)
        self.what = what
        self.where = where
        self.todo = todo

    def __str__(self) -> str:
        """One line: what, where, what to do."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}. {self.todo}" if self.todo else head


class InputError(MyelonError, ValueError):
    """What somebody gave us cannot be used as it is."""


class CaseError(InputError):
    """A case document does not hold together."""


class DicomError(InputError):
    """A file is not the DICOM object that is needed here."""


class TableError(InputError):
    """A table lacks a column or holds an impossible value."""


class DoseError(InputError):
    """Courses, structures or dose grids do not fit together."""


class InstrumentError(InputError):
    """An instrument, an item or an option does not exist."""


class StoreError(MyelonError, RuntimeError):
    """The data folder cannot be used."""


class ConflictError(StoreError):
    """Somebody else wrote the same thing meanwhile; nothing was overwritten."""


class ChainError(StoreError):
    """The journal or a stored file is not what was written."""
