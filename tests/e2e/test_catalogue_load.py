"""Loads of what people have: sets without uuids, names for genres and people, one CSV, other names of columns; and
what the loader says when it cannot use something."""

import json
import uuid

import pytest

from tests.conftest import enterable
from tests.e2e.client import Client
from tests.e2e.stack import REPO

SEED = REPO / "conf/catalogue/seed.jsonl"
SEEDED = {json.loads(line)["title"] for line in SEED.read_text().splitlines()}


@pytest.fixture
def movies(base):
    return Client(base, "/movies/api/v1")


@pytest.fixture
def load(ctl, tmp_path):
    """load("films.csv", text, option, ...): the command, done; the seed is there before it, and again after the test."""
    enterable(tmp_path)
    ctl("catalogue", "load", str(SEED))

    def load(name, text, *options, check=True):
        path = tmp_path / name
        path.parent.mkdir(mode=0o755, exist_ok=True)
        path.write_text(text if isinstance(text, str) else "".join(json.dumps(f, ensure_ascii=False) + "\n" for f in text))
        return ctl("catalogue", "load", str(path), *options, check=check)
    yield load
    ctl("catalogue", "load", str(SEED))


def film(movies, title):
    short = [f for f in movies.get("/films?page_size=100").json() if f["title"] == title]
    assert len(short) == 1
    return movies.get(f"/films/{short[0]['uuid']}").json()


def names(members):
    return sorted(m.get("full_name") or m["name"] for m in members)


def ids(movies):
    return {f["title"]: f["uuid"] for f in movies.get("/films?page_size=100").json()}


def stays(movies, done):
    """Refused with a word of why, and the old set is what is read."""
    assert done.returncode == 1 and "in force" not in done.stdout
    assert set(ids(movies)) == SEEDED
    return done.stderr


@pytest.mark.parametrize("films", [
    [{"title": "Heat", "imdb_rating": 8.3, "genre": ["Crime", "Drama"], "actors": ["Al Pacino", "Val Kilmer"], "directors": ["Michael Mann"]},
     {"title": "Ali", "genre": ["Drama"], "directors": ["Michael Mann"]}],
    [{"title": "Heat", "imdb_rating": 8.3, "genre": "Crime, Drama", "actors": "Al Pacino,Val Kilmer", "directors": "Michael Mann"},
     {"title": "Ali", "genre": "Drama", "directors": "Michael Mann"}],
    [{"id": 1, "title": "Heat", "imdb_rating": 8.3, "genres": [{"name": "Crime"}, {"id": 7, "name": "Drama"}],
      "actors": [{"name": "Al Pacino"}, "Val Kilmer"], "directors": [{"id": "nm1", "full_name": "Michael Mann"}]},
     {"id": 2, "title": "Ali", "genre": [{"id": 7, "name": "Drama"}], "directors": [{"id": "nm1", "full_name": "Michael Mann"}]}],
], ids=["lists", "commas", "objects"])
def test_films_without_uuids_and_with_names_become_films_genres_and_people(load, movies, films):
    shown = load("films.jsonl", films).stdout
    assert "films    2" in shown and "genres   2" in shown and "people   3" in shown and "left out" not in shown
    assert "ids made for 2" in shown
    heat = film(movies, "Heat")
    assert names(heat["genre"]) == ["Crime", "Drama"] and names(heat["actors"]) == ["Al Pacino", "Val Kilmer"]
    mann = movies.get(f"/persons/{heat['directors'][0]['uuid']}").json()
    assert (mann["full_name"], len(mann["films"])) == ("Michael Mann", 2)
    drama = next(g for g in heat["genre"] if g["name"] == "Drama")
    assert {f["title"] for f in movies.get(f"/films?genre={drama['uuid']}").json()} == {"Heat", "Ali"}


def test_made_ids_stay_from_load_to_load(load, movies):
    films = [{"title": "Heat"}, {"title": "Carrie", "year": 1976}, {"title": "Carrie", "year": 2013}, {"id": "tt01", "title": "Ali"}]
    load("a/films.jsonl", films)
    first = sorted(f["uuid"] for f in movies.get("/films").json())
    assert {uuid.UUID(i).version for i in first} == {5} and len(set(first)) == 4
    load("b/films.jsonl", list(reversed(films)))
    assert sorted(f["uuid"] for f in movies.get("/films").json()) == first
    load("c/of-today.jsonl", films)
    assert not set(f["uuid"] for f in movies.get("/films").json()) & set(first)
    load("d/of-today.jsonl", films, "--ids-of", "films")
    assert sorted(f["uuid"] for f in movies.get("/films").json()) == first


def test_one_csv_alone_is_a_catalogue(load, movies):
    text = ('title,imdb_rating,genre,actors,director,description\n'
            'Heat,8.3,"Crime, Drama","Al Pacino, Robert Downey, Jr.",Michael Mann,"Two\nlines, ""quoted"""\n'
            'Ali,,Drama|Sport,,Michael Mann,\n'
            '\n  \n,,,,,\n\n')
    shown = load("films.csv", text).stdout
    assert "films    2" in shown and "genres   3" in shown and "people   3" in shown and "left out" not in shown
    heat = film(movies, "Heat")
    assert (heat["imdb_rating"], heat["description"]) == (8.3, 'Two\nlines, "quoted"')
    assert names(heat["actors"]) == ["Al Pacino", "Robert Downey, Jr."] and names(heat["directors"]) == ["Michael Mann"]
    assert names(film(movies, "Ali")["genre"]) == ["Drama", "Sport"]


