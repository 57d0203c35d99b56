"""The faces and their routes, as the programs have them (samovar-routes)."""

import collections
import json
import os
import pathlib
import re
import subprocess

from tests.e2e.stack import REPO

Route = collections.namedtuple("Route", "face method path who input flags handler needs")
UNKNOWN = "00000000-0000-4000-8000-000000000005"
FILLED = {"uuid": UNKNOWN, "id": "1999999999", "word": "word", "rest": "a/b"}


class Face:
    """A face: its name, what its paths begin with, and its rows."""

    def __init__(self, name, prefixes, routes, **_):
        self.name, self.prefixes = name, prefixes.split()
        self.routes = [Route(face=name, **row) for row in routes]


def faces():
    """All faces by name."""
    prefix = pathlib.Path(os.environ.get("SAMOVAR_PREFIX") or REPO / "var/prefix")
    program = prefix / "libexec/samovar/samovar-routes"
    assert program.exists(), f"{program} is missing: set SAMOVAR_PREFIX, or let scripts/run build it"
    listed = json.loads(subprocess.run([program], capture_output=True, check=True).stdout)
    return {face["name"]: Face(**face) for face in listed}


def filled(path):
    """The path with something in each place: ids that nobody has."""
    return re.sub(r"\{(\w+)\}", lambda m: FILLED[m.group(1)], path)
