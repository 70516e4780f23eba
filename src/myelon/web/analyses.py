"""The analyses of a service: computed once for a state of the records, at once or, where it takes long, as a job."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from myelon.cohort.analysis import Analysis, of_records, run
from myelon.cohort.query import parse_query
from myelon.cohort.recipe import Recipe, write_recipe
from myelon.cohort.selection_columns import needs_records
from myelon.errors import StoreError
from myelon.store.registry_files import open_registry, pending
from myelon.web.jobs import Job, Jobs

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from myelon.cohort.registry import Registry
    from myelon.store import Store

AT_ONCE = 100
"""Records that a page reads before it answers; more of them are a job."""
_KEPT = 8
T = TypeVar("T")


def analyses_of(request: Request) -> Analyses:
    """The analyses of the service that answers."""
    found: Analyses = request.app.state.analyses
    return found


class Analyses:
    """Answers for recipes over one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._registry: Registry | None = None
        self._upto = -1
        self._reading = Lock()
        self._found: OrderedDict[str, tuple[Registry, Analysis]] = OrderedDict()
        self._keeping = Lock()
        self._jobs: Jobs[bool] = Jobs()

    def registry(self, progress: Callable[[float, str], None] = lambda *_: None) -> Registry:
        """Every patient as the records stand now."""
        with self._reading:
            changed = self._store.changed_since(self._upto)
            if self._registry is None or changed:
                self._registry = open_registry(self._store, progress=progress)
                self._upto = max((c.last_seq for c in changed), default=self._upto)
                with self._keeping:
                    self._found.clear()
            return self._registry

    def over(self, work: Callable[[Registry], T], progress: Callable[[float, str], None] = lambda *_: None) -> T:
        """Do something with every patient; where a file of the registry is gone or broken, again with one made anew."""
        try:
            return work(self.registry(progress))
        except StoreError:
            with self._reading:
                self._registry, self._upto = None, -1
            return work(self.registry(progress))

    @property
    def at_hand(self) -> bool:
        """Whether not many records must be read before every patient is there."""
        return self._unread() <= AT_ONCE

    def get(self, recipe: Recipe) -> Analysis | None:
        """The answer, if it is there or quickly had; None if it must be a job.

        Raises:
            TableError: As `run`.
        """
        return self.over(partial(self._quick, recipe)) if self.at_hand else None

    def begin(self, recipe: Recipe) -> str:
        """The mark of the job that computes an answer; one that runs already is not begun twice."""

        def work(progress: Callable[[float, str], None]) -> bool:
            def compute(registry: Registry) -> None:
                self._compute(recipe, registry, lambda share, words: progress(0.9 + 0.1 * share, words))

            self.over(compute, lambda share, words: progress(0.9 * share, words))
            return True

        about = write_recipe(recipe)
        return self._jobs.running(about) or self._jobs.start_measured(about, work)

    def job(self, recipe: Recipe, mark: str) -> Job[bool]:
        """A job that was begun.

        Raises:
            InputError: There is none.
        """
        return self._jobs.get(mark, write_recipe(recipe))

    def close(self) -> None:
        """Stop."""
        self._jobs.close()

    def _unread(self) -> int:
        """How many records have changed since they were last read."""
        return pending(self._store) if self._registry is None else len(self._store.changed_since(self._upto))

    def _quick(self, recipe: Recipe, registry: Registry) -> Analysis | None:
        """The answer, unless many records must be read for it."""
        with self._keeping:
            of, found = self._found.get(write_recipe(recipe), (None, None))
        if of is registry:
            return found
        slow = of_records(recipe, recipe.by, *recipe.model) or needs_records(parse_query(recipe.select), registry)
        return None if slow and len(registry) > AT_ONCE else self._compute(recipe, registry)

    def _compute(
        self, recipe: Recipe, registry: Registry, progress: Callable[[float, str], None] = lambda *_: None
    ) -> Analysis:
        found = run(recipe, registry, progress=progress)
        with self._keeping:
            self._found[write_recipe(recipe)] = registry, found
            while len(self._found) > _KEPT:
                self._found.popitem(last=False)
        return found
