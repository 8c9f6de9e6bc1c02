"""The eight ways to lay a kernel on dY, and the two conventions: what each gives for dX."""

import numpy as np

from cnnbp import connections, conv, plots
from cnnbp.explore.explorable import Explorable, text
from cnnbp.explore.parts import Matrix, cell, dial, flag, given, pick
from cnnbp.gradcheck import numerical_gradient

TURNS = {  # what each does to a kernel
    "same": np.array,
    "left": np.rot90,
    "rotated": lambda F: np.rot90(F, 2),
    "right": lambda F: np.rot90(F, -1),
    "transposed": np.transpose,
    "upside": np.flipud,
    "mirrored": np.fliplr,
    "anti": lambda F: np.rot90(F, 2).T,
}
WORDS = {
    "same": "as it is", "left": "quarter turn left", "rotated": "rotated by 180°", "right": "quarter turn right",
    "transposed": "transposed", "upside": "upside down", "mirrored": "mirrored", "anti": "rotated, transposed",
    "correlation": "cross-correlation", "convolution": "true convolution",
    "turned": "kernel rotated", "unturned": "kernel not rotated",
}  # fmt: skip
FORWARD = {"correlation": TURNS["same"], "convolution": TURNS["rotated"]}
BACKWARD = {"turned": TURNS["rotated"], "unturned": TURNS["same"]}
ROWS, LARGEST = 2, 3  # the kernel has 2 rows, and 2 or 3 columns


