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


class Explorable(anywidget.AnyWidget):
    """
    The base of all explorables.

    A subclass gives `view_name` (the stem of its JavaScript), its state as
    traits made with `parts`, `numbers()`, and `picture()`, a Matplotlib
    figure. Its constructor takes every part that a reader moves.
    """

    view_name = ""
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
        """One sentence with the numbers, for those who cannot see the figure."""
        shown = "; ".join(f"{name} = {text(A)}" for name, A in self.numbers().items())
        dials = ", ".join(f"{name} {_word(getattr(self, name))}" for name in self._settings())
        return f"{type(self).__name__} explorable: {shown}{'; ' if dials else ''}{dials}."

    def _settings(self):
        """The dials, switches and choices among the parts."""
        return [name for name, domain in self.domains.items()
                if domain["kind"] in ("number", "pick", "flag") and name != "predict"]  # fmt: skip

    def fallback(self):
        """The numbers as plain tables."""
        return '<div class="cx-still">' + "".join(table(name, A) for name, A in self.numbers().items()) + "</div>"

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
    """A number, vector or matrix on one line, as short as it can be."""
    A = np.asarray(A)
    return f"{A:.6g}" if A.ndim == 0 else "[" + ", ".join(map(text, A)) + "]"


def table(name, A):
    """A number, vector or matrix as an HTML table with its name."""
    rows = np.atleast_2d(A).reshape(-1, np.shape(A)[-1] if np.ndim(A) else 1)
    cells = "".join("<tr>" + "".join(f"<td>{v:.6g}</td>" for v in row) + "</tr>" for row in rows)
    return f"<table><caption>{html.escape(name)}</caption><tbody>{cells}</tbody></table>"


def _known(value):
    """Whether a trait carries a piece of metadata."""
    return value is not None


def _word(value):
    """A setting as text: on and off rather than True and False."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
