"""The statements that the programs prepare, as scripts/sql-header.awk takes them out of their files."""

import collections
import pathlib
import re

REPO = pathlib.Path(__file__).resolve().parents[2]

Statement = collections.namedtuple("Statement", "name sql params path")


def statements(repo=REPO):
    """All of them; params is the number of the highest parameter."""
    for path in sorted([*repo.glob("src/**/*.sql"), *repo.glob("fcgi/**/*.sql")]):
        for name, text in re.findall(r"^-- name: (\w+).*?\n(.*?)(?=^-- name:|\Z)", path.read_text(), re.M | re.S):
            sql = re.sub(r"^[ \t]*--.*\n", "", text, flags=re.M).strip().rstrip(";")
            yield Statement(name, sql, max([0, *map(int, re.findall(r"\$(\d+)", sql))]), path)
