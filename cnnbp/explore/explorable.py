"""What every explorable shares: one state, shown live or on a page.

In JupyterLab it is a widget whose traits can be set, observed and linked. On
the published page the same state stands in the page as JSON, and the same view
moves it with no kernel. For paper, and where scripts are off, there is a
picture and a plain text.
"""

import html
import io
import json

import anywidget
import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import traitlets

from cnnbp.explore import bundle


class Matrix(traitlets.TraitType):
    """A matrix of finite numbers, kept as nested lists; any array-like may be set."""

    def validate(self, obj, value):
        """The matrix as lists of float, or a TraitError that says what it must be."""
        try:
            A = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise traitlets.TraitError(f"{self.name} must be a matrix of numbers: {error}") from None
        if A.ndim != 2 or A.size == 0:
            raise traitlets.TraitError(f"{self.name} must be a matrix, got shape {A.shape}")
        if not np.isfinite(A).all():
            raise traitlets.TraitError(f"{self.name} must hold finite numbers, got {A.tolist()}")
        return A.tolist()


class Explorable(anywidget.AnyWidget):
    """
    The base of all explorables.

    A subclass gives `view_name` (the stem of its JavaScript), `state_names`
    (its traits, which are its whole state), `describe()` (a sentence for
    those who cannot see it), `fallback()` (HTML that needs no script) and
    `picture()` (a Matplotlib figure).
    """

    view_name = ""
    state_names = ()

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "view_name" in cls.__dict__:  # not the classes that add_traits makes
            cls._esm = bundle.widget_module(cls.view_name)
            cls._css = bundle.widget_styles()

    def state(self):
        """The whole state, as JSON holds it."""
        return {name: getattr(self, name) for name in self.state_names}

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
