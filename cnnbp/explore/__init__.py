"""Explorables: figures that move, in JupyterLab and on the published page."""

from cnnbp.explore.computation_graph import ComputationGraph
from cnnbp.explore.channels import Channels
from cnnbp.explore.convolution import Convolution
from cnnbp.explore.cut_and_share import CutAndShare
from cnnbp.explore.explorable import beside
from cnnbp.explore.softmax import Softmax

__all__ = ["ComputationGraph", "Convolution", "CutAndShare", "Softmax", "beside"]
__all__ = ["Channels", "Convolution", "CutAndShare", "beside"]
from cnnbp.explore.orientations import Orientations
from cnnbp.explore.scatter_gather import ScatterGather

__all__ = ["Convolution", "Orientations", "ScatterGather", "beside"]
