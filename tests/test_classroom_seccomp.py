"""The filter on system calls, run as the kernel would run it."""

import struct

import pytest

from classroom.sandbox.seccomp import CLONE3, MACHINES, filter_program


def run_filter(program, number, architecture, argument=0):
    """What the kernel would do: the value that the filter returns."""
    lines = [struct.unpack("<HBBI", program[i : i + 8]) for i in range(0, len(program), 8)]
    data = {0: number, 4: architecture, 16: argument}
    place = value = 0
    while True:
        code, yes, no, k = lines[place]
        if code == 0x06:
            return k
        if code == 0x20:
            value, step = data[k], 0
        else:
            step = yes if {0x15: value == k, 0x35: value >= k, 0x45: bool(value & k)}[code] else no
        place += 1 + step


@pytest.mark.parametrize("machine", MACHINES)
def test_the_filter_refuses_what_it_names(machine):
    program, (architecture, clone, refused) = filter_program(machine), MACHINES[machine]
    allow, refuse = 0x7FFF0000, 0x00050001
    for number in [*refused.values(), 425, 435 - 2, 442, 0x40000001]:
        assert run_filter(program, number, architecture) == refuse
    assert run_filter(program, CLONE3, architecture) == 0x00050000 + 38
    assert run_filter(program, clone, architecture, 0x01200011) == refuse  # what fork asks for
    assert run_filter(program, clone, architecture, 0x003D0F00) == allow  # what a thread asks for
    assert run_filter(program, 0, architecture) == allow
    assert run_filter(program, 0, 0x40000003) == 0x80000000
    assert filter_program("vax") is None