@pytest.mark.parametrize("separator", [";", "\t"], ids=["semicolons", "tabs"])
def test_values_may_stand_between_semicolons_and_tabs(load, movies, separator):
    rows = [["title", "rating", "box, office", "genres"], ["Heat, the film", "8.3", "67", '"Crime; Drama"'], ["Ali", "", "", "Drama"], ["", "", "", ""]]
    shown = load("films.csv", "\n".join(separator.join(r) for r in rows)).stdout
    assert "films    2" in shown and 'the column "box, office" is not used' in shown
    heat = film(movies, "Heat, the film")
    assert heat["imdb_rating"] == 8.3 and names(heat["genre"]) == ["Crime", "Drama"]


def test_other_names_of_columns_are_told(load, movies):
    text = "No,Title,Score,Box office,People\n1,Heat,8.3,67,Al Pacino\n2,Ali,6.7,87,Will Smith\n"
    why = stays(movies, load("films.csv", text, check=False))
    assert 'there is no column "title" among No,Title,Score' in why and "--map title=COLUMN" in why
    shown = load("films.csv", text, "--map", "title=Title", "--map", "rating=Score", "--map", "actors=People").stdout
    assert 'the column "Box office" is not used' in shown and 'the column "No" is not used' in shown
    heat = film(movies, "Heat")
    assert heat["imdb_rating"] == 8.3 and names(heat["actors"]) == ["Al Pacino"]


def test_other_names_of_members_are_told(load, movies):
    load("films.jsonl", [{"Title": "Heat", "Stars": ["Al Pacino"], "IMDB": 8.3}],
         "--map", "title=Title", "--map", "actors=Stars", "--map", "rating=IMDB")
    heat = film(movies, "Heat")
    assert heat["imdb_rating"] == 8.3 and names(heat["actors"]) == ["Al Pacino"]


def test_tables_with_numbers_for_ids_and_blank_lines_at_their_ends(load, movies, ctl, tmp_path):
    for name, text in {"film_work": "id,title,rating\n1,Heat,8.3\n2,Ali,6.7\n\n\n", "genre": "id,name\n1,Drama\n\n",
                       "person": "id,full_name\r\n1,Al Pacino\r\n\r\n", "genre_film_work": "film_work_id,genre_id\n1,1\n2,1\n \n",
                       "person_film_work": "film_work_id,person_id,role\n1,1,actor\n\n"}.items():
        (tmp_path / f"{name}.csv").write_text(text)
    shown = ctl("catalogue", "load", str(tmp_path)).stdout
    assert "films    2" in shown and "left out" not in shown
    heat = film(movies, "Heat")
    assert names(heat["genre"]) == ["Drama"] and names(heat["actors"]) == ["Al Pacino"]


@pytest.mark.parametrize("films, why", [
    ([{"title": f"Film {n}"} for n in range(20)] + [{"name": "No title"}] * 4, "4 of 24: films without a title (rows 21, 22, 23, 24)"),
    ([{"title": "Heat"}, {"year": 1999}, {"title": "Ali"}, {"title": " "}], "2 of 4: films without a title (rows 2, 4)"),
    ([{"title": f"Film {n}", "imdb_rating": 87} for n in range(6)], "6 of 6: ratings outside 0 to 10 (rows 1, 2, 3, 4, 5 ...)"),
    ([{"title": f"Film {n}", "genre": [{"slug": "drama"}]} for n in range(6)], "6 of 6: genres of films"),
    ([{"title": f"Film {n}", "actors": [{"nickname": "x"}]} for n in range(6)], "6 of 6: roles in films"),
    ([{"uuid": str(uuid.UUID(int=7)), "title": f"Film {n}"} for n in range(6)], "5 of 6: films whose id was there before (rows 2, 3, 4, 5, 6)"),
], ids=["titles", "half", "ratings", "genres", "people", "ids"])
def test_a_load_that_would_lose_too_much_stops_and_says_what(load, movies, films, why):
    done = load("films.jsonl", films, check=False)
    assert why in stays(movies, done) and "--accept-losses" in done.stderr
    shown = load("films.jsonl", films, "--accept-losses").stdout
    assert f"left out {why.split()[0]}: " in shown and set(ids(movies)) != SEEDED


def test_a_few_of_a_hundred_may_be_lost_and_are_counted(load, movies):
    shown = load("films.jsonl", [{"title": f"Film {n}"} for n in range(98)] + [{"year": 1999}, {"title": " "}]).stdout
    assert "films    98" in shown and "left out 2: films without a title" in shown


@pytest.mark.parametrize("text, why", [
    ("title,rating\nHeat,8.3\n\nAli,6.7,more\n", "line 4: 3 values, but the heading has 2"),
    ("title,rating\nHeat\n", "line 2: 1 values, but the heading has 2"),
    ("title,rating\nHeat,good\n", "good"),
    ("title,title\nHeat,Ali\n", '"title" is there twice'),
    ("title\n\n\n", "has no film"),
])
def test_a_csv_that_cannot_be_read_is_refused_with_its_place(load, movies, text, why):
    assert why in stays(movies, load("films.csv", text, check=False))


@pytest.mark.parametrize("option", ["title", "=x", "title="])
def test_a_map_is_two_names(load, movies, option):
    assert "OURS=THEIRS" in stays(movies, load("films.csv", "title\nHeat\n", "--map", option, check=False))
