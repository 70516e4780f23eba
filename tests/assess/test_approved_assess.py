"""What the instruments say of known records and of short stories, as a person approved it."""

import pytest

from approved import TEXTS, difference


@pytest.mark.parametrize("name", [n for n in TEXTS if n.startswith("assess-")])
def test_what_was_approved_is_still_said(name):
    changed = difference(name)
    assert not changed, "\n".join(["read, then run tools/approve.py:", *changed[:80]])
