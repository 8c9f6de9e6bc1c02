"""Numbers in the prose that are results: tied to an expression, computed, and written in.

A tie is an HTML comment behind a number, ``gets 37<!--= dX[1, 1] -->``. JupyterLab does not show it,
and the published page does not hold it. It belongs to the last number before it. An expression that
gives k numbers belongs to the last k; one that gives a text belongs to as much text, which must be
there already. A number keeps its printed form: decimals, thousands separators, power of ten, minus.
"""

import ast
import importlib
import json
import math
import re

import numpy as np
from docutils import nodes
from docutils.transforms import Transform

TIE = re.compile(r"<!--=(.*?)-->", re.S)
# What may stand between a number and its tie: closing markup, spaces, the end of a sentence.
CLOSING = re.compile(
    r"(?:\]\([^)\s]*\)|</\w+>|\\(?:end\{\w+\}|right|[,;%\\])|[\s$*)\]}`%\"”|&.,:;!?])*$"
)
# Read from left to right, so that the 1 of x1, the 22 of x_{22}, an exponent and the attribute of a
# link are no numbers.
TOKEN = re.compile(
    r"""(?P<number>
          (?P<minus> (?: (?<![\w)\]}]) | (?<=\\cdot) | (?<=\\times) ) [-−] )?
          (?: 10\^ (?P<bare> \{-?[0-9]+\} | [0-9] )
            | (?P<whole> [0-9]{1,3} (?:(?:,|\{,\})[0-9]{3})+ (?![0-9]) | [0-9]+ )
              (?: \. (?P<decimals> [0-9]+ ) )?
              (?P<power> (?: e | \s*(?:\\cdot|\\times|·|×)\s*10\^ ) (?: \{-?[0-9]+\} | [-+]?[0-9]+ ) )? ) )
      | </? (?:a|b|br|em|i|kbd|span|strong|sub|sup) \b [^>]* > | \]\([^)\s]*\)
      | [_^] (?: \{[^}]*\} | \w )
      | \\ [A-Za-z]+ | [A-Za-z] (?: _\{[^}]*\} | \w )*""",
    re.X,
)
ROOMS = ("conv", "pool", "connections", "dense", "activations", "shapes")


class TieError(ValueError):
    """A tie that cannot be computed, or has nothing to write to; the message names it."""


def expressions(text):
    """The expressions of a text's ties, in order."""
    return [tie[1].strip() for tie in TIE.finditer(text)]


def question(expression):
    """Python source for an expression's value as JSON: a number, a text, or lists of them."""
    value = f'__import__("numpy").asarray((\n{expression}\n)).tolist()'
    return f'__import__("json").dumps({value}, default=float)'


# ---------------------------------------------------------------- writing


def values_of(answer):
    """The text, or the list of numbers, that an expression gave."""
    value = json.loads(answer)
    if isinstance(value, str):
        return value
    found = np.array(value, dtype=object).ravel().tolist()
    for one in found or [None]:
        if type(one) not in (int, float) or not math.isfinite(one):
            raise TieError(f"it gives {one}, which is no number")
    return found


def power_of_ten(exponent, like):
    """An exponent in the printed form `like`, which stays if it has that exponent."""
    base, old = re.fullmatch(r"(.*[e^])\{?([-+]?[0-9]+)\}?", like, re.S).groups()
    if int(old) == exponent:
        return like
    return f"e{exponent:+03d}" if base == "e" else f"{base}{{{exponent}}}"


def formed(value, like):
    """A number in the printed form of `like`, a match of TOKEN."""
    digits = len(like["decimals"] or "")
    if like["bare"]:
        if not value:
            raise TieError("it gives 0, which is no power of ten")
        exponent = round(math.log10(abs(value)))
        text = "-" * (value < 0) + power_of_ten(exponent, "10^" + like["bare"])
    elif like["power"]:
        text, exponent = f"{value:z.{digits}e}".split("e")
    else:
        comma = "," if "," in like["whole"] else ""
        exact = isinstance(value, int) and not digits
        text = f"{value:{comma}d}" if exact else f"{value:z{comma}.{digits}f}"
        text = text.replace(",", "{,}" if "{,}" in like["whole"] else ",")
    quoted = any(like.string.count(mark, 0, like.start()) % 2 for mark in "$`")
    minus = like["minus"] or ("-" if quoted else "−")
    text = re.sub("^-", minus, text)
    return text + power_of_ten(int(exponent), like["power"]) if like["power"] else text


