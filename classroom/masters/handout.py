"""The students' version of a master, made by machine: what is marked is cut, the rest stays."""

import re

import nbformat

from classroom.masters.regions import HIDDEN, SOLUTION, replace_regions

CODE_STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
TEXT_STUB = "YOUR ANSWER HERE"
TEACHER = "teacher"  # the tag of cells that students do not get
CHAPTER = re.compile(r"\[([^]]+)\]\((?:\.\./)*book/([\w-]+)\.ipynb(#[\w-]+)?\)")
# What nbgrader's roles mean to JupyterLab: may the cell be edited, may it be deleted?
LOCKS = {
    "locked": {"editable": False, "deletable": False},
    "test": {"editable": False, "deletable": False},
    "solution": {"deletable": False},
    "manual": {"deletable": False},
    "free": {},
}


def master_notebook(assignment):
    """The master as nbformat reads it, without the cells for teachers."""
    path = assignment.path / f"{assignment.name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    kept = [k for k, cell in enumerate(notebook.cells) if TEACHER not in cell.metadata.get("tags", [])]
    notebook.cells = [notebook.cells[k] for k in kept]
    return notebook, [assignment.cells[k] for k in kept]


def student_version(assignment, book=""):
    """
    Cut the solutions, the hidden tests, the teacher's cells and the outputs.

    Parameters
    ----------
    assignment : Assignment
    book : str
        The address of the published book, to which links to chapters then lead;
        without it they become plain text.

    Returns
    -------
    notebook : NotebookNode
    """
    notebook, cells = master_notebook(assignment)
    for node, cell in zip(notebook.cells, cells, strict=True):
        node.source = student_source(cell, book)
        node.metadata.update(LOCKS[cell.role])
        if cell.kind == "code":
            node.outputs, node.execution_count = [], None
    return notebook


def student_source(cell, book=""):
    """What students get to see of one cell."""
    if cell.role == "manual":
        return TEXT_STUB
    if cell.kind == "markdown":
        return linked(cell.source, book)
    return replace_regions(replace_regions(cell.source, SOLUTION, CODE_STUB), HIDDEN)


def linked(text, book):
    """Links to the chapters' notebooks turned into links to the published pages, or into words."""
    if not book:
        return CHAPTER.sub(r"*\1*", text)
    return CHAPTER.sub(lambda found: f"[{found[1]}]({book.rstrip('/')}/{found[2]}.html{found[3] or ''})", text)


def submission(assignment, cells):
    """
    Hand in a notebook with some cells filled in.

    Parameters
    ----------
    assignment : Assignment
    cells : dict of str to str
        The new text of solution cells, by their `grade_id`.

    Returns
    -------
    notebook : NotebookNode
    """
    notebook = student_version(assignment)
    for node in notebook.cells:
        name = node.metadata.get("nbgrader", {}).get("grade_id")
        node.source = cells.get(name, node.source)
    return notebook