class Orientations(Explorable):
    """
    A kernel turned in eight ways, each with the dX that it gives over the padded dY.

    Parameters
    ----------
    X : array of shape (3, 4)
    F : array of shape (2, 3)
    dY : array of shape (2, 2)
    part : {"turns", "conventions"}
        Which half is on show: the eight turns, or the forward pass as a
        correlation or a convolution with a backward kernel rotated or not.
    columns : int
        Of F, 2 or 3; the rest of F and X waits.
    symmetric : bool
        Whether the second half of F mirrors the first.
    turn : {"same", "left", "rotated", "right", "transposed", "upside", "mirrored", "anti"}
    forward : {"correlation", "convolution"}
    backward : {"turned", "unturned"}
    selected : [letter, place]
        The cell of dX that is explained.

    Raises
    ------
    traitlets.TraitError
        If X, F or dY has another shape or does not hold finite numbers, or a
        choice is none of those.
    """

    view_name = "orientations"
    captions = {
        "X": "X, image", "F": "F, kernel", "dY": "dY, upstream", "Y": "Y, forward",
        "nudged": "dX by nudging X", "dX": "dX, sent back",
        **{f"F_{turn}": f"F, {WORDS[turn]}" for turn in TURNS},
        **{f"dX_{turn}": f"dX by F, {WORDS[turn]}" for turn in TURNS},
    }  # fmt: skip

    X = Matrix(shape=(ROWS + 1, LARGEST + 1))
    F = Matrix(shape=(ROWS, LARGEST))
    dY = Matrix(shape=(2, 2))
    part = pick("turns", "conventions")
    columns = dial(LARGEST, 2, LARGEST)
    symmetric = flag()
    turn = pick(*TURNS)
    forward = pick(*FORWARD)
    backward = pick(*BACKWARD, default="unturned")
    selected = cell("dX")
    predict = flag()
    tables = given()

    def __init__(self, X, F, dY, **state):
        state.setdefault("selected", ["dX", 5])
        super().__init__(X=X, F=F, dY=dY, tables=_tables(), **state)

    @property
    def operands(self):
        """X, F and dY as they are used."""
        F, n = np.array(self.F)[:, : self.columns], ROWS * self.columns
        if self.symmetric:
            F = F.flat[np.minimum(np.arange(n), n - 1 - np.arange(n))].reshape(F.shape)
        return np.array(self.X)[:, : self.columns + 1], F, np.array(self.dY)

    def numbers(self):
        """Of the part on show: operands, results and errors."""
        return self._turns() if self.part == "turns" else self._conventions()

    def _turns(self):
        """Each turned kernel and, where it has the shape of X, its dX and largest error."""
        X, F, dY = self.operands
        right = conv.conv2d_grad_input(dY, F, X.shape)
        found = {"F": F, "dY": dY}
        for name, turn in TURNS.items():
            found[f"F_{name}"] = turn(F)
            dX = _slide(turn(F), dY)
            if dX.shape == X.shape:
                found[f"dX_{name}"], found[f"error_{name}"] = dX, np.abs(dX - right).max()
        return found

    def _conventions(self):
        """The forward pass, the nudged derivative, dX, and the error of each of the four pairs."""
        X, F, dY = self.operands
        found = {"X": X, "F": F, "dY": dY, "Y": conv.conv2d(X, FORWARD[self.forward](F))}
        for forward, turn in FORWARD.items():
            nudged = numerical_gradient(lambda X, F=turn(F): conv.conv2d(X, F), X, dY, eps=0.5)  # linear: any step
            for backward, back in BACKWARD.items():
                dX = _slide(back(F), dY)
                found[f"error_{forward}_{backward}"] = np.abs(dX - nudged).max()
                if (forward, backward) == (self.forward, self.backward):
                    found |= {"nudged": nudged, "dX": dX}
        return found

    def describe(self):
        """What the figure shows, in one sentence, for those who cannot see it."""
        n, way = self.numbers(), "in eight ways" if self.part == "turns" else "rotated or not, with either convention"
        errors = "; ".join(f"{words}: {text(error)}" for words, error in _errors(n))
        return (
            f"The kernel F = {text(n['F'])} laid on the padded dY = {text(n['dY'])} {way}, "
            f"and the largest error of the dX that this gives. {errors[0].upper()}{errors[1:]}."
        )

    def plain_tables(self):
        """The operands, each kernel and its dX, and the largest errors."""
        return {**super().plain_tables(), "Largest error of dX": _errors(self.numbers())}

    def picture(self):
        """The turned kernels with their dX, or the chosen pair beside the nudged derivative."""
        n = self.numbers()
        if self.part == "conventions":
            found = plots.cells(n["nudged"], "dX", "nudged"), "?", plots.cells(n["dX"], "dX", "sent back")
            return plots.show_rows((plots.cells(n["F"], "F"), "·", plots.cells(n["dY"], "dY")), found)[0].figure
        shown = [name for name in TURNS if f"dX_{name}" in n][:4]
        return plots.show_rows(*[
            (plots.cells(n[f"F_{name}"], "F", name), "→",
             plots.cells(n[f"dX_{name}"], "dX", f"error {n[f'error_{name}']:.4g}")) for name in shown
        ])[0].figure  # fmt: skip


def _errors(numbers):
    """The words for each way that gives a dX, with its largest error."""
    found = [(name.split("_")[1:], error) for name, error in numbers.items() if name.startswith("error")]
    return [[", ".join(WORDS[part] for part in way), error] for way, error in found]


def _slide(kernel, dY):
    """The full sliding window: dY with a border of K-1 zeros under the kernel as it lies."""
    return conv.conv2d(dY, kernel, padding=tuple(k - 1 for k in kernel.shape))


def _tables():
    """For each width of F the triples, and each turn as the places of F that it reads."""
    tables = {}
    for columns in (2, LARGEST):
        kernel, image = (ROWS, columns), (ROWS + 1, columns + 1)
        p, q, r = (index.tolist() for index in connections.connections(image, kernel))
        places = np.arange(ROWS * columns).reshape(kernel)
        turns = {
            name: {"shape": list(turn(places).shape), "from": turn(places).ravel().tolist()}
            for name, turn in TURNS.items()
        }  # fmt: skip
        tables[str(columns)] = {"p": p, "q": q, "r": r, "turns": turns}
    return tables
