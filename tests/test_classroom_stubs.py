"""Stand-ins: what a notebook shows costs the grader nothing."""

import pytest
from classroom_sample import sample, submit

from classroom.grading.marking import mark
from classroom.worker import stubs

MAGICS = {
    "%matplotlib inline\nx = 1": "pass\nx = 1",
    "if True:\n    !pip install numpy": "if True:\n    pass",
    "x = !ls\nnp.dot?": "x = None\npass",
    "%%time\nx = 1": "x = 1",
    "%%bash\nrm -rf /": "",
    "x = 5 % 3": "x = 5 % 3",
    "'''\n%s\n'''": "'''\n%s\n'''",
}


@pytest.mark.parametrize("cell", MAGICS)
def test_magics_do_nothing(cell):
    source, note = stubs.runnable(cell)
    assert source == MAGICS[cell] and bool(note) == (source != cell)


DRAWING = """
%matplotlib inline
import matplotlib.pyplot as plt, matplotlib as mpl
from IPython.display import display, HTML
from matplotlib.colors import Normalize
fig, ax = plt.subplots(figsize=(3, 2))
fig, (a, b) = plt.subplots(1, 2)
fig, axes = plt.subplots(2, 3)
axes[0, 1].imshow(X); axes.flat[0].set_title("x")
for row in axes:
    for cell in row: cell.axis("off")
counts, edges, patches = plt.hist([1])
with plt.style.context("ggplot"):
    plt.plot([1], label="a").legend()
mpl.rcParams["font.size"] = 3
display(HTML("x"))
drawn = True
"""


def test_drawing_costs_nothing(tmp_path):
    assignment = sample(tmp_path, seconds_per_cell=20)
    marks = mark(assignment, submit(assignment, tmp_path, hand=DRAWING + "answer = 42"))
    assert marks.points == 10 and marks.notes == ["code cell 4: %matplotlib inline was left out"]
