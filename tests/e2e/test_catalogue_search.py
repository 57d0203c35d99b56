"""A labelled set of searches: what people type, and what they mean."""

import json
import uuid

import pytest

from tests.conftest import enterable
from tests.e2e.client import Client
from tests.e2e.stack import REPO

DATA = REPO / "tests/e2e/data"
SPACE = uuid.UUID("7e0b5a5e-2a35-4b52-9d8a-0d9f3c1b2a10")


def rows(name):
    lines = (DATA / name).read_text().splitlines()
    return [line.split("|") for line in lines if not line.startswith("#")]


SEARCHES = rows("searches.txt")


def people(names):
    return [{"uuid": str(uuid.uuid5(SPACE, name)), "full_name": name} for name in names.split(", ")]


@pytest.fixture(scope="module")
def movies(base, ctl, tmp_path_factory):
    folder = enterable(tmp_path_factory.mktemp("films"))
    with open(folder / "films.jsonl", "w") as out:
        for title, rating, description, directors, actors in rows("films.txt"):
            out.write(json.dumps({
                "uuid": str(uuid.uuid5(SPACE, title)), "title": title, "imdb_rating": float(rating),
                "description": description, "directors": people(directors), "actors": people(actors)}) + "\n")
    ctl("catalogue", "load", str(folder / "films.jsonl"))
    yield Client(base, "/movies/api/v1")
    ctl("catalogue", "load", str(REPO / "conf/catalogue/seed.jsonl"))


def place_of(movies, kind, query, meant):
    """The place from 1 of what was meant; 0: not among the first ten."""
    path, name = ("/persons/search", "full_name") if kind == "person" else ("/films/search", "title")
    answer = movies.get(path, params={"query": query, "page_size": 10})
    assert answer.status_code == 200
    found = [hit[name] for hit in answer.json()]
    return found.index(meant) + 1 if meant in found else 0


@pytest.mark.parametrize("kind, query, meant", SEARCHES, ids=lambda v: v)
def test_what_is_meant_is_among_the_first_three(movies, kind, query, meant):
    assert 1 <= place_of(movies, kind, query, meant) <= 3


def test_what_is_meant_comes_first_nearly_always(movies):
    assert len(SEARCHES) >= 100
    first = sum(place_of(movies, *row) == 1 for row in SEARCHES)
    assert first >= 0.95 * len(SEARCHES), f"{first} of {len(SEARCHES)}"
