"""Every row of what the four sources hold has a place in the book, and the place exists.

`coverage.csv` names the rows (S0 to S3 are the sources, X is what none of them has), what each
asks for (T text, E equation, F figure, C code, I interactive), and the places that answer it.
"""

import csv
import re
from collections import Counter
from functools import cache

import pytest

from conftest import ROOT

ROWS = list(csv.DictReader((ROOT / "tests" / "coverage.csv").read_text(encoding="utf-8").splitlines()))


@cache
def anchors(path):
    """All that a built page can be entered by: ids, equations, and its figures by name and number."""
    text = path.read_text(encoding="utf-8")
    found = set(re.findall(r'\bid="([^"]+)"', text))
    found |= {name.removeprefix("equation-") for name in found}
    for name, count in Counter(re.findall(r'data-explorable="(\w+)"', text)).items():
        found |= {f"explore-{name}", *(f"explore-{name}-{k}" for k in range(2, count + 1))}
    return found


def test_no_row_is_missing():
    """34, 33, 46 and 37 rows of the sources, ten of nobody's."""
    assert Counter(row["row"].split("-")[0] for row in ROWS) == {"S0": 34, "S1": 33, "S2": 46, "S3": 37, "X": 10}
    assert len({row["row"] for row in ROWS}) == 160
    assert all(row["asks"] for row in ROWS)


@pytest.mark.parametrize("source", ["S0", "S1", "S2", "S3", "X"])
def test_each_row_has_a_place_that_exists(source, book):
    """A page of the book, and on it the section, equation, exercise or figure."""
    for row in ROWS:
        if row["row"].startswith(source):
            assert row["places"], row["row"]
            for place in row["places"].split("; "):
                page, _, anchor = place.partition("#")
                path = book / "book" / f"{page}.html"
                assert path.exists(), place
                assert not anchor or anchor in anchors(path), f"{row['row']}: {place}"
