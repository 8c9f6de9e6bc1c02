"""Names and texts that come from students, made safe for rows, files and pages.

A file name may hold a line break, half a character or a mark that turns the
writing direction. Such characters are shown as their escapes, so that nothing
hides and two different names stay different.
"""

import hashlib
import re
import unicodedata

JOINERS = "\u200c\u200d"  # part of Persian words and of composed emoji
PLAIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")  # on Windows, with any suffix


def printable(text, keep=""):
    """
    The text with invisible characters shown as escapes.

    Parameters
    ----------
    text : str
    keep : str
        Characters that may stay as they are, such as line breaks.

    Returns
    -------
    str
        In composed form (NFC). Control and format characters, such as those
        that turn the writing direction, and halves of broken characters
        appear as backslash escapes.
    """
    return "".join(
        char.encode("unicode_escape").decode("ascii") if _is_hidden(char) and char not in keep else char
        for char in unicodedata.normalize("NFC", text)
    )


def _is_hidden(char):
    """Whether a reader cannot see that the character is there."""
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and char not in JOINERS


def safe_file_name(name):
    """
    A file name for a student, the same on every system.

    Parameters
    ----------
    name : str

    Returns
    -------
    str
        The name itself if it has only small ASCII letters, digits, ".", "_"
        and "-". Otherwise a plain form of it with part of its SHA-256, so that
        names that differ in case alone keep different files.
    """
    if PLAIN.fullmatch(name) and not RESERVED.fullmatch(name) and not name.endswith("."):
        return name
    plain = re.sub(r"[^A-Za-z0-9]+", "-", folded(name)).strip("-")[:40]
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{plain}-{digest}".lstrip("-")


def folded(name):
    """The name in small letters without accents, to compare names typed by different people."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
