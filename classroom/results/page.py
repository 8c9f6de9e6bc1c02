"""Pages that stand alone: no script, nothing from elsewhere, every text escaped."""

import html
import re
from urllib.parse import urlsplit, urlunsplit

from classroom.errors import GradingError
from classroom.names import printable

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = """
:root { color-scheme: light dark; --text: #1d2126; --soft: #555d66; --ground: #ffffff; --panel: #f2f4f7;
  --line: #8a929b; --link: #0b5394; --bar: #2a6fb0; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e8eb; --soft: #b3bac2; --ground: #14171a; --panel: #20252a;
  --line: #79828b; --link: #8ec5ff; --bar: #5b9bd5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 46rem; font: 1rem/1.55 system-ui, sans-serif; color: var(--text);
  background: var(--ground); overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.15rem; margin-top: 2rem; }
h3 { font-size: 1rem; margin: 0 0 .25rem; }
a { color: var(--link); } .soft { color: var(--soft); } .total { font-size: 1.25rem; }
table { border-collapse: collapse; width: 100%; } caption { text-align: start; padding-bottom: .5rem; color: var(--soft); }
th, td { text-align: start; padding: .35rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top;
  font-weight: normal; }
thead th { font-weight: bold; overflow-wrap: normal; } td.number, th.number { text-align: end; white-space: nowrap; }
section.task { border: 1px solid var(--line); border-radius: .4rem; padding: .75rem 1rem; margin: 1rem 0; }
section.task h2 { margin-top: 0; } .panel { background: var(--panel); border-inline-start: .3rem solid var(--bar);
  padding: .6rem .8rem; margin: .75rem 0; } .panel p { margin: .3rem 0; }
pre { white-space: pre-wrap; background: var(--panel); padding: .6rem .8rem; margin: .5rem 0; font-size: .9rem; }
.track { display: block; min-width: 4rem; height: 1rem; } .bar { display: block; height: 1rem; background: var(--bar); }
@media (max-width: 30rem) { table { font-size: .9rem; } th, td { padding: .3rem .25rem; } .track { min-width: 2.75rem; }
  tbody th { min-width: 5rem; } }
"""


def page(title, body):
    """
    A whole page.

    Parameters
    ----------
    title : str
        Plain text.
    body : str
        HTML whose texts are escaped.

    Returns
    -------
    str
    """
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
        f"<title>{text(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def text(value, length=2000):
    """A text as HTML: escaped, its invisible characters shown, at most `length` characters."""
    if len(value) > length:
        value = value[:length] + " […]"
    return html.escape(printable(value, keep="\n\t"), quote=True)


def link(book, target, words):
    """A link into the book; where the book's address is not known, the words and the place."""
    if not target:
        return ""
    if book is None:
        return f"{text(words)}: {text(target)} in the book"
    return f'<a href="{text(book.rstrip("/") + "/" + target)}">{text(words)}</a>'


def check_book(address):
    """
    The folder of the book's pages, from its own address or that of any page in it.

    Raises
    ------
    GradingError
        If it has another scheme than http, https or file.
    """
    parts = urlsplit(address.strip())
    if parts.scheme not in ("http", "https", "file", "") or not address.strip().isprintable():
        raise GradingError(f"--book {printable(address)} is not an address of a book: it begins with http:// or https://")
    folder = re.sub(r"/[^/]*\.html$", "", parts.path)
    return urlunsplit((parts.scheme, parts.netloc, folder.rstrip("/"), "", ""))


def table(caption, head, rows, numbers=()):
    """A table of escaped cells; the first cell of a row is its head, columns in `numbers` are set right."""

    def cell(tag, i, value):
        side = ' class="number"' if i in numbers else ""
        return f"<{tag}{side}>{value}</{tag.split()[0]}>"

    def line(values):
        return "<tr>" + "".join(cell("td" if i else 'th scope="row"', i, value) for i, value in enumerate(values)) + "</tr>"

    header = "".join(cell('th scope="col"', i, value) for i, value in enumerate(head))
    body = "\n".join(map(line, rows))
    return f"<table>\n<caption>{text(caption)}</caption>\n<thead><tr>{header}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def bar(part):
    """A bar that is as long as the part of one, to be read beside its number."""
    return f'<span class="track"><span class="bar" style="width: {100 * part:.1f}%"></span></span>'