def places(text, start, end, count):
    """The last `count` numbers of a part of a text; only closing markup follows the last."""
    last = CLOSING.search(text[:end], start).start()
    found = [token for token in TOKEN.finditer(text, start, end) if token["number"]]
    if not found or found[-1].end() < last:
        raise TieError("no number stands right before it")
    if len(found) < count:
        raise TieError(f"it gives {count} numbers, and only {len(found)} stand before it")
    return found[-count:]


def changes(text, start, end, answer):
    """What one tie writes into a part of a text: (from, to, new) for each of its numbers."""
    if isinstance(answer, Exception):
        raise TieError(answer)
    value = values_of(answer)
    if isinstance(value, str):
        last = CLOSING.search(text[:end], start).start()
        for stop in range(last, end + 1):
            if text.endswith(value, start, stop):
                return [(stop - len(value), stop, value)]
        raise TieError(f"it gives the text {value!r}, which does not stand before it")
    found = places(text, start, end, len(value))
    return [(m.start(), m.end(), formed(one, m)) for one, m in zip(value, found, strict=True)]


def replacements(text, answers):
    """What all ties write into a text; `answers` has for each expression JSON or an exception."""
    plain = TIE.sub(lambda tie: " " * len(tie[0]), text)
    found, problems, free = [], [], 0
    for tie in TIE.finditer(text):
        start = max(free, plain.rfind("\n\n", 0, tie.start()) + 1)  # its paragraph, since the last tie
        try:
            found += changes(plain, start, tie.start(), answers[tie[1].strip()])
        except TieError as error:
            problems.append(f"{tie[0]}: {error}")
        free = tie.end()
    if problems:
        raise TieError("\n".join(problems))
    return found


def written(text, answers):
    """A text with its numbers computed."""
    for start, end, new in reversed(replacements(text, answers)):
        text = text[:start] + new + text[end:]
    return text


# -------------------------------------------------------------- computing


class NotComputed(Exception):
    """The error that an expression raised: its name, and what it says."""

    def __str__(self):
        return ": ".join(self.args)


def asked(client, wanted):
    """What a kernel answers to expressions; neither its history nor its counter moves."""
    if not wanted:
        return {}
    questions = {expression: question(expression) for expression in wanted}
    sent = client.kc.execute("", silent=True, user_expressions=questions)
    replies = client.wait_for_reply(sent)["content"]["user_expressions"]
    return {
        expression: ast.literal_eval(reply["data"]["text/plain"])
        if reply["status"] == "ok"
        else NotComputed(reply["ename"], reply["evalue"])
        for expression, reply in replies.items()
    }


def run(client):
    """Run a notebook's cells in its client's kernel, in order, and compute the numbers of its prose."""
    cells, answers = client.nb.cells, []
    client.reset_execution_trackers()
    with client.setup_kernel():
        for index, cell in enumerate(cells):
            client.execute_cell(cell, index, execution_count=client.code_cells_executed + 1)
            answers.append(asked(client, expressions(cell.source) if cell.cell_type == "markdown" else ()))
        for found in answers:  # what did not exist yet may exist at the end
            late = [key for key, one in found.items() if getattr(one, "args", "")[:1] == ("NameError",)]
            found |= asked(client, late)
    problems = []
    for cell, found in zip(cells, answers, strict=True):
        try:
            cell.source = written(cell.source, found)
        except TieError as error:
            problems.append(str(error))
    if problems:
        raise TieError("\n".join(problems))


def example():
    """What the expressions of a page without a kernel may name."""
    names = {"np": np}
    for room in ROOMS:
        module = importlib.import_module(f"cnnbp.{room}")
        own = vars(module).items()
        names |= {key: one for key, one in own if getattr(one, "__module__", "") == module.__name__}
    X = np.array([[3, 1, 4], [1, 5, 9], [2, 6, 5]])
    return names | {"X": X, "F": np.array([[2, 7], [1, 8]]), "dY": np.array([[1, -2], [3, 5]])}


def evaluated(expression):
    """What the running example gives for an expression: JSON or an exception."""
    try:
        return eval(question(expression), example())
    except Exception as error:
        return NotComputed(type(error).__name__, str(error))


def without_kernel(text):
    """The text of a page without code, with its numbers computed."""
    return written(text, {expression: evaluated(expression) for expression in expressions(text)})


# ----------------------------------------------------------------- the page


class WithoutTies(Transform):
    """Leave the ties out of the published page."""

    default_priority = 400

    def apply(self):
        """Remove every HTML comment that is a tie."""
        for node in list(self.document.findall(nodes.raw)):
            if TIE.fullmatch(node.astext().strip()):
                node.parent.remove(node)


def setup(app):
    """Register the extension."""
    app.add_transform(WithoutTies)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
