"""The misconceptions that can be found, in words for the student, with the way to the cure.

The words stand in `misconceptions.toml`, one table for each code.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Misconception:
    """A mistake that many make, told to the one who made it."""

    code: str
    title: str
    explanation: str
    section: str
    explorable: str


def read_misconceptions():
    """All misconceptions by code."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return {code: Misconception(code, **words) for code, words in tomllib.loads(text).items()}


MISCONCEPTIONS = read_misconceptions()
