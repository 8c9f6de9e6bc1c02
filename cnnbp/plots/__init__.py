"""Drawing: one line in a notebook, no arithmetic here.

Each function takes arrays, draws on a new figure unless it is given axes, and
returns artists.
"""

from cnnbp.plots.curves import show_curves
from cnnbp.plots.formulas import shade_names
from cnnbp.plots.gates import draw_gate, draw_layer
from cnnbp.plots.graphs import draw_graph
from cnnbp.plots.matrices import cells, draw_cells, show_connections, show_row, show_rows
from cnnbp.plots.neurons import show_neurons
from cnnbp.plots.speed import plot_ratios
from cnnbp.plots.training import plot_history, show_confusion, show_feature_maps, show_filters, show_images

__all__ = [
    "cells",
    "draw_cells",
    "draw_gate",
    "draw_graph",
    "draw_layer",
    "plot_history",
    "plot_ratios",
    "shade_names",
    "show_confusion",
    "show_connections",
    "show_curves",
    "show_feature_maps",
    "show_filters",
    "show_images",
    "show_neurons",
    "show_row",
    "show_rows",
]
