"""The route tables of fcgi/*/routes.def, as tests read them."""

import collections
import re

from tests.e2e.stack import REPO

Route = collections.namedtuple("Route", "face method path who input flags handler")
ROW = re.compile(r'^ROUTE\(\s*(\w+)\s*,\s*"([^"]*)"\s*,\s*([^,]+?)\s*,\s*([^,]+?)\s*,\s*([^,]+?)\s*,'
                 r"\s*(\w+)\s*\)", re.M)
UNKNOWN = "00000000-0000-4000-8000-000000000005"
FILLED = {"uuid": UNKNOWN, "id": "1999999999", "word": "word", "rest": "a/b"}


def rows(path):
    """The rows of one table; a line that begins with ROUTE and is none is an error."""
    text = path.read_text()
    found = [Route(path.parent.name, *(g.strip() for g in m.groups())) for m in ROW.finditer(text)]
    assert len(found) == len(re.findall(r"^ROUTE\(", text, re.M)), f"{path}: a row that cannot be read"
    return found


def prefixes(face):
    """What the face's paths begin with, as its .c file says."""
    for source in sorted((REPO / "fcgi" / face).glob("*.c")):
        found = re.search(r"prefixes\[\]\s*=\s*\{(.*?)\}", source.read_text(), re.S)
        if found:
            return re.findall(r'"([^"]*)"', found.group(1))
    raise AssertionError(f"fcgi/{face} names no prefixes")


def tables():
    """All faces: {name: [Route]}."""
    return {p.parent.name: rows(p) for p in sorted((REPO / "fcgi").glob("*/routes.def"))}


def filled(path, word="word"):
    """The path with something in each place, an id that nobody has."""
    return re.sub(r"\{(\w+)\}", lambda m: FILLED.get(m.group(1), word), path)
