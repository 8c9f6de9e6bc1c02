"""Explorables: figures that move, in JupyterLab and on the published page."""

from cnnbp.explore.computation_graph import ComputationGraph
from cnnbp.explore.convolution import Convolution
from cnnbp.explore.explorable import beside

__all__ = ["ComputationGraph", "Convolution", "beside"]
