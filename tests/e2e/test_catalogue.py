"""The film catalogue: contracts/storage.md, section 14."""

import contextlib
import csv
import json
import random
import signal
import threading
import uuid

import psycopg2
import pytest

from tests.conftest import enterable, wait_for
from tests.e2e import fcgi
from tests.e2e.client import Client, word
from tests.e2e.stack import REPO

SEED = REPO / "conf/catalogue/seed.jsonl"
FILMS = [json.loads(line) for line in SEED.read_text().splitlines()]
BY_TITLE = {f["title"]: f for f in FILMS}
NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def movies(base):
    return Client(base, "/movies/api/v1")


@pytest.fixture(scope="module", autouse=True)
def seeded(ctl):
    ctl("catalogue", "load", str(SEED))


@pytest.fixture
def load(ctl, tmp_path, stack):
    """load([film, ...]): these are the catalogue; the seed is put back after the test."""
    enterable(tmp_path)

    def load(films, name="films.jsonl", check=True):
        path = tmp_path / name
        path.write_text("".join(json.dumps(f, ensure_ascii=False) + "\n" for f in films))
        return ctl("catalogue", "load", str(path), check=check)
    yield load
    ctl("catalogue", "load", str(SEED))


@contextlib.contextmanager
def held(stack, sql):
    """While the block lasts, a transaction holds what the statement has taken."""
    link = psycopg2.connect(**stack.dsn)
    link.cursor().execute(sql)
    try:
        yield
    finally:
        link.rollback()
        link.close()


def somebody_waits(db):
    return db.value("select count(*) from pg_locks where not granted") >= 1


def film(title, **more):
    return {"uuid": str(uuid.uuid4()), "title": title, "imdb_rating": None, "description": "", "genre": [],
            "actors": [], "writers": [], "directors": [], **more}


def titles(answer):
    assert answer.status_code == 200, answer.text
    return [f["title"] for f in answer.json()]


def refused(answer, status, code):
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert answer.json()["detail"]
    return answer.json()["detail"]


# Lists.

def test_films_come_best_first_and_those_without_a_rating_last(movies):
    answer = movies.get("/films")
    assert all(set(f) == {"uuid", "title", "imdb_rating"} for f in answer.json())
    ratings = [f["imdb_rating"] for f in answer.json()]
    assert len(ratings) == len(FILMS) and ratings[-1] is None
    assert ratings[:-1] == sorted(ratings[:-1], reverse=True)


def test_films_come_worst_first_and_those_without_a_rating_last_again(movies):
    ratings = [f["imdb_rating"] for f in movies.get("/films?sort=imdb_rating").json()]
    assert ratings[-1] is None and ratings[:-1] == sorted(ratings[:-1]) and ratings[0] == 0


@pytest.mark.parametrize("query", ["sort=imdb_rating", "sort=-imdb_rating", "", "genre={comedy}", "similar={star}",
                                   "genre={comedy}&sort=imdb_rating", "similar={star}&sort=imdb_rating"])
def test_pages_put_together_are_the_list(movies, query):
    query = query.format(comedy=BY_TITLE["Wars of the Gardeners"]["genre"][0]["uuid"],
                         star=BY_TITLE["Stars over the Harbour"]["uuid"])
    whole = movies.get(f"/films?{query}").json()
    pages = []
    for number in range(1, len(whole) + 2):
        pages.append(movies.get(f"/films?{query}&page_size=3&page_number={number}").json())
    assert [f for page in pages for f in page] == whole and pages[-1] == []


def test_films_of_a_genre(movies):
    comedy = BY_TITLE["Wars of the Gardeners"]["genre"][0]["uuid"]
    expected = {f["title"] for f in FILMS if any(g["uuid"] == comedy for g in f["genre"])}
    assert set(titles(movies.get(f"/films?genre={comedy}"))) == expected
    assert titles(movies.get(f"/films?filter[genre]={comedy}")) == titles(movies.get(f"/films?genre={comedy}"))
    assert titles(movies.get(f"/films?genre={NOWHERE}")) == []


