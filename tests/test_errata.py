"""The errata of the literature: all 65 entries of the table, each with its proof."""

import csv
import re
from collections import Counter

import pytest

from conftest import ROOT
from publish.notebooks import load

PAGES = ("errata", "errata_unsaid")
HEADING = re.compile(r"^(?:\((err-[abc]\d+)\)=|(## ).*)$", re.M)
LABELS = {"a": "Printed, wrong.", "b": "Printed, two readings.", "c": "Incomplete."}
SAME_SYMBOL = {"err-a8": "Printed, one symbol with two meanings."}

with open(ROOT / "tests" / "errata.csv", encoding="utf-8", newline="") as file:
    TABLE = {row["id"]: row for row in csv.DictReader(file)}

every_entry = pytest.mark.parametrize("name", TABLE)


def pieces(cells):
    """The notebook in order: ("err-a1" or None, text of the cell's piece, code cell or None)."""
    name = None
    for cell in cells:
        if cell["cell_type"] == "code":
            yield name, "", cell
            continue
        anchors = [None, *HEADING.finditer(cell["source"])]
        for anchor, after in zip(anchors, [*anchors[1:], None], strict=True):
            name = anchor.group(1) if anchor else name
            start, end = anchor.end() if anchor else 0, after.start() if after else None
            yield name, cell["source"][start:end], None


def entries():
    """Every entry: its page, its words and its code cells."""
    found = {}
    for page in PAGES:
        for name, text, cell in pieces(load(ROOT / "book" / f"{page}.ipynb").cells):
            if name:
                entry = found.setdefault(name, {"page": page, "text": "", "cells": []})
                entry["text"] += text
                entry["cells"] += [cell] if cell else []
    return found


ENTRIES = entries()


def quoted(name):
    """What is said of the source: the lines of the entry's block quote."""
    return "\n".join(re.findall(r"^>.*$", ENTRIES[name]["text"], re.M))


def printed_by(name):
    """What the entry's cells print, as {label: value}."""
    outputs = [output for cell in ENTRIES[name]["cells"] for output in cell["outputs"]]
    text = "".join(output.get("text", "") for output in outputs)
    return dict(re.findall(r"^([\w ]+): +(.+)$", text, re.M))


def test_each_entry_of_the_table_has_one_anchor():
    """65 anchors, none twice, in the letters and numbers that the first page prints."""
    sources = [cell["source"] for page in PAGES for cell in load(ROOT / "book" / f"{page}.ipynb").cells]
    anchors = re.findall(r"^\((err-.*)\)=$", "\n".join(sources), re.M)
    assert sorted(anchors) == sorted(TABLE)
    assert Counter(name[4] for name in anchors) == {"a": 17, "b": 27, "c": 21}
    assert re.findall(r"There are (\d+)", sources[0]) == ["65", "17", "27", "21"]


@every_entry
def test_entry_is_headed_labelled_and_cited(name):
    """Its heading bears its number, its quotation a label in words and its sources."""
    assert re.match(rf"\n### {name[4:].upper()} \w|\n### {name[4:].upper()} \"", ENTRIES[name]["text"])
    label = SAME_SYMBOL.get(name, LABELS[name[4]])
    assert quoted(name).startswith(f"> **{label}** ")
    keys = set(TABLE[name]["sources"].split())
    if len(keys) == 4:
        assert "All four" in quoted(name)
    else:
        assert set(re.findall(r"\{cite\}`([\w,]+)`", quoted(name))) == keys


@every_entry
def test_entry_links_to_what_is_right(name):
    """It points to an equation or a page of this book, and numbers no wrong formula."""
    own_words = re.sub(r"^>.*$", "", ENTRIES[name]["text"], flags=re.M)
    assert re.search(r"\{eq\}`eq-|\]\((?!err)\w+\)", own_words)
    assert "(eq-" not in ENTRIES[name]["text"]


@every_entry
def test_entry_has_a_counterexample_that_ran(name):
    """At least one cell, with a result or an assertion."""
    assert ENTRIES[name]["cells"]
    for cell in ENTRIES[name]["cells"]:
        assert cell["execution_count"]
        assert cell["outputs"] or "assert " in cell["source"]


@every_entry
def test_what_is_printed_differs_from_what_is_right(name):
    """A counterexample counters: no wrong value equals the right one."""
    values = printed_by(name)
    right = values.pop("right", None)
    values.pop("or slid", None)  # a second right way
    if right:
        assert right not in values.values()


def test_the_table_by_source_names_every_entry():
    """The first page's table: each source's row holds its entries, sorted by letter."""
    text = "\n".join(cell["source"] for cell in load(ROOT / "book" / "errata.ipynb").cells)
    for source in {key for row in TABLE.values() for key in row["sources"].split()}:
        [row] = re.findall(rf"^\|.*\{{cite\}}`{source}` \|(.*)\|$", text, re.M)
        for letter, column in zip("abc", row.split("|"), strict=True):
            links = re.findall(r"\{ref\}`(\w+) <(err-\w+)>`", column)
            assert all(shown == f"{name[4:]}".upper() for shown, name in links)
            expected = [name for name in TABLE if name[4] == letter and source in TABLE[name]["sources"].split()]
            assert [name for _, name in links] == expected


def test_both_pages_print_in_the_same_way():
    """`compare` is one function, written in the set-up of both pages."""
    code = [load(ROOT / "book" / f"{page}.ipynb").cells for page in PAGES]
    first = ["".join(re.findall(r"^def compare\(.*", c["source"], re.M | re.S)) for page in code for c in page]
    written = [text for text in first if text]
    assert len(written) == 2 and len(set(written)) == 1
