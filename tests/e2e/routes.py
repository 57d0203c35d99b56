"""The faces and their routes, as the programs have them (samovar-routes)."""

import collections
import json
import os
import pathlib
import subprocess

from tests.e2e.stack import REPO

Route = collections.namedtuple("Route", "face method path who input flags handler needs")


class Face:
    """A face: its name, what its paths begin with, its rows, and its words for errors."""

    def __init__(self, name, prefixes, routes, cases, **_):
        self.name, self.prefixes = name, prefixes.split()
        self.words = [case["words"] for case in cases]
        self.routes = [Route(face=name, **row) for row in routes]


def faces():
    """All faces by name."""
    prefix = pathlib.Path(os.environ.get("SAMOVAR_PREFIX") or REPO / "var/prefix")
    program = prefix / "libexec/samovar/samovar-routes"
    assert program.exists(), f"{program} is missing: set SAMOVAR_PREFIX, or let scripts/run build it"
    listed = json.loads(subprocess.run([program], capture_output=True, check=True).stdout)
    return {face["name"]: Face(**face) for face in listed}
