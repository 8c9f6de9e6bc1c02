"""Shared weights: one copy for each use, tied together, and what the loss makes of a nudge."""

import numpy as np
import traitlets

from cnnbp import plots
from cnnbp.connections import connections
from cnnbp.conv import conv2d, conv2d_grad_bias, conv2d_grad_weight
from cnnbp.explore.explorable import Explorable, lowered, text
from cnnbp.explore.parts import Matrix, cell, check_shape, dial, flag, given, pick
from cnnbp.shapes import conv_geometry

IMAGE, FILTER, UPSTREAM = ((3, 1, 4), (1, 5, 9), (2, 6, 5)), ((2, 7), (1, 8)), ((1, -2), (3, 5))
BIAS = 10.0
MOST = 9  # copies that a figure can show
COPIES = tuple(f"c{k + 1}" for k in range(MOST))


class SharedWeights(Explorable):
    """
    What a shared parameter's gradient is: the parts of its copies, and the slope of the loss.

    Parameters
    ----------
    X : array of shape (H, W)
    F : array of shape (KH, KW)
        With two to nine windows in X.
    dY : array of shape (OH, OW)
    share : {"weight", "bias", "batch"}
        What is used at several places: a weight by the windows, the bias by
        the outputs, the filter by the samples of a batch.
    tie : int
        How many copies move together, from the chosen one on.
    samples : int
        The size of the batch. The samples are X and its reflections.
    loss : {"mean", "sum"}
        What the batch's loss is, of the samples' losses sum(dY * Y).
    nudge : float
        By how much the parameter moves.
    selected : [letter, place]
        The entry that moves, of the whole gradient ("dF") or of a copy ("c1", "c2", ...).

    Raises
    ------
    traitlets.TraitError
        If an array is no matrix of finite numbers or changes its shape, the
        shapes do not fit, or a dial is set outside its limits.
    """

    view_name = "shared_weights"
    captions = {"X": "X, image", "F": "F, filter", "dY": "dY, upstream"}

    X = Matrix()
    F = Matrix()
    dY = Matrix()
    share = pick("weight", "bias", "batch")
    tie = dial(1, 1, MOST)
    samples = dial(2, 1, 4)
    loss = pick("mean", "sum")
    nudge = dial(1.0, 0.25, 2.0, 0.25)
    selected = cell("dF", *COPIES)
    predict = flag()
    tables = given()

    def __init__(self, X=IMAGE, F=FILTER, dY=UPSTREAM, **state):
        try:
            g = conv_geometry(np.shape(X), np.shape(F))
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from None
        count = g.OH * g.OW
        if not 2 <= count <= MOST:
            raise traitlets.TraitError(f"X {np.shape(X)} holds {count} windows of F {np.shape(F)}; 2..{MOST} can be shown")
        p, q, r = (index.tolist() for index in connections(np.shape(X), np.shape(F)))
        places = np.arange(g.H * g.W).reshape(g.H, g.W)
        tables = {
            "p": p, "q": q, "r": r, "shape": [g.OH, g.OW], "bias": BIAS,
            "sizes": {"X": [g.H, g.W], "F": [g.KH, g.KW], "dY": [g.OH, g.OW]},
            "samples": [image.ravel().tolist() for image in _reflections(places)],
        }  # fmt: skip
        domains = self.all_domains()
        domains["tie"] = {**domains["tie"], "max": count}
        super().__init__(X=X, F=F, dY=dY, domains=domains, tables=tables, **state)

    @traitlets.validate("X", "F", "dY")
    def _same_shape(self, proposal):
        name = proposal["trait"].name
        return check_shape(name, proposal["value"], self.tables["sizes"][name])

    @traitlets.validate("tie")
    def _within(self, proposal):
        if proposal["value"] > self.domains["tie"]["max"]:
            raise traitlets.TraitError(f"tie must lie in 1..{self.domains['tie']['max']}, got {proposal['value']}")
        return proposal["value"]

    def numbers(self):
        """The operands; each copy and its part; the whole gradient; what is compared; the loss."""
        case = {"weight": self._weight, "bias": self._bias, "batch": self._batch}[self.share]
        copies, parts, total, (before, after), others = case()
        place = self._chosen(len(parts))[1]
        slope = (after - before) / self.nudge
        bars = [*(part.flat[place] for part in parts), *(each.flat[place] for each in others), slope]
        return {
            "X": np.array(self.X), "F": np.array(self.F), "dY": np.array(self.dY),
            **{f"copy{k + 1}": copy for k, copy in enumerate(copies)},
            **{f"part{k + 1}": part for k, part in enumerate(parts)},
            "total": total, "bars": np.array(bars), "L": np.array([before, after, after - before]),
        }  # fmt: skip

    def _chosen(self, count):
        """The copy and the entry that move; the first where the choice is not on show."""
        letter, place = self.selected
        copy = int(letter[1:]) - 1 if letter in COPIES else 0
        size = 1 if self.share == "bias" else np.size(self.F)
        return (copy, place) if copy < count and place < size else (0, 0)

    def _tied(self, dY):
        """Which windows' copies move, shaped like dY."""
        moves = np.zeros(dY.size, bool)
        moves[(self._chosen(dY.size)[0] + np.arange(self.tie)) % dY.size] = True
        return moves.reshape(dY.shape)

    def _nudged(self, count):
        """F with the chosen weight moved."""
        F = np.array(self.F)
        F.flat[self._chosen(count)[1]] += self.nudge
        return F

    def _weight(self):
        X, F, dY = (np.array(A) for A in (self.X, self.F, self.dY))
        moved, moves = self._nudged(dY.size), self._tied(dY)
        parts = [conv2d_grad_weight(alone, X, F.shape) for alone in _one_by_one(dY)]
        total = conv2d_grad_weight(dY, X, F.shape)
        after = np.where(moves, conv2d(X, moved), conv2d(X, F))
        losses = (dY * conv2d(X, F)).sum(), (dY * after).sum()
        copies = [moved if each else F for each in moves.flat]
        return copies, parts, total, losses, (total, total / dY.size, parts[-1])

    def _bias(self):
        X, F, dY = (np.array(A) for A in (self.X, self.F, self.dY))
        moves = self._tied(dY)
        parts = [np.reshape(conv2d_grad_bias(alone), (1, 1)) for alone in _one_by_one(dY)]
        total = np.reshape(conv2d_grad_bias(dY), (1, 1))
        after = np.where(moves, conv2d(X, F, BIAS + self.nudge), conv2d(X, F, BIAS))
        losses = (dY * conv2d(X, F, BIAS)).sum(), (dY * after).sum()
        copies = [np.full((1, 1), BIAS + self.nudge * each) for each in moves.flat]
        return copies, parts, total, losses, (total, total / dY.size, parts[-1])

    def _batch(self):
        N, F, dY = self.samples, np.array(self.F)[None, None], np.array(self.dY)
        images = np.stack(_reflections(np.array(self.X))[:N])[:, None]
        upstream = np.tile(dY, (N, 1, 1, 1))
        share = upstream / (N if self.loss == "mean" else 1)
        moved = self._nudged(N)[None, None]
        losses = [(share * conv2d(images, filters)).sum() for filters in (F, moved)]
        added, mean = (conv2d_grad_weight(g, images, F.shape)[0, 0] for g in (upstream, upstream / N))
        parts = [conv2d_grad_weight(dY, image[0], F.shape[2:]) for image in images]
        total = conv2d_grad_weight(share, images, F.shape)[0, 0]
        return list(images[:, 0]), parts, total, losses, (added, mean, mean / N)

    def describe(self):
        """What the figure shows, in one sentence, for those who cannot see it."""
        now, users, letter = self.numbers(), self._users(), self._letter()
        what = "bias" if letter == "b" else "filter"
        where = "" if self.share == "batch" else f" in {self.tie} of {len(users)} copies"
        parts = ", ".join(text(now[f"part{k + 1}"]) for k in range(len(users)))
        return (
            f"One {what}, shared: used for {', '.join(users)}, it has a gradient of the parts {parts}; d{letter} = "
            f"{text(now['total'])}; moving {self._entry()} by {text(self.nudge)}{where} changes the loss by {text(now['L'][2])}."
        )

    def plain_tables(self):
        """The operands; each copy and its part; the gradient; the chosen entry in all ways; the loss."""
        now, users, letter = self.numbers(), self._users(), self._letter()
        copied = "X" if self.share == "batch" else letter
        pairs = {}
        for k, user in enumerate(users, start=1):
            pairs |= {f"{copied} for {user}": now[f"copy{k}"], f"d{letter}, part for {user}": now[f"part{k}"]}
        last = "mean of mean" if self.share == "batch" else "last only"
        names = (*(f"part for {user}" for user in users), "sum", "mean", last, "slope of L")
        return {
            **super().plain_tables(), **pairs, f"d{letter}": now["total"],
            f"Gradient of {self._entry()}, in all ways": [list(row) for row in zip(names, now["bars"], strict=True)],
            "L, loss": [list(row) for row in zip(("before the nudge", "after it", "change"), now["L"], strict=True)],
        }  # fmt: skip

    def _letter(self):
        return "b" if self.share == "bias" else "F"

    def _entry(self):
        """The parameter that moves."""
        if self.share == "bias":
            return "b"
        i, j = divmod(self._chosen(len(self._users()))[1], np.shape(self.F)[1])
        return lowered(f"f{i + 1}{j + 1}")

    def _users(self):
        """Where each copy is used: an output, or a sample."""
        if self.share == "batch":
            return [f"sample {k + 1}" for k in range(self.samples)]
        return [lowered(f"y{i + 1}{j + 1}") for i, j in np.ndindex(np.shape(self.dY))]

    def picture(self):
        """The parts, and the whole gradient."""
        now = self.numbers()
        parts = [A for name, A in now.items() if name.startswith("part")]
        letter = "db" if self.share == "bias" else "dF"
        whole = f"{letter}, the mean" if self.share == "batch" and self.loss == "mean" else f"{letter}, the sum"
        row = [item for k, part in enumerate(parts) for item in (plots.cells(part, "dF", f"part {k + 1}"), "+")]
        return plots.show_row(*row[:-1], "→", plots.cells(now["total"], "dF", whole))[0].figure


def _one_by_one(dY):
    """dY with all entries but one put to zero, for each entry."""
    return [np.where(np.arange(dY.size).reshape(dY.shape) == k, dY, 0) for k in range(dY.size)]


def _reflections(X):
    """X, and X reflected sideways, up and down, and both: four samples of one shape."""
    return [X, X[:, ::-1], X[::-1], X[::-1, ::-1]]
