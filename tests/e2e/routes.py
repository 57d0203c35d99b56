"""The route tables of fcgi/*/*.def, as tests read them."""

import collections
import re

from tests.e2e.stack import REPO

Route = collections.namedtuple("Route", "face method path who input flags handler")
ROW = re.compile(r'^ROUTE\(\s*(\w+)\s*,\s*"([^"]*)"\s*,\s*([^,]+?)\s*,\s*([^,]+?)\s*,\s*([^,]+?)\s*,'
                 r"\s*(\w+)\s*\)", re.M)
UNKNOWN = "00000000-0000-4000-8000-000000000005"
FILLED = {"uuid": UNKNOWN, "id": "1999999999", "word": "word", "rest": "a/b"}


class Face:
    """A face: its name, what its paths begin with, and its rows."""

    def __init__(self, name, prefixes, table):
        self.name, self.prefixes = name, prefixes
        text = (REPO / "fcgi" / table).read_text()
        self.routes = [Route(name, *m.groups()[:-1], m[6].removeprefix(f"{name}_")) for m in ROW.finditer(text)]
        assert len(self.routes) == len(re.findall(r"^ROUTE\(", text, re.M)), \
            f"{table}: a row that cannot be read"


def faces():
    """All faces by name, as their .c files declare them."""
    found = {}
    for source in sorted((REPO / "fcgi").glob("*/*.c")):
        text = source.read_text()
        for body in re.findall(r"^const struct face \w+ = \{(.*?)^\};", text, re.M | re.S):
            name = re.search(r'\.name = "(\w+)"', body).group(1)
            prefixes = re.search(r"\.prefixes = (\w+)", body).group(1)
            routes = re.search(r"\.routes = (\w+)", body).group(1)
            listed = re.search(rf"\b{prefixes}\[\] = \{{(.*?)\}};", text, re.S).group(1)
            table = re.search(rf'\b{routes}\[\] = \{{.*?#include "([^"]+)"', text, re.S).group(1)
            found[name] = Face(name, re.findall(r'"([^"]*)"', listed), table)
    assert found, "no face was found in fcgi/"
    return found


def filled(path):
    """The path with something in each place: ids that nobody has."""
    return re.sub(r"\{(\w+)\}", lambda m: FILLED[m.group(1)], path)
