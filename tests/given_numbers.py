"""Which numbers of a page's prose need no tie: those that nobody computed.

A number alone behind a computation's = or behind a word such as "gets", "gives", "makes", is a result,
however small; behind "is" and "are" too, but for 0 and 1. It wants a tie (`publish.numbers`). Any other
number is given if it is one of these, and else a result:

1. a count: 0, 1 or 2, or a whole number up to 12 with a word behind it, "9 pixels";
2. data: a number of the running example, one that stands in the page's code outside asserts and answers,
   or one to which a link in the same text sets a figure;
3. a setting: 28×28, (6, 2, 3, 3), K = 5, stride 2, or a factor of a product, 6·5·5;
4. a year, an angle, a power of ten without digits before it, a fraction such as ½ in a formula;
5. excused in `given_numbers.toml`: its page, the words it stands in, and the reason.

Code, displays, addresses, directives, numbers of lists and times are no prose, and are not looked at.
"""

import ast
import re
import tomllib
from pathlib import Path

from publish.notebooks import load
from publish.numbers import TIE, TOKEN

EXCUSED = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
EXAMPLE = {3, 1, 4, 1, 5, 9, 2, 6, 5, 2, 7, 1, 8, 1, -2, 3, 5}
NO_PROSE = re.compile(
    r"""^(?P<fence>`{3,}).*?^(?P=fence)\s*$             # code
      | ^\$\$.*?^\$\$[^\n]*                             # displayed equations
      | `[^`\n]*`                                       # code in a line, and what a role is given
      | ^:{3,}[^\n]*$ | ^:[\w-]+:[^\n]*$ | ^\([\w-]+\)=$  # directives, their options, labels
      | ^\*\*Time:[^\n]*$ | \d+\ minutes | ^\|\ \d+–\d+\ \|  # times
      | ^\s*(?:\*\*)?\d+\.(?=\s)                        # the numbers of a list and of steps
      | \]\([^)\s]*\) | </?\w[^>]*>                     # addresses
      """,
    re.X | re.S | re.M,
)
SETTING = re.compile(
    r"""\d+(?:\s*(?:×|\\times|·|\\cdot)\s*\d+)+(?![.\d])
      | \((?:\d+,\s*)+\d*\)
      | (?<![\w}])(?:[KSPDNC]|K_[HW]|\\eta|\\varepsilon|\\mu|\\beta_\d)\s*=\s*-?[\d.]*\d
      | (?:stride|padding|dilation|batch|size|seed)\s(?:of\s)?\d+
      | \\t?frac\d\d | \d+° | (?<![\d.])(?:19|20)\d\d(?![\d.])
      """,
    re.X,
)
RESULT = re.compile(
    r"\b(?:gets?|got|gives?|becomes?|makes?|returns?|collects?|costs?|leaves|remains|equals|yields"
    r"|passes|brings|together|in all|a factor of|ends at|sums to|climbs to|falls to|drops to|instead of)"
    r" (?:only |about |just )?[$*\[(]*$"
)
IS = re.compile(r"\b(?:is|(?<!There )are) (?:only |about |just )?[$*\[(]*$")
EQUALS = re.compile(r"[)\]$ ]*(?:=|\\approx|≈) ?$")
SUMMAND = re.compile(r"\s*(?:[-+−·×/]|\\cdot)\s*[\d(\[\\A-Z]|[A-Za-z(]| times\b| twice\b")
SET = re.compile(r"[?;]\w+=(-?\d[.\d]*)")
WORD = re.compile(r"\$?[- ]\*?(?!(?:and|or|to|at|in|of|is|as|on|by|for|from|with|the|an?|not|if|are|was)\b)[A-Za-z]+")


def blank(pattern, text):
    """A text with what a pattern finds made blank; nothing moves."""
    return pattern.sub(lambda found: re.sub(r"\S", " ", found[0]), text)


def data(path):
    """The numbers of the running example, and those of a page's code outside its asserts."""
    found = set(EXAMPLE)
    cells = load(path).cells if path.suffix == ".ipynb" else []
    for source in (cell.source for cell in cells if cell.cell_type == "code"):
        tree = ast.parse(re.sub(r"^\s*[%!].*$", "pass", source, flags=re.M))
        claims = {node for one in ast.walk(tree) if claim(one) for node in ast.walk(one)}
        for node in set(ast.walk(tree)) - claims:
            minus = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
            value = getattr(node.operand if minus else node, "value", None)
            if type(value) in (int, float):
                found.add(-value if minus else value)
    return found


def claim(node):
    """Whether a part of the code says what comes out: an assert, or the answers of a check."""
    return isinstance(node, ast.Assert) or getattr(node, "arg", "") in ("answer", "wrong")


def value_of(token):
    """A printed number's value; None for a power of ten."""
    if token["bare"] or token["power"]:
        return None
    whole = re.sub(r"\D", "", token["whole"])
    return float(f"{'-' * bool(token['minus'])}{whole}.{token['decimals'] or 0}")


def claimed(prose, token, before):
    """Whether a number stands where a result stands: behind a computation's = or a word, and alone."""
    if SUMMAND.match(prose, token.end()):
        return False
    start = max(0, token.start() - 40)
    equals = before and EQUALS.fullmatch(prose, before.end(), token.start())
    states = IS.search(prose, start, token.start()) and value_of(token) not in (0, 1)
    return bool(equals or states or RESULT.search(prose, start, token.start()))


def counts(prose, token):
    """Whether a number is small, whole and counts something."""
    value = value_of(token)
    if value is None or token["decimals"] or not 0 <= value <= 12:
        return False
    return value <= 2 or bool(WORD.match(prose, token.end()))


def results(text, tied, known):
    """The places, from and to, of a text's numbers that are neither tied nor given."""
    prose = blank(NO_PROSE, blank(TIE, text))
    settings = [found.span() for found in SETTING.finditer(prose)]
    known = known | {float(number) for number in SET.findall(text)}
    found, before = [], None
    for token in TOKEN.finditer(prose):
        if token["number"] and not any(a <= token.start() and token.end() <= b for a, b in [*tied, *settings]):
            given = token["bare"] or value_of(token) in known or counts(prose, token)
            if claimed(prose, token, before) or not given:
                found.append(token.span())
        before = token if token["number"] else None
    return found


def unexcused(page, text, tied, known):
    """What `results` finds, less what is excused; each with the words around it. And the excuses used."""
    places = {words: every(words, text) for words in EXCUSED.get(page, {})}
    untied, used = [], set()
    for start, end in results(text, tied, known):
        excuses = {words for words, spans in places.items() if any(a <= start and end <= b for a, b in spans)}
        used |= excuses
        if not excuses:
            untied.append(f"{text[start:end]} in: {text[max(0, start - 60) : end + 30]}")
    return untied, used


def every(words, text):
    """All places of some words in a text."""
    return [found.span() for found in re.finditer(re.escape(words), text)]