def test_similar_films_share_a_genre_and_are_others(movies):
    one = BY_TITLE["Stars over the Harbour"]
    mine = {g["uuid"] for g in one["genre"]}
    expected = {f["uuid"] for f in FILMS if mine & {g["uuid"] for g in f["genre"]}} - {one["uuid"]}
    answer = movies.get(f"/films?similar={one['uuid']}").json()
    assert {f["uuid"] for f in answer} == expected and len(answer) == len(expected)
    assert titles(movies.get(f"/films?similar={BY_TITLE['A Film without a Genre']['uuid']}")) == []


def test_older_names_of_the_page(movies):
    assert movies.get("/films?page[number]=2&page[size]=4").json() == movies.get(
        "/films?page_number=2&page_size=4").json() == movies.get("/films").json()[4:8]


@pytest.mark.parametrize("path", ["/films", "/genres", "/persons", f"/films/{FILMS[0]['uuid']}",
                                  "/films/search?query=star", "/persons/search?query=tom"])
def test_a_slash_at_the_end_changes_nothing(movies, path):
    path, _, query = path.partition("?")
    with_slash = movies.get(f"{path}/?{query}")
    assert with_slash.status_code == 200 and with_slash.content == movies.get(f"{path}?{query}").content


# Single ones.

@pytest.mark.parametrize("seed", FILMS, ids=lambda f: f["title"])
def test_a_film_is_as_it_was_loaded(movies, seed):
    seed = {k: v for k, v in seed.items() if k != "restricted"}
    answer = movies.get(f"/films/{seed['uuid']}").json()
    by_name = lambda people: sorted(people, key=lambda p: p.get("full_name", p.get("name")))
    for one in (answer, seed):
        one.update({k: by_name(one[k]) for k in ("genre", "actors", "writers", "directors")})
    assert answer == seed


def test_genres(movies):
    genres = movies.get("/genres").json()
    assert [g["name"] for g in genres] == sorted({g["name"] for f in FILMS for g in f["genre"]})
    for g in genres:
        assert movies.get(f"/genres/{g['uuid']}").json() == g and {"uuid", "name"} <= set(g)


def test_a_person_with_two_roles_in_one_film(movies):
    lena = BY_TITLE["The Copper Samovar"]["directors"][0]
    person = movies.get(f"/persons/{lena['uuid']}").json()
    assert set(person) == {"uuid", "full_name", "films"} and person["full_name"] == "Lena Marsh"
    roles = {f["uuid"]: f["roles"] for f in person["films"]}
    assert set(roles[BY_TITLE["The Copper Samovar"]["uuid"]]) == {"writer", "director"}
    expected = {f["uuid"] for f in FILMS for r in ("actors", "writers", "directors") for p in f[r] if p["uuid"] == lena["uuid"]}
    assert set(roles) == expected
    assert {f["uuid"] for f in movies.get(f"/persons/{lena['uuid']}/film").json()} == expected


@pytest.mark.parametrize("query", ["'", "\\", "a' | b", "!star", "star & (", "\"", "%", "_", ":*", "star:A", "<->", "💡", "a" * 200,
                                   "the the the", "😀 star", "\\' ; drop table catalogue.film; --"])
def test_a_search_takes_any_characters(movies, query):
    for path in ("/films/search", "/persons/search"):
        assert movies.get(path, params={"query": query}).status_code == 200


# Search.

@pytest.mark.parametrize("query, first", [
    ("star", "Star of the North"), ("STARS", "Star of the North"), ("stars wars", "Wars of the Gardeners"),
    ("samovar", "The Copper Samovar"), ("samvoar", "The Copper Samovar"), ("coper samovar", "The Copper Samovar"),
    ("lighthouse", "Star of the North"), ("самовары", "Медный самовар"), ("самавар", "Медный самовар"),
    ("елка", "Ёлка и звёзды"), ("звезда", "Ёлка и звёзды"), ("it", "It"), ("gardener", "Wars of the Gardeners"),
    ("pumpkin neighbours", "Wars of the Gardeners"), ("twins", "Twins"), ("harbor boat", "Stars over the Harbour"),
])
def test_a_film_is_found(movies, query, first):
    assert titles(movies.get("/films/search", params={"query": query}))[0] == first


