"""Small charts say what the numbers say: nothing is nothing, a trace is seen, and unknown is not 0."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.charts import bar, columns


@pytest.mark.parametrize("ascii_only", [False, True])
@given(height=st.floats(0, 1000), highest=st.floats(0.001, 1000), cells=st.integers(1, 40))
def test_a_bar_has_its_cells_and_grows(ascii_only: bool, height: float, highest: float, cells: int) -> None:
    drawn = bar(height, highest, cells, ascii_only=ascii_only)
    assert len(drawn) == cells
    assert bool(drawn.strip()) == (height > 0)
    assert len(bar(highest, highest, cells, ascii_only=ascii_only).strip()) == cells
    assert not ascii_only or drawn.isascii()


def test_unknown_is_no_bar_and_no_column() -> None:
    assert bar(None, 1, 6) == "·     "
    assert bar(None, 1, 6, ascii_only=True) == "?     "
    assert bar(0.0, 1, 6) == "      "
    assert bar(0.5, 1, 4) == "██  "
    assert columns([None, 0.0, 0.5, 1.0], 1.0, 10) == "·▁▅█"
    assert columns([0.0, 0.1, 1.0], 1.0, 2) == "▁█"
    assert columns([1.0], 0.0, 2) == "▁"
