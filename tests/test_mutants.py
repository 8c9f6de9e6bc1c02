"""The tables of mutants keep up with the code; `make mutants` shows that the tests kill them."""

from collections import Counter

import pytest

from conftest import ROOT
from mutants import EQUIVALENT, MUTANTS
from mutants.real_bugs import REAL_BUGS


@pytest.mark.parametrize("module", sorted({mutant.module for mutant in MUTANTS}))
def test_a_mutant_is_the_code_with_one_mistake(module):
    """Each text that it replaces stands in its file exactly once, and what comes out is Python."""
    for mutant in MUTANTS:
        if mutant.module == module:
            source = (ROOT / mutant.file).read_text(encoding="utf-8")
            mutated = mutant.applied(source)
            assert mutated != source, mutant.what
            compile(mutated, f"{mutant.file} with: {mutant.what}", "exec")
            assert all((ROOT / test).exists() for test in mutant.tests()), mutant.tests()


def test_no_mutant_stands_twice_and_what_is_equivalent_exists():
    """Two of one name could not be told apart in the report."""
    names = Counter((mutant.module, mutant.what) for mutant in MUTANTS)
    assert max(names.values()) == 1
    assert set(EQUIVALENT) <= {mutant.what for mutant in MUTANTS}
    assert all(reason.strip() for reason in EQUIVALENT.values())


def test_there_are_as_many_as_promised():
    """Every real bug of the catalogue, and seventy more."""
    assert sum(map(len, REAL_BUGS.values())) >= 11
    assert len(MUTANTS) >= 11 + 70