def test_any_word_counts_and_more_rank_higher(movies):
    found = titles(movies.get("/films/search?query=stars harbour"))
    assert found[0] == "Stars over the Harbour" and "Star of the North" in found


@pytest.mark.parametrize("query, first", [
    ("hartley", "Tom Hartley"), ("tom hartley", "Tom Hartley"), ("Hartly", "Tom Hartley"), ("amelie", "Amélie Durand"),
    ("petrova", "Olga Petrova"), ("ПЕТРОВА", "Ольга Петрова"), ("Питрова", "Ольга Петрова"), ("lena", "Lena Marsh"),
])
def test_a_person_is_found(movies, query, first):
    answer = movies.get("/persons/search", params={"query": query})
    assert answer.json()[0]["full_name"] == first and answer.json()[0]["films"]


def test_no_hit_is_an_empty_list(movies):
    assert movies.get("/films/search?query=xylophonist").json() == []
    assert movies.get("/persons/search?query=xylophonist").json() == []


# Copies.

def test_answers_from_the_cache_are_the_same_bytes(movies, stack):
    paths = ["/films", "/films/search?query=star", f"/films/{FILMS[0]['uuid']}", "/genres", "/persons",
             f"/persons/{FILMS[0]['actors'][0]['uuid']}"]
    fresh = [movies.get(p) for p in paths]
    kept = [movies.get(p) for p in paths]
    with stack.without("redis"):
        without = [movies.get(p) for p in paths]
    assert [a.headers["X-Cache"] for a in kept] == ["hit"] * len(paths)
    assert [a.headers["X-Cache"] for a in without] == ["miss"] * len(paths)
    assert [a.content for a in fresh] == [a.content for a in kept] == [a.content for a in without]
    assert [a.headers["ETag"] for a in kept] == [a.headers["ETag"] for a in without]


def test_an_unchanged_answer_is_not_sent_again(movies):
    first = movies.get("/films")
    again = movies.get("/films", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"") and again.headers["ETag"].removeprefix("W/") == first.headers["ETag"].removeprefix("W/")  # W/: sent compressed
    assert movies.get("/films", headers={"If-None-Match": '"other"'}).status_code == 200


def test_one_reads_and_the_others_wait(base, stack, db):
    """While the table is locked nobody gets far: of eight askers one reads, once it is free."""
    def herd():
        query, states = word("herd"), []

        def ask():
            answer = Client(base, "/movies/api/v1").get("/films/search", params={"query": query})
            states.append(answer.headers["X-Cache"])
        threads = [threading.Thread(target=ask) for _ in range(8)]
        with held(stack, "lock table catalogue.film in access exclusive mode"):
            for t in threads:
                t.start()
            wait_for(lambda: somebody_waits(db), 20)
        for t in threads:
            t.join(30)
        return len(states) == 8 and states.count("miss") == 1
    # A worker that has missed Redis looks for it again after a second.
    wait_for(herd, 30, "one miss of eight")


def test_a_load_makes_all_copies_old(movies, load):
    old = movies.get("/films")
    assert movies.get("/films").headers["X-Cache"] == "hit"
    load([film("Only this one", imdb_rating=7.0)])
    new = movies.get("/films")
    assert titles(new) == ["Only this one"] and new.headers["ETag"] != old.headers["ETag"]
    assert titles(movies.get("/films/search?query=samovar")) == []
    assert movies.get(f"/films/{FILMS[0]['uuid']}").status_code == 404


