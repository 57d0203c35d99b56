"""The catalogue at scale: how long a load takes, and how long lists, films and searches.

The titles are those of the 3,201 films of the npm package vega-datasets (BSD-3-Clause), put together anew until
there are as many as asked for; words keep their frequencies, so searches meet what they would meet.
"""

import csv
import http.client
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid

ROLES = ["actor", "actor", "actor", "actor", "writer", "director"]
SYLLABLES = "an bel cor dan el fer gor han is jo kar lin mar nor ol pe qui ros sen tar ul ves wil yor zem".split()
FIRST = "Anna Boris Clara Daniel Emma Felix Greta Hugo Irina James Karin Leo Maria Nina Oscar Paul Rosa Sam Tina Vera".split()


def real_films():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", "vega-datasets"], cwd=folder, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        subprocess.run("tar xzf vega-datasets-*.tgz package/data/movies.json", shell=True, cwd=folder, check=True)
        return json.loads(pathlib.Path(folder, "package/data/movies.json").read_text())


def words_of(films):
    """How titles begin and end, and what words they have."""
    titles = [str(f["Title"]).split() for f in films if f["Title"]]
    return [t[:(len(t) + 1) // 2] for t in titles], [t[(len(t) + 1) // 2:] for t in titles], [w for t in titles for w in t]


def titles(films, count, rng):
    heads, tails, words = words_of(films)
    for n in range(count):
        if n < len(films):
            yield str(films[n]["Title"])
        else:
            yield " ".join(rng.choice(heads) + rng.choice(tails) + ([rng.choice(words)] if n % 3 == 0 else []))


def name(rng):
    return f"{rng.choice(FIRST)} {''.join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 4))).capitalize()}"


def rows(folder, file, head, lines):
    with open(folder / file, "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(head)
        writer.writerows(lines)


def write(folder, films, count, people):
    """The tables as files; returns all titles."""
    rng = random.Random(1)
    _, _, words = words_of(films)
    uid = lambda kind, n: uuid.UUID(int=kind << 64 | n + 1)
    genres = sorted({f["Major Genre"] for f in films if f["Major Genre"]})
    made = list(titles(films, count, rng))
    rows(folder, "film_work.csv", ["id", "title", "description", "rating"], (
        (uid(1, n), t, " ".join(rng.choices(words, k=20)), "" if n % 20 == 0 else round(rng.triangular(1, 10, 6.5), 1))
        for n, t in enumerate(made)))
    rows(folder, "genre.csv", ["id", "name"], ((uid(2, n), g) for n, g in enumerate(genres)))
    rows(folder, "person.csv", ["id", "full_name"], ((uid(3, n), name(rng)) for n in range(people)))
    rows(folder, "genre_film_work.csv", ["film_work_id", "genre_id"], (
        (uid(1, n), uid(2, g)) for n in range(count) for g in rng.sample(range(len(genres)), rng.randint(1, 2))))
    rows(folder, "person_film_work.csv", ["film_work_id", "person_id", "role"], (
        (uid(1, n), uid(3, rng.randrange(people)), role) for n in range(count) for role in ROLES))
    return made, [str(uid(1, n)) for n in range(count)], [str(uid(2, n)) for n in range(len(genres))]


def misspelt(word, rng):
    if len(word) < 4:
        return word
    at = rng.randrange(1, len(word) - 1)
    return rng.choice([word[:at] + word[at + 1:], word[:at] + word[at + 1] + word[at] + word[at + 2:],
                       word[:at] + rng.choice("aeiou") + word[at + 1:]])


def searches(made, count, rng):
    """One to three words of a title, a fifth of them misspelt; none twice."""
    out = set()
    while len(out) < count:
        found = re.findall(r"\w+", rng.choice(made))
        if not found:
            continue
        taken = rng.sample(found, min(len(found), rng.randint(1, 3)))
        out.add(" ".join(misspelt(w, rng) if rng.random() < 0.2 else w for w in taken))
    return sorted(out, key=lambda _: rng.random())


def ask_each(stack, paths, threads=2):
    """Milliseconds of each request, sorted; nothing is asked twice."""
    left, times, lock = list(paths), [], threading.Lock()

    def work():
        link = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=30)
        while True:
            with lock:
                if not left:
                    return
                path = left.pop()
            begin = time.perf_counter()
            link.request("GET", "/movies/api/v1" + path)
            answer = link.getresponse()
            answer.read()
            took = time.perf_counter() - begin
            if answer.status != 200 or answer.headers["X-Cache"] != "miss":
                sys.exit(f"{path}: {answer.status} {answer.headers['X-Cache']}")
            with lock:
                times.append(took * 1000)
    workers = [threading.Thread(target=work) for _ in range(threads)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    return sorted(times)


def show(name, times):
    at = lambda share: times[min(len(times) - 1, int(len(times) * share))]
    print(f"{name:34} {len(times):7} {at(0.5):9.2f} {at(0.99):9.2f} {times[-1]:9.2f}", flush=True)


def load(stack, count):
    """Loads so many films and twice as many people; all titles, the ids of films and of genres."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        made = write(folder, real_films(), count, 2 * count)
        size = sum(f.stat().st_size for f in folder.iterdir())
        for path in (folder, *folder.iterdir()):
            path.chmod(0o755)
        begin = time.monotonic()
        shown = stack.ctl("catalogue", "load", str(folder), timeout=3600).stdout
        print(f"{shown}load of {size / 2**20:.0f} MB: {time.monotonic() - begin:.0f} s")
    return made


def measure(args, stack, wrk):
    rng = random.Random(2)
    made, films, genres = load(stack, args.films)
    quote = urllib.parse.quote
    print(f"{'each asked once, none kept':34} {'asked':>7} {'p50 ms':>9} {'p99 ms':>9} {'worst ms':>9}")
    pages = rng.sample(range(1, max(2, args.films // 50)), min(1000, args.films // 100))
    show("list, any page", ask_each(stack, [f"/films?page_number={n}" for n in pages]))
    show("list of a genre, first 100 pages", ask_each(
        stack, {f"/films?genre={rng.choice(genres)}&page_number={rng.randint(1, 100)}" for _ in range(500)}))
    show("similar films", ask_each(stack, [f"/films?similar={f}" for f in rng.sample(films, 500)]))
    show("film", ask_each(stack, [f"/films/{f}" for f in rng.sample(films, 2000)]))
    show("search of films", ask_each(stack, [f"/films/search?query={quote(q)}" for q in searches(made, 2000, rng)]))
    names = {name(rng) for _ in range(1500)} | {misspelt(name(rng), rng) for _ in range(500)}
    show("search of people", ask_each(stack, [f"/persons/search?query={quote(q)}" for q in names]))
    base = stack.base + "/movies/api/v1"
    wrk("list, kept", base + "/films")
    wrk("film, kept", f"{base}/films/{films[0]}")
    wrk("search, kept", base + "/films/search?query=love")
