"""What is kept while it is looked at: computed once, by whoever asks first, and nobody waits for another's."""

import threading
import time

import pytest

from myelon.web.kept import Kept


def test_a_value_is_made_once_for_all_who_ask_at_a_time():
    made, kept = [], Kept(4)

    def make():
        time.sleep(0.05)
        made.append(1)
        return len(made)

    threads = [threading.Thread(target=kept.get, args=("a", make)) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert made == [1]
    assert kept.get("a", make) == 1


def test_one_key_does_not_wait_for_another():
    kept, gate = Kept(4), threading.Event()
    slow = threading.Thread(target=kept.get, args=("slow", gate.wait))
    slow.start()
    try:
        start = time.perf_counter()
        assert kept.get("quick", lambda: 7) == 7
        assert time.perf_counter() - start < 1.0
    finally:
        gate.set()
        slow.join()


def test_an_error_is_for_who_asked_and_the_next_tries_again():
    kept = Kept(4)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert kept.get("a", lambda: 3) == 3
    assert kept.get("none", lambda: None) is None
    assert kept.get("none", lambda: 5) is None, "nothing is a value too"


def test_the_least_used_is_let_go():
    kept = Kept(2)
    for key in "abc":
        kept.get(key, lambda key=key: key)
    assert kept.get("c", lambda: "again") == "c"
    assert kept.get("a", lambda: "again") == "again"