def test_readers_see_the_old_set_or_the_new_one(base, load):
    """Under steady reading a load is a single moment, and no reader gets an error."""
    stop, seen = threading.Event(), set()

    def read():
        client = Client(base, "/movies/api/v1")
        while not stop.is_set():
            answer = client.get("/films", params={"page_size": 100})
            seen.add((answer.status_code, len(answer.json())))
    readers = [threading.Thread(target=read) for _ in range(3)]
    for t in readers:
        t.start()
    load([film(f"Film {n}") for n in range(30)])
    wait_for(lambda: (200, 30) in seen, 20)
    stop.set()
    for t in readers:
        t.join(20)
    assert seen <= {(200, len(FILMS)), (200, 30)}


# Restrictions.

def test_restrictions_are_off_by_default(movies):
    assert movies.get(f"/films/{BY_TITLE['Members Only']['uuid']}").json()["imdb_rating"] == 8.8


def test_a_restricted_film_is_a_title_to_strangers(instance, person, sign_in):
    one = instance(SAMOVAR_CATALOGUE_RESTRICTED="true", SAMOVAR_FCGI_PROCESSES="1")
    title_only = {"uuid": BY_TITLE["Members Only"]["uuid"], "title": "Members Only", "imdb_rating": None,
                  "description": "", "genre": [], "actors": [], "writers": [], "directors": []}

    def ask(path, token=None):
        status, body = fcgi.ask(one.path, path=f"/movies/api/v1{path}",
                                headers={"Authorization": f"Bearer {token}"} if token else {})
        assert status == 200
        return json.loads(body)
    tokens = [sign_in(person(*names, **more))["access_token"] for names, more in (
        (["can_view_film"], {}), ([], {"superuser": True}), (["can_view_file"], {}))]
    path = f"/films/{title_only['uuid']}"
    for token in (None, "nonsense", "a.b.c", tokens[2]):
        assert ask(path, token) == title_only
    for token in tokens[:2]:
        assert ask(path, token)["imdb_rating"] == 8.8
    for query in ("/films?page_size=100", "/films/search?query=members"):
        assert [f["imdb_rating"] for f in ask(query) if f["title"] == "Members Only"] == [None]
        assert [f["imdb_rating"] for f in ask(query, tokens[0]) if f["title"] == "Members Only"] == [8.8]


# Loads.

def csv_folder(folder, films, **extra):
    """The tables of an older system as files."""
    rows = {"film_work": [], "genre": {}, "person": {}, "genre_film_work": [], "person_film_work": []}
    for f in films:
        rows["film_work"].append([f["uuid"], f["title"], f["description"], f["imdb_rating"], "movie"])
        for g in f["genre"]:
            rows["genre"][g["uuid"]] = [g["uuid"], g["name"]]
            rows["genre_film_work"].append([uuid.uuid4(), f["uuid"], g["uuid"]])
        for role in ("actor", "writer", "director"):
            for p in f[role + "s"]:
                rows["person"][p["uuid"]] = [p["uuid"], p["full_name"]]
                rows["person_film_work"].append([uuid.uuid4(), f["uuid"], p["uuid"], role])
    heads = {"film_work": ["id", "title", "description", "rating", "type"], "genre": ["id", "name"], "person": ["id", "full_name"],
             "genre_film_work": ["id", "film_work_id", "genre_id"],
             "person_film_work": ["id", "film_work_id", "person_id", "role"]}
    folder.mkdir(mode=0o755)
    for name, head in heads.items():
        with open(folder / f"{name}.csv", "w", newline="") as f:
            writer = csv.writer(f)
            writer.writerow(head)
            writer.writerows(rows[name].values() if isinstance(rows[name], dict) else rows[name])
            writer.writerows(extra.get(name, []))
    return folder


def test_csv_files_load_as_the_same_films(movies, ctl, load, tmp_path):
    folder = csv_folder(tmp_path / "csv", FILMS)
    ctl("catalogue", "load", str(folder))
    test_a_film_is_as_it_was_loaded(movies, BY_TITLE["The Copper Samovar"])
    test_a_film_is_as_it_was_loaded(movies, BY_TITLE["Ёлка и звёзды"])
    assert len(movies.get("/films").json()) == len(FILMS)


