"""Real titles with marks, numbers, stop words and three scripts, and what people type to find them.

One way of cutting words for texts and queries: sql/deploy/catalogue_cut.sql. The films of test_catalogue_search.py
are there too, so that what is meant has to be found among others.
"""

import json
import uuid

import pytest

from tests.conftest import enterable
from tests.e2e.client import Client
from tests.e2e.stack import REPO
from tests.e2e.test_catalogue_search import people, rows

TITLES = [line.split("|") for line in (REPO / "tests/data/titles.txt").read_text().splitlines() if not line.startswith("#")]
PAIRS = [(query, title) for title, *queries in TITLES for query in queries]


def film(title, **more):
    return {"uuid": str(uuid.uuid4()), "title": title, "imdb_rating": 5 + len(title) % 5, **more}


@pytest.fixture(scope="module")
def movies(base, ctl, tmp_path_factory):
    folder = enterable(tmp_path_factory.mktemp("titles"))
    known = {title for title, *_ in TITLES}
    films = [film(title) for title, *_ in TITLES]
    films += [film(title, description=text) for title, _, text, *_ in rows("films.txt") if title not in known]
    films += [film("The Marks", description="Seen on the and/or road: a kilt/sporran shop, the N.A.T.O. fleet, 蛍の墓.",
                   directors=people("Jean-Luc Godard, J.J. Abrams, 黒澤 明, Conan O'Brien"))]
    (folder / "films.jsonl").write_text("".join(json.dumps(f, ensure_ascii=False) + "\n" for f in films))
    ctl("catalogue", "load", str(folder / "films.jsonl"))
    yield Client(base, "/movies/api/v1")
    ctl("catalogue", "load", str(REPO / "conf/catalogue/seed.jsonl"))


def found(movies, query, path="/films/search", name="title"):
    answer = movies.get(path, params={"query": query, "page_size": 3})
    assert answer.status_code == 200, answer.text
    return [hit[name] for hit in answer.json()]


def test_what_is_meant_is_among_the_first_three_of_300_searches(movies):
    assert len(PAIRS) >= 300
    missed = [(query, title) for query, title in PAIRS if title not in found(movies, query)]
    assert len(missed) <= 0.02 * len(PAIRS), missed


@pytest.mark.parametrize("query, title", [
    ("face off", "Face/Off"), ("nixon", "Frost/Nixon"), ("ac dc", "AC/DC: Let There Be Rock"), ("mr nobody", "Mr.Nobody"),
    ("571", "U-571"), ("22", "Catch-22"), ("что где когда", "Что? Где? Когда?"), ("who", "The Who"), ("se7en", "Se7en"),
    ("wall e", "WALL·E"), ("et", "E.T. the Extra-Terrestrial"), ("9 1/2 weeks", "9½ Weeks"), ("2001", "2001: A Space Odyssey"),
    ("м/ф", "М/ф «Ёжик в тумане»"), ("swat", "S.W.A.T."), ("air plane", "Airplane!"), ("acdc", "AC/DC: Let There Be Rock"),
    ("To Be or Not to Be!", "To Be or Not to Be"), ("七人", "七人の侍"), ("侍", "七人の侍"), ("千尋", "千と千尋の神隠し"),
    ("霸王", "霸王别姬"), ("기생", "기생충"), ("ﾄﾄﾛ", "となりのトトロ"), ("ежик", "М/ф «Ёжик в тумане»"),
])
def test_these_are_found_whatever_the_share_is(movies, query, title):
    assert title in found(movies, query)


@pytest.mark.parametrize("query", ["sporran", "kilt", "kilt/sporran", "nato", "N.A.T.O.", "蛍", "の墓"])
def test_descriptions_are_cut_like_titles(movies, query):
    assert found(movies, query)[:1] == ["The Marks"]


@pytest.mark.parametrize("query, person", [
    ("godard", "Jean-Luc Godard"), ("jean luc", "Jean-Luc Godard"), ("jeanluc godard", "Jean-Luc Godard"), ("jj abrams", "J.J. Abrams"),
    ("j.j. abrams", "J.J. Abrams"), ("黒澤", "黒澤 明"), ("明", "黒澤 明"), ("obrien", "Conan O'Brien"), ("o’brien", "Conan O'Brien"),
])
def test_names_are_cut_like_titles(movies, query, person):
    assert found(movies, query, "/persons/search", "full_name")[:1] == [person]


def test_titles_and_queries_of_marks_only(movies):
    assert found(movies, "!?") == [] == found(movies, "💡")
