"""A question that checks its answer, live and on a page with no kernel.

The answer is computed where the notebook runs. The page gets its hash alone,
salted with the question, and what is said about a known wrong answer is
ciphered by that answer: who looks into the page's source reads neither.
"""

import base64
import html
import json
import textwrap

import anywidget
import numpy as np
import traitlets

from cnnbp.explore import bundle

NO_SCRIPTS = "Without scripts nothing is checked here: compare with the section above, or with the solution below."


class Check(anywidget.AnyWidget):
    """
    A question with one right answer.

    Parameters
    ----------
    question : str
        What is asked; `code` may stand between backquotes.
    answer : float, array_like or str
        A number, a list or a matrix of numbers; or the right one of `choices`.
    choices : list of str, optional
        What the reader chooses from.
    wrong : dict or list of pairs, optional
        Known wrong answers, and what is said about each.
    hint : str or list of str, optional
        Up to three, which unfold one after the other.
    digits : int
        To how many significant digits a number must be right.

    Raises
    ------
    ValueError
        If the answer is no choice or no finite number, if it lies where rounding is not sure, if a wrong
        answer is right or has another shape, or if there are more than three hints.
    """

    _esm = bundle.widget_module("check")
    _css = bundle.widget_styles("check")
    asked = traitlets.Dict().tag(sync=True)

    def __init__(self, question, *, answer, choices=None, wrong=(), hint=(), digits=6):
        self.answer, self.wrong = answer, list(wrong.items() if isinstance(wrong, dict) else wrong)
        hints = [hint] if isinstance(hint, str) else list(hint)
        if len(hints) > 3:
            raise ValueError(f"at most three hints, got {len(hints)}")
        right = entries(answer, choices, digits)
        asked = {"question": question, "note": "" if choices else note(answer, digits), "hints": hints}
        asked |= {"choices": list(choices)} if choices else {"shape": list(np.shape(answer)), "digits": digits}
        asked["right"] = [mark(question, place, entry) for place, entry in enumerate(right)]
        asked["wrong"] = {}
        for other, text in self.wrong:
            given = entries(other, choices, digits)
            if given == right or np.shape(other) != np.shape(answer):
                raise ValueError(f"{other} cannot be a wrong answer where {answer} is right")
            whole = ",".join(given)
            asked["wrong"][mark(question, "wrong", whole)] = cipher(text, f"{question}\ntext\n{whole}")
        super().__init__(asked=asked)

    def describe(self):
        """The question as plain text, for paper and for a terminal."""
        options = [f"( ) {choice}" for choice in self.asked.get("choices", [])]
        lead = " ".join(filter(None, ["Question:", self.asked["question"], self.asked["note"]]))
        return "\n".join([textwrap.fill(lead, 80), *options])

    def page_face(self):
        """The question as it stands in the published page; without scripts, the question alone."""
        state = json.dumps({"asked": self.asked}, separators=(",", ":")).replace("<", r"\u003c")
        options = "".join(f"<li>{words(choice)}</li>" for choice in self.asked.get("choices", []))
        return (
            f'<figure data-check><script type="application/json">{state}</script>'
            f"<p>{words(self.asked['question'])} {self.asked['note']}</p>{options and f'<ul>{options}</ul>'}"
            f"<p><small>{NO_SCRIPTS}</small></p></figure>"
        )

    def __repr__(self):
        return self.describe()

    def _repr_mimebundle_(self, **kwargs):
        live = super()._repr_mimebundle_(**kwargs)
        data, metadata = live if isinstance(live, tuple) else (live or {}, {})
        return {**data, "text/plain": self.describe(), "text/html": self.page_face()}, metadata


def entries(answer, choices, digits):
    """An answer as the texts that are hashed: a choice, or each number rounded."""
    if choices:
        if answer not in choices:
            raise ValueError(f"{answer!r} is none of the choices {list(choices)}")
        return [answer]
    values = np.ravel(np.asarray(answer, dtype=float))
    if np.ndim(answer) > 2 or not values.size or not np.isfinite(values).all():
        raise ValueError(f"an answer is a number, a list or a matrix of finite numbers, got {answer}")
    values = np.where(np.abs(values) < 1e-12 * np.abs(values).max(), 0, values)  # what rounding left of a 0
    for value in values:
        if normal(value * (1 - 1e-9), digits) != normal(value * (1 + 1e-9), digits):
            raise ValueError(f"{value} lies between two numbers of {digits} digits: ask for more or fewer")
    return [normal(value, digits) for value in values]


def normal(value, digits):
    """A number, rounded, as the one text that stands for it."""
    mantissa, exponent = f"{value + 0.0:.{digits - 1}e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def note(answer, digits):
    """How the numbers are to be written, where that is not plain."""
    values = np.ravel(np.asarray(answer, dtype=float))
    rounded = not np.allclose([float(normal(value, digits)) for value in values], values, rtol=1e-12, atol=1e-12)
    parts = ["Write commas between the numbers."] if np.ndim(answer) == 1 else []
    return " ".join(parts + [f"Give {digits} significant digits."] * rounded)


def mark(*parts):
    """What a page holds of an answer."""
    return code("\n".join(map(str, parts)))


def code(text):
    """64 bits that stand for a text, as check.mjs computes them too."""
    lanes = []
    for state, factor in ((0x811C9DC5, 0x01000193), (0x9E3779B9, 0x85EBCA6B)):
        for byte in text.encode():
            state = (state ^ byte) * factor % 2**32
        for by in (15, 13, 16):
            state = (state ^ state >> by) * 0x2C1B3C6D % 2**32
        lanes.append(f"{state:08x}")
    return "".join(lanes)


def cipher(text, key):
    """A text that only who has the key can read."""
    secret = (byte ^ int(mark(key, k)[:2], 16) for k, byte in enumerate(text.encode()))
    return base64.b64encode(bytes(secret)).decode()


def words(text):
    """Text with `code` between backquotes, as HTML."""
    parts = html.escape(text).split("`")
    return "".join(f"<code>{part}</code>" if k % 2 else part for k, part in enumerate(parts))