def test_what_leads_nowhere_is_left_out_and_counted(ctl, load, tmp_path):
    folder = csv_folder(tmp_path / "csv", FILMS,
                        film_work=[[FILMS[0]["uuid"], "Twice", "", 5, "movie"], [uuid.uuid4(), "", "", 5, "movie"],
                                   [uuid.uuid4(), "Eleven, \"quoted\"\nand in two lines", "", 11, "movie"]],
                        person_film_work=[[uuid.uuid4(), NOWHERE, NOWHERE, "actor"]])
    shown = ctl("catalogue", "load", str(folder)).stdout
    assert f"films    {len(FILMS) + 1}" in shown
    assert "left out 1: films without a title" in shown and "left out 1: films whose id was there before" in shown and "left out 1: ratings outside 0 to 10" in shown
    assert "left out 1: roles in films" in shown


def test_an_array_loads_too(ctl, load, movies, tmp_path):
    (tmp_path / "films.json").write_text(json.dumps([film("In an array")]))
    ctl("catalogue", "load", str(tmp_path / "films.json"))
    assert titles(movies.get("/films")) == ["In an array"]


def test_an_existing_schema_loads_too(ctl, load, movies, db):
    one, genre, person = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    db.do(f"""
        create schema content;
        create table content.film_work (id uuid, title text, description text, rating float, type text);
        create table content.genre (id uuid, name text, description text);
        create table content.person (id uuid, full_name text);
        create table content.genre_film_work (id uuid, genre_id uuid, film_work_id uuid);
        create table content.person_film_work (id uuid, person_id uuid, film_work_id uuid, role text);
        insert into content.film_work values ('{one}', 'From tables', 'x', 6.1, 'movie');
        insert into content.genre values ('{genre}', 'Tabular', null);
        insert into content.person values ('{person}', 'Codd');
        insert into content.genre_film_work values (gen_random_uuid(), '{genre}', '{one}');
        insert into content.person_film_work values (gen_random_uuid(), '{person}', '{one}', 'writer');
        grant usage on schema content to public; grant select on all tables in schema content to public""")
    try:
        ctl("catalogue", "load", "schema:content")
        answer = movies.get(f"/films/{one}").json()
        assert (answer["genre"][0]["name"], answer["writers"][0]["full_name"]) == ("Tabular", "Codd")
    finally:
        db.do("drop schema content cascade")


@pytest.mark.parametrize("name, text, shown", [
    ("films.jsonl", "not json\n", "in the rows after byte 0"),
    ("films.jsonl", '{"title": "no id"}\n{"genre": 5, "title": "Odd"}\n', 'film 2 ("Odd"): "genre" is neither'),
    ("films.jsonl", '{"imdb_rating": "good"}\n', 'film 1: the rating "good" is no number'),
    ("films.jsonl", '{"imdb_rating": 1e400}\n', "is no number"),
    ("films.jsonl", '{"restricted": "perhaps"}\n', '"restricted" is neither'),
    ("films.jsonl", '{"genre": 5}\n', '"genre" is neither'),
    ("films.jsonl", '\ufeff{"genre": 5}\n', '"genre" is neither'),
    ("films.json", '\ufeff[{"genre": 5}]', '"genre" is neither'),
    ("films.jsonl", '{"actors": [7]}\n', '"7" in "actors" is neither'),
    ("films.json", "{", "no array of films"),
    ("films.txt", "", "a folder of .csv files"),
    ("films.jsonl", "", "no film"),
    ("films.json", "[]", "no film"),
    ("films.jsonl", "\n  \n", "no film"),
    ("films.jsonl", '{"uuid": "7f7b7e5a-0000-4000-8000-000000000001", "title": "x"}\n\\.\n', "would end the data"),
])
def test_a_wrong_source_is_refused_and_nothing_changes(ctl, movies, tmp_path, name, text, shown):
    enterable(tmp_path)
    (tmp_path / name).write_text(text)
    done = ctl("catalogue", "load", str(tmp_path / name), check=False)
    assert done.returncode == 1 and shown in done.stderr, done.stderr
    assert len(movies.get("/films").json()) == len(FILMS)


