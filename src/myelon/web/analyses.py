"""The analyses of a service: computed once for a state of the records, at once or, where it takes long, as a job."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from myelon.cohort.analysis import Analysis, run
from myelon.cohort.recipe import Recipe, write_recipe
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
        self._found: OrderedDict[tuple[int, str], Analysis] = OrderedDict()
        self._jobs: Jobs[Analysis] = Jobs()
        self._lock = Lock()

    def registry(self, progress: Callable[[float, str], None] = lambda *_: None) -> Registry:
        """Every patient as the records stand now."""
        with self._lock:
            changed = self._store.changed_since(self._upto)
            if self._registry is None or changed:
                self._registry = open_registry(self._store, progress=progress)
                self._upto = max((c.last_seq for c in changed), default=self._upto)
            return self._registry

    def at_hand(self) -> Registry | None:
        """Every patient, where not many records must be read for it."""
        return None if self._unread() > AT_ONCE else self.registry()

    def get(self, recipe: Recipe) -> Analysis | None:
        """The answer, if it is there or quickly had; None if it must be a job.

        Raises:
            TableError: As `run`.
        """
        found = self._found.get(self._key(recipe))
        if found is not None:
            return found
        return None if self._long(recipe) else self._compute(recipe, lambda *_: None)

    def compute(self, recipe: Recipe) -> Analysis:
        """The answer, however long it takes.

        Raises:
            TableError: As `run`.
        """
        return self._found.get(self._key(recipe)) or self._compute(recipe, lambda *_: None)

    def begin(self, recipe: Recipe) -> str:
        """The mark of the job that computes an answer; one that runs already is not begun twice."""
        about = write_recipe(recipe)
        return self._jobs.running(about) or self._jobs.start_measured(about, lambda say: self._compute(recipe, say))

    def job(self, recipe: Recipe, mark: str) -> Job[Analysis]:
        """A job that was begun.

        Raises:
            InputError: There is none.
        """
        return self._jobs.get(mark, write_recipe(recipe))

    def close(self) -> None:
        """Stop."""
        self._jobs.close()

    def _key(self, recipe: Recipe) -> tuple[int, str]:
        changed = self._store.changed_since(self._upto)
        return max((c.last_seq for c in changed), default=self._upto), write_recipe(recipe)

    def _long(self, recipe: Recipe) -> bool:
        """Whether many records must be read: they changed, or a gain of strength is asked of many."""
        return self._unread() > AT_ONCE or ("gain " in recipe.select and len(self.registry()) > AT_ONCE)

    def _unread(self) -> int:
        """How many records have changed since they were last read."""
        return pending(self._store) if self._registry is None else len(self._store.changed_since(self._upto))

    def _compute(self, recipe: Recipe, progress: Callable[[float, str], None]) -> Analysis:
        registry = self.registry(lambda share, words: progress(0.9 * share, words))
        key = self._upto, write_recipe(recipe)
        self._found[key] = found = run(recipe, registry, progress=progress)
        while len(self._found) > _KEPT:
            self._found.popitem(last=False)
        return found
