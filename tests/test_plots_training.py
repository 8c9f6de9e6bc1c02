"""Pictures of a trained network: what was drawn is what was given."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import running_example as example
from cnnbp.history import History
from cnnbp.plots.training import plot_history, show_confusion, show_feature_maps, show_filters, show_images

mpl.use("agg")


@pytest.fixture(autouse=True)
def _close_figures():
    """No figure is left open."""
    yield
    plt.close("all")


def test_history_lines():
    """Loss and accuracy, training and validation, told apart by line and marker."""
    history = History([3, 2, 1], [0.1, 0.5, 0.9], [3.5, 2.5, 2], [0.2, 0.4, 0.8])
    lines = plot_history(history)
    assert [line.get_ydata().tolist() for line in lines] == [
        [3, 2, 1], [3.5, 2.5, 2], [0.1, 0.5, 0.9], [0.2, 0.4, 0.8],
    ]  # fmt: skip
    assert lines[0].get_xdata().tolist() == [1, 2, 3]
    assert len({(line.get_linestyle(), line.get_marker()) for line in lines}) == 2
    assert lines[0].axes.get_xlabel() == "epoch" and lines[2].axes.get_ylabel() == "accuracy"


def test_history_without_validation_on_given_axes():
    """Two lines, where they were wanted."""
    axes = plt.subplots(2)[1]
    lines = plot_history(History([1.0], [0.5]), ax=axes)
    assert [line.axes for line in lines] == list(axes)
    assert plot_history(History()) == []


def test_filters_share_one_scale_around_0():
    """Each picture is one plane; -8 and 8 are the ends of the scale, with a bar."""
    F = np.array([example.F, -example.F])[:, None]
    images = show_filters(F, titles=["a", "b"])
    for image, plane in zip(images, F[:, 0], strict=True):
        np.testing.assert_array_equal(image.get_array(), plane)
        assert image.get_clim() == (-8, 8)
    assert images[1].axes.get_title() == "b"
    assert len(images[0].axes.figure.axes) == 3  # two pictures and the bar


def test_filters_of_several_channels_stand_in_rows():
    """Row o, column c."""
    F = np.arange(24.0).reshape(3, 2, 2, 2)
    images = show_filters(F)
    places = [image.axes.get_subplotspec() for image in images]
    assert [(p.rowspan.start, p.colspan.start) for p in places] == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]
    np.testing.assert_array_equal(images[3].get_array(), F[1, 1])
    assert len(show_filters(example.F)) == 1


def test_feature_maps():
    """The channels of one image; a batch of several is refused."""
    A = np.zeros((10, 3, 3))
    A[9] = example.X
    images = show_feature_maps(A)
    np.testing.assert_array_equal(images[9].get_array(), example.X)
    assert len(images) == 10 and images[0].get_clim() == (-9, 9)
    assert len(show_feature_maps(A[None])) == 10
    with pytest.raises(ValueError, match=r"\(2, 1, 3, 3\); rule: the maps of one image"):
        show_feature_maps(np.zeros((2, 1, 3, 3)))


def test_all_zeros_have_a_scale_too():
    """A dead filter is drawn white, without a warning."""
    assert show_filters(np.zeros((2, 2)))[0].get_clim() == (-1, 1)


def test_confusion_matrix():
    """Rows are true classes; counts are written, zeros are left blank."""
    matrix = np.array([[5, 1, 0], [0, 7, 0], [2, 0, 9]])
    image = show_confusion(matrix)
    np.testing.assert_array_equal(image.get_array(), matrix)
    written = {(t.get_position()[1], t.get_position()[0]): t.get_text() for t in image.axes.texts}
    assert written == {(0, 0): "5", (0, 1): "1", (1, 1): "7", (2, 0): "2", (2, 2): "9"}
    assert (image.axes.get_xlabel(), image.axes.get_ylabel()) == ("predicted", "true")
    ax = plt.subplots()[1]
    assert show_confusion(matrix, ax=ax).axes is ax


@pytest.mark.parametrize("shape", [(3, 1, 4, 5), (3, 4, 5)])
def test_images_in_grey(shape):
    """One scale for all, with titles."""
    X = np.linspace(0, 1, 60).reshape(shape)
    images = show_images(X, titles=[3, 1, 4])
    np.testing.assert_array_equal(images[2].get_array(), X[2].reshape(4, 5))
    assert {image.get_clim() for image in images} == {(0, 1)}
    assert [image.axes.get_title() for image in images] == ["3", "1", "4"]
    assert images[0].get_cmap().name == "gray_r"


def test_nothing_to_show_is_an_error():
    """An empty array; titles that do not fit."""
    with pytest.raises(ValueError, match="empty"):
        show_images(np.zeros((0, 1, 8, 8)))
    with pytest.raises(ValueError, match="2 images have 1 titles"):
        show_images(np.zeros((2, 1, 8, 8)), titles=["a"])


def test_arrays_are_not_modified():
    """Read-only arrays will do."""
    F = np.array(example.F)
    F.flags.writeable = False
    for show in (show_filters, show_images, show_confusion):
        show(F)
