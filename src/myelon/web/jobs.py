"""Long work behind a page: one job at a time, its lines as it goes, and what came of it.

A job lives in the memory of the service: it is a proposal that a person has yet to take, and is gone with a restart.
"""

from __future__ import annotations

import logging
import secrets
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from myelon.errors import InputError, MyelonError

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_KEPT = 16
_LOG = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass
class Job(Generic[T]):
    """A piece of work: about what, how far, and its result or what went wrong."""

    about: str
    lines: list[str] = field(default_factory=list)
    share: float | None = None
    """How much is done, where the work knows."""
    result: T | None = None
    error: str = ""
    cancelled: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.result is not None or bool(self.error)

    def say(self, line: str) -> None:
        """Note a step, or stop where somebody asked to.

        Raises:
            InputError: The job was cancelled.
        """
        if self.cancelled:
            raise InputError("stopped, as asked", where=self.about)
        self.lines.append(line)

    def reach(self, share: float, line: str) -> None:
        """Note how much is done.

        Raises:
            InputError: The job was cancelled.
        """
        self.say(line)
        self.share = share
        del self.lines[:-1]


class Jobs(Generic[T]):
    """The jobs of a service."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Job[T]] = OrderedDict()
        self._lock = Lock()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="job")

    def start(self, about: str, work: Callable[[Callable[[str], None]], T]) -> str:
        """Begin work that says its steps; returns the mark that the job is found by."""
        return self._start(about, lambda job: work(job.say))

    def start_measured(self, about: str, work: Callable[[Callable[[float, str], None]], T]) -> str:
        """Begin work that says how much is done; returns the mark that the job is found by."""
        return self._start(about, lambda job: work(job.reach))

    def running(self, about: str) -> str | None:
        """The mark of a job about something that is not over."""
        with self._lock:
            kept = list(self._kept.items())
        return next((m for m, j in kept if j.about == about and not j.over and not j.cancelled), None)

    def _start(self, about: str, work: Callable[[Job[T]], T]) -> str:
        job, mark = Job[T](about), secrets.token_hex(8)
        with self._lock:
            self._kept[mark] = job
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)[1].cancelled = True

        def run() -> None:
            try:
                job.result = work(job)
            except MyelonError as error:
                job.error = str(error)
            except Exception as error:  # noqa: BLE001  # a job has no caller: what went wrong is shown on its page
                job.error = f"stopped by a defect ({type(error).__name__}): please report it"
                _LOG.error("a job stopped by a defect (%s)", type(error).__name__)  # the message may name a patient

        self._worker.submit(run)
        return mark

    def get(self, mark: str, about: str) -> Job[T]:
        """A job that is about something.

        Raises:
            InputError: There is none.
        """
        job = self._kept.get(mark)
        if job is None or job.about != about:
            raise InputError("no such job: it may be of before a restart", where=about, todo="Start it again")
        return job

    def close(self) -> None:
        """Stop."""
        for job in self._kept.values():
            job.cancelled = True
        self._worker.shutdown(wait=True)
