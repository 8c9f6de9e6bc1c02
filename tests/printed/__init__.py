"""The book's printed equations, read and computed as they stand.

`grammar.lark` and `latex.py` turn the LaTeX of a labelled equation into a small tree. `reading.py`
computes the tree with numbers. What its letters and words mean is told by `meanings*.py`, which
compute every named thing by another way than the print. `misprints.py` makes errors in the print.
"""
