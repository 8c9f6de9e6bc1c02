"""What every explorable shares: one state, shown live or on a page.

In JupyterLab it is a widget whose traits can be set, observed and linked. On
the published page the same state stands in the page as JSON, and the same view
moves it with no kernel. For paper, and where scripts are off, there is a
picture and a plain text.
"""

import html
import inspect
import io
import json

import anywidget
import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import traitlets

from cnnbp.explore import bundle

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class Explorable(anywidget.AnyWidget):
    """
    The base of all explorables.

    A subclass gives `view_name` (the stem of its JavaScript), its state as
    traits made with `parts`, `numbers()`, `describe()`, and `picture()`, a
    Matplotlib figure. Its constructor takes every part that a reader moves.
    """

    view_name = ""
    captions = {}  # what stands over each table of the plain face, by the name of its numbers
    domains = traitlets.Dict().tag(sync=True, given=True)

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "view_name" in cls.__dict__:  # not the classes that add_traits makes
            cls._esm = bundle.widget_module(cls.view_name)
            cls._css = bundle.widget_styles(cls.view_name)

    @traitlets.default("domains")
    def _default_domains(self):
        return self.all_domains()

    @classmethod
    def all_domains(cls):
        """What each part that a reader moves may be, by name."""
        return {name: trait.metadata["domain"] for name, trait in cls.class_traits(domain=_known).items()}

    def state(self):
        """The whole state, as JSON holds it."""
        return {name: getattr(self, name) for name in (*self.domains, *self.traits(given=True))}

    @classmethod
    def from_state(cls, state):
        """
        The explorable that has a state, such as a page's or an address's.

        Parameters
        ----------
        state : dict
            What `state()` gives; parts that are left out start as always.

        Raises
        ------
        traitlets.TraitError
            If a part is not allowed.
        """
        arguments = set(inspect.signature(cls).parameters) | set(cls.all_domains())
        return cls(**{name: value for name, value in state.items() if name in arguments})

    def numbers(self):
        """All numbers that the figure shows, by name, computed by `cnnbp`."""
        raise NotImplementedError

    def describe(self):
        """What the figure shows, in one sentence, for those who cannot see it."""
        raise NotImplementedError

    def plain_tables(self):
        """The numbers for those without scripts: each table by its caption; words in a table are headings."""
        numbers = self.numbers()
        return {caption: numbers[name] for name, caption in self.captions.items() if name in numbers}

    def fallback(self):
        """The numbers as plain tables."""
        tables = "".join(table(caption, A) for caption, A in self.plain_tables().items())
        return f'<div class="cx-still">{tables}</div>'

    def picture(self):
        """The figure, drawn with Matplotlib."""
        raise NotImplementedError

    def page_face(self):
        """The figure that stands in the published page."""
        state = json.dumps(self.state(), separators=(",", ":"), allow_nan=False)
        return (
            f'<figure data-explorable="{self.view_name}">'
            f'<script type="application/json">{state.replace("<", chr(92) + "u003c")}</script>'
            f"<p>{html.escape(self.describe())}</p>{self.fallback()}</figure>"
        )

    def still(self):
        """The picture as PNG, for paper."""
        figure = self.picture()
        data = io.BytesIO()
        figure.savefig(data, format="png", metadata={"Software": None})
        plt.close(figure)
        return data.getvalue()

    def __repr__(self):
        return self.describe()

    def _repr_mimebundle_(self, **kwargs):
        live = super()._repr_mimebundle_(**kwargs)
        data, metadata = live if isinstance(live, tuple) else (live or {}, {})
        faces = {"text/plain": self.describe(), "text/html": self.page_face(), "image/png": self.still()}
        return {**data, **faces}, metadata


class beside(ipywidgets.VBox):
    """
    Controls of ipywidgets together with an explorable.

    Live, all are shown. On the published page, where a slider of ipywidgets
    would be dead, the explorable stands alone with its own controls.

    Parameters
    ----------
    *widgets : ipywidgets.Widget
        The explorable comes last.
    """

    def __init__(self, *widgets):
        self.explorable = widgets[-1]
        super().__init__(children=widgets)

    def __repr__(self):
        return repr(self.explorable)

    def _repr_mimebundle_(self, **kwargs):
        live = super()._repr_mimebundle_(**kwargs)
        data, metadata = live if isinstance(live, tuple) else (live or {}, {})
        page, _ = self.explorable._repr_mimebundle_(**kwargs)
        view = {key: value for key, value in data.items() if "widget-view" in key}
        return {**page, **view}, metadata


def text(A):
    """A number, vector or matrix on one line, each number as a live figure tells it."""
    A = np.asarray(A)
    return number(A.item()) if A.ndim == 0 else "[" + ", ".join(map(text, A)) + "]"


def number(value):
    """Exact up to six digits or if it is whole, else in five digits; with a true minus sign."""
    value = float(value)
    if not value.is_integer() and value != float(f"{value:.6g}"):
        value = float(f"{value:.5g}")
    small = 0 < abs(value) < 1e-6
    write = np.format_float_scientific if small else np.format_float_positional
    return write(value + 0.0, trim="-", **({"exp_digits": 1} if small else {})).replace("-", "\N{MINUS SIGN}")


def lowered(name):
    """A name with its digits lowered, as in x₁₁."""
    return name.translate(SUBSCRIPTS)


def table(caption, A):
    """Numbers as an HTML table with its caption; rows given as a list may hold words, which are headings."""
    rows = A if isinstance(A, list) else np.reshape(A, (-1, np.shape(A)[-1] if np.ndim(A) else 1))
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f"<table><caption>{html.escape(caption)}</caption><tbody>{body}</tbody></table>"


def _cell(entry):
    """One cell: a word as a heading, none as an empty cell, a number as text."""
    if isinstance(entry, str):
        return f"<th>{html.escape(entry)}</th>" if entry else "<td></td>"
    return f"<td>{number(entry)}</td>"


def _known(value):
    """Whether a trait carries a piece of metadata."""
    return value is not None