def test_blank_lines_are_nothing(ctl, movies, load, tmp_path):
    (tmp_path / "films.jsonl").write_text(
        '\n{"uuid": "7f7b7e5a-0000-4000-8000-000000000001", "title": "x"}\n \t\n\n'
        '{"uuid": "7f7b7e5a-0000-4000-8000-000000000002", "title": "y"}\n\n')
    ctl("catalogue", "load", str(tmp_path / "films.jsonl"))
    assert {f["title"] for f in movies.get("/films").json()} == {"x", "y"}


def test_texts_of_any_length_load_whole_and_are_found(load, movies):
    letters = random.Random(7)
    long = " ".join("".join(letters.choices("абвгдежзиклмнопрст", k=9)) for _ in range(1000))
    loaded = film("Zanzibar " + long, description="marzipan " + 20 * long,
                  genre=[{"uuid": str(uuid.uuid4()), "name": long}],
                  actors=[{"uuid": str(uuid.uuid4()), "full_name": "Quixote " + long}])
    load([loaded, film("Another")])
    for word in ("zanzibar", "marzipan"):
        found = movies.get("/films/search", params={"query": word}).json()
        assert [f["title"] for f in found] == ["Zanzibar " + long]
    assert movies.get("/persons/search", params={"query": "quixote"}).json()[0]["full_name"] == "Quixote " + long
    whole = movies.get(f"/films/{loaded['uuid']}").json()
    assert whole["description"] == loaded["description"] and whole["genre"][0]["name"] == long


def test_a_column_that_nobody_knows_is_named(ctl, load, movies, tmp_path):
    (tmp_path / "film_work.csv").write_text("id,title,box_office) from stdin; drop\n1,Heat,67\n")
    assert 'the column "box_office) from stdin; drop" is not used' in ctl("catalogue", "load", str(tmp_path)).stdout
    assert titles(movies.get("/films")) == ["Heat"]
    (tmp_path / "film_work.csv").write_text("id,title,title\n")
    done = ctl("catalogue", "load", str(tmp_path), check=False)
    assert done.returncode == 1 and '"title" is there twice' in done.stderr


def test_a_load_that_was_killed_goes_on_where_it_was(stack, db, ctl, load, movies, tmp_path):
    path = tmp_path / "many.jsonl"
    filler = "x" * 2000
    path.write_text("".join(json.dumps(film(f"Film {n}", description=filler)) + "\n" for n in range(6000)))  # two chunks
    ctl("catalogue", "load", str(SEED))
    # All is ready but for the last step, whose table somebody holds.
    with held(stack, "lock table catalogue.edition in exclusive mode"):
        loading = stack.spawn("samovarctl", "catalogue", "load", str(path))
        wait_for(lambda: somebody_waits(db), 30)
        loading.send_signal(signal.SIGKILL)
        loading.wait(20)
        wait_for(lambda: not db.value("select count(*) from pg_locks where locktype = 'advisory' and objid = 7250100"), 20)
    assert db.value("select max(bytes) from catalogue_next.mark") == path.stat().st_size
    shown = ctl("catalogue", "load", str(path)).stdout
    assert "went on" in shown
    assert "films    6000" in shown and "left out" not in shown
    assert len(movies.get("/films?page_size=100&page_number=60").json()) == 100


def test_the_lock_of_a_load_that_has_just_ended_is_waited_for(stack, db, ctl):
    with held(stack, "select pg_advisory_lock(7250100)"):
        loading = stack.spawn("samovarctl", "catalogue", "load", str(SEED))
        wait_for(lambda: db.value("select count(*) from pg_stat_activity where query like '%%pg_try_advisory_lock(7250100)%%' "
                                  "and application_name like 'samovarctl%%'") > 0, 20)
        assert loading.poll() is None
    assert loading.wait(60) == 0


def test_two_loads_at_once_are_refused(stack, load):
    with held(stack, "select pg_advisory_lock(7250100)"):
        done = load([film("x")], check=False)
        assert done.returncode == 1 and "another load is running" in done.stderr
