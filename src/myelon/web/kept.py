"""Values that are kept while they are looked at: one is computed once, and nobody waits for another's computing."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")


class _Slot(Generic[T]):
    """One value, perhaps not computed yet, with the lock of those who wait for it."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.value: T | None = None
        self.there = False


class Kept(Generic[T]):
    """Values by key, the last used kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._slots: OrderedDict[Hashable, _Slot[T]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of a key; it is made by the first who asks, and others of the same key wait for that.

        An error of ``make`` goes to who asked; the next one tries again.
        """
        with self._lock:  # held only to find the slot
            slot = self._slots.get(key)
            if slot is None:
                slot = self._slots[key] = _Slot[T]()
            self._slots.move_to_end(key)
            while len(self._slots) > self._most:
                self._slots.popitem(last=False)
        with slot.lock:
            if not slot.there:
                slot.value = make()
                slot.there = True
            found: T = slot.value  # type: ignore[assignment]  # it is there
            return found
