"""Explorables: figures that move, and checks: questions that answer, in JupyterLab and on the published page."""

from cnnbp.explore.channels import Channels
from cnnbp.explore.check import Check
from cnnbp.explore.computation_graph import ComputationGraph
from cnnbp.explore.convolution import Convolution
from cnnbp.explore.cut_and_share import CutAndShare
from cnnbp.explore.draw_digit import DrawDigit
from cnnbp.explore.explorable import beside
from cnnbp.explore.gradient_check import GradientCheck
from cnnbp.explore.one_step import OneStep
from cnnbp.explore.orientations import Orientations
from cnnbp.explore.pooling_router import PoolingRouter
from cnnbp.explore.scatter_gather import ScatterGather
from cnnbp.explore.shared_weights import SharedWeights
from cnnbp.explore.softmax import Softmax
from cnnbp.explore.training_replay import TrainingReplay

__all__ = [
    "Channels",
    "Check",
    "ComputationGraph",
    "Convolution",
    "CutAndShare",
    "DrawDigit",
    "GradientCheck",
    "OneStep",
    "Orientations",
    "PoolingRouter",
    "ScatterGather",
    "SharedWeights",
    "Softmax",
    "TrainingReplay",
    "beside",
]
