"""The marked regions of a master's cells: solutions and hidden tests, as nbgrader marks them."""

SOLUTION = ("BEGIN SOLUTION", "END SOLUTION")
HIDDEN = ("BEGIN HIDDEN TESTS", "END HIDDEN TESTS")


class AssignmentError(ValueError):
    """A master that cannot be used, and why."""


def replace_regions(source, markers, stub=""):
    """
    Put a stub in the place of each marked region.

    Parameters
    ----------
    source : str
    markers : pair of str
        What stands in the lines that open and close a region, as in `SOLUTION` and `HIDDEN`.
    stub : str
        Indented as the opening marker is; nothing if empty.

    Returns
    -------
    source : str

    Raises
    ------
    AssignmentError
        If a region is opened twice, never closed, or closed before it is opened.
    """
    begin, end = markers
    kept, inside = [], False
    for line in source.split("\n"):
        if begin in line or end in line:
            if inside != (end in line):
                raise AssignmentError(f"{line.strip()!r} stands where it may not: {source!r}")
            inside = begin in line
            if inside and stub:
                indent = line[: len(line) - len(line.lstrip())]
                kept += [indent + part for part in stub.split("\n")]
        elif not inside:
            kept.append(line)
    if inside:
        raise AssignmentError(f"no {end!r} closes the region: {source!r}")
    return "\n".join(kept)
