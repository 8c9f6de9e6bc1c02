"""The one table of colours: which tensor is which hue, in light and in dark.

Matplotlib, the page's CSS, the maths macros and the explorables all read it.
Hue says which tensor: X blue, F orange, Y green. Texture says value or
gradient: dX, dF and dY keep the hue of their tensor and get a dashed frame.
Colour is never the only carrier; every drawn tensor also bears its letter.
"""

from pathlib import Path

# ink: text and frames, at least 4.5:1 on the page; fill: a cell's background.
COLOURS = {
    "light": {
        "X": {"ink": "#005A9C", "fill": "#D6E8F7"},
        "F": {"ink": "#9A4A00", "fill": "#FCE3C5"},
        "Y": {"ink": "#00664B", "fill": "#CFEDE2"},
        "neutral": {"ink": "#454545", "fill": "#F1F1F1"},
        "mark": {"ink": "#7A1FA2", "fill": "#EBD8F4"},
    },
    "dark": {
        "X": {"ink": "#8CC8F5", "fill": "#12385A"},
        "F": {"ink": "#F7B267", "fill": "#54310C"},
        "Y": {"ink": "#6FDDB6", "fill": "#0B4636"},
        "neutral": {"ink": "#D4D4D4", "fill": "#2B2B2B"},
        "mark": {"ink": "#DDA8F2", "fill": "#4A2360"},
    },
}

# Each letter of the book, and the tensor whose hue it bears.
HUE = {"X": "X", "F": "F", "Y": "Y", "dX": "X", "dF": "F", "dY": "Y", "b": "F", "db": "F"}

# What is set on a dark page: by the book's theme, by JupyterLab.
DARK = 'html[data-theme="dark"], body[data-jp-theme-light="false"]'

MATPLOTLIB_STYLE = Path(__file__).with_name("book.mplstyle")


def is_gradient(letter):
    """Whether a letter names a gradient, which is drawn with a dashed frame."""
    return letter.startswith("d")


def colour(letter, part="ink", theme="light"):
    """The hexadecimal colour of a letter's `part` ("ink" or "fill")."""
    return COLOURS[theme][HUE.get(letter, letter)][part]


def css():
    """The table as CSS custom properties, one block for each theme."""
    blocks = []
    for theme, selector in (("light", ":root"), ("dark", DARK)):
        lines = [
            f"  --cnnbp-{name.lower()}-{part}: {value};"
            for name, parts in COLOURS[theme].items()
            for part, value in parts.items()
        ]
        blocks.append(selector + " {\n" + "\n".join(lines) + "\n}\n")
    return "".join(blocks)
