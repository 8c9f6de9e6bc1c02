"""Each known wrong result of the running example, guessed in each figure that asks for it: the rule is named."""

import json
import re
import subprocess

import numpy as np
import pytest

from cnnbp.explore import Convolution, CutAndShare, Orientations, ScatterGather, SharedWeights
from cnnbp.explore.bundle import VIEWS, widget_module
from conftest import ROOT
from publish.pages import node
from running_example import F, X, dF, dX, dY, Y

JUDGE = """
const view = await import("%s/cnnbp/explore/" + process.argv[1] + ".mjs");
const { judge } = await import("%s/cnnbp/explore/predict.mjs");
const state = JSON.parse(process.argv[2]);
const question = view.ask(view.compute((name) => state[name]));
const verdicts = JSON.parse(process.argv[3]).map((guess) => judge(guess, question));
process.stdout.write(JSON.stringify({ right: question.values, verdicts }));
"""
TRAPS = {
    "Y": {"true convolution": [42, 65, 39, 101]},
    "dF": {
        "dY was rotated": [21, 16, 22, 45], "slid over dY": [30, 27, 53, 29], "exchanged": [29, 27, 53, 30],
        "one product is not a sum": [3, -2, 3, 25], "only the last window": [25, 45, 30, 25],
        "mean over the windows": [7.25, 13.25, 6.75, 7.5],
    },
    "dX": {
        "not rotated": [8, -15, -2, 31, 31, 1, 21, 41, 10],
        "transposed, not rotated": [8, -9, -14, 25, 61, 31, 3, 11, 10],
        "up and down only": [7, -12, -4, 29, 26, 8, 24, 43, 5],
        "sideways only": [1, 6, -16, 5, 32, 26, 6, 31, 35],
        "then also transposed|filter was transposed as well": [2, -3, -2, 13, 7, -11, 21, 59, 40],
        "result is rotated": [40, 29, 3, 19, 37, 7, -14, 3, 2],
        "where all weights meet dY": [0, 0, 0, 0, 37, 0, 0, 0, 0],
        "overwrote": [2, -4, -14, 6, 10, 35, 3, 5, 40],
    },
    "db": {"mean": [1.75]},
    "kernel": {
        "F as it is": [2, 7, 1, 8], "F transposed": [2, 1, 7, 8], "F upside down": [1, 8, 2, 7], "F mirrored": [7, 2, 8, 1],
        "quarter turn left": [7, 8, 2, 1], "quarter turn right": [1, 2, 8, 7], "rotated, transposed": [8, 7, 1, 2],
    },
}  # fmt: skip
RIGHT = {"Y": Y, "dF": dF, "dX": dX, "db": [7], "kernel": [8, 1, 7, 2]}
ASKED = [
    *((Convolution, {"which": which}, which) for which in ("Y", "dF", "dX")),
    (ScatterGather, {}, "dX"),
    (CutAndShare, {"stage": 2}, "Y"),
    (CutAndShare, {"stage": 3}, "dX"),
    (SharedWeights, {"share": "weight"}, "dF"),
    (SharedWeights, {"share": "bias"}, "db"),
    (Orientations, {"part": "turns", "columns": 2}, "kernel"),
    (Orientations, {"part": "conventions", "columns": 2}, "kernel"),
]


def judged(figure, guesses):
    """The right answer, and what the figure says to each guess."""
    source = JUDGE % (ROOT.as_uri(), ROOT.as_uri())
    arguments = [figure.view_name, json.dumps(figure.state()), json.dumps(guesses)]
    command = [node(), "--input-type=module", "-e", source, *arguments]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.parametrize(("cls", "state", "asked"), ASKED)
def test_each_trap_is_named_in_each_prediction(cls, state, asked):
    wide = {"X": np.pad(X, ((0, 0), (0, 1))), "F": np.pad(F, ((0, 0), (0, 1)))} if cls is Orientations else {"X": X, "F": F}
    given = {"F": F, "dY": np.pad(dY, (0, 5))} if cls is ScatterGather else {**wide, "dY": dY}
    traps = TRAPS[asked]
    answer = judged(cls(**given, **state), list(traps.values()))
    assert answer["right"] == np.ravel(RIGHT[asked]).tolist()
    for (words, guess), verdict in zip(traps.items(), answer["verdicts"], strict=True):
        wrong = [k for k, value in enumerate(guess) if value != answer["right"][k]]
        assert verdict["wrong"] == wrong
        assert [rule["places"] for rule in verdict["broken"]] == [wrong] and not verdict["unknown"], words
        assert re.search(words, verdict["broken"][0]["text"])


@pytest.mark.parametrize("view", VIEWS)
def test_a_widgets_module_is_sound(view, tmp_path):
    """All its pieces stand in one scope there: no name may be taken twice."""
    module = tmp_path / "widget.mjs"
    module.write_text(widget_module(view), encoding="utf-8")
    subprocess.run([node(), "--check", str(module)], check=True, capture_output=True)
