"""bench/run likeness: how well and how fast photos that were sent before are found."""

import concurrent.futures
import datetime
import hashlib
import subprocess
import sys
import time

from bench import scenes
from tests.e2e.programme import Shift, today
from tests.e2e.stack import Db

ORIGINALS = 40      # a half of them plates, which look alike
STRANGERS = 100     # plates that come once
AGAIN = 40          # the same places as the originals', photographed on another day


MEMBERS, DAYS = 40, 25


class Set:
    """Photos that came in as families send them, with what is known of them: which are copies of which."""

    def __init__(self, stack, db):
        self.stack, self.db = stack, db
        self.folder = stack.state / "bot" / "files"
        subprocess.run(stack.as_service("mkdir", "-p", self.folder), check=True)
        self.renderer = stack.program("x").parent.parent / "libexec/samovar/svg-to-jpeg"
        shift = Shift(db, MEMBERS, today() - datetime.timedelta(days=DAYS))
        for chat in shift.chats:
            for day in range(DAYS):
                shift.report(chat, today() - datetime.timedelta(days=day), "waiting")
        self.reports = [r.id for r in db.all("select id from programme.report order by id")]
        self.report = self.reports[0]
        self.count = 0
        self.sent = {}  # SHA-256: what it is, and the SHA-256 of what it was made from
        self.kind_of, self.original_of = {}, {}

    def draw(self, svg, name, quality=85):
        return scenes.draw(self.renderer, svg, f"/{self.stack.state}/{name}.jpg", quality)

    def send(self, jpeg, kind, original=None):
        """Through the bot's intake: stored, made small and compared as everybody's photos are."""
        digest = hashlib.sha256(jpeg).digest()
        if digest in self.sent:
            raise SystemExit(f"{kind}: the same bytes twice")
        self.sent[digest] = (kind, original or digest)
        name = f"{self.count}.jpg"
        (self.folder / name).write_bytes(jpeg)
        (self.folder / name).chmod(0o644)
        intake = self.db.value(
            "insert into programme.photo_intake (report_id, chat_id, file_id, unique_id, received) "
            "values (%s, 1, %s, %s, now()) returning id", self.reports[self.count], name, name)
        self.db.do("insert into job.job (kind, subject, key, max_tries) values ('photo.fetch', %s, %s, 1)",
                   str(intake), str(intake))
        self.count += 1
        return digest

    def make(self):
        def scene(seed):
            return self.draw(scenes.scene(seed, "plate" if seed >= ORIGINALS // 2 else None), f"s{seed}")

        def another_day(seed):
            return self.draw(scenes.again(seed, "plate" if seed >= ORIGINALS // 2 else None), f"a{seed}")

        def copies(pair):
            seed, jpeg = pair
            return [(name, self.draw(scenes.changed(jpeg, **change), f"c{seed}", quality))
                    for name, change, quality in scenes.COPIES]

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            originals = list(pool.map(scene, range(ORIGINALS + STRANGERS)))
            others = list(pool.map(another_day, range(AGAIN)))
            changed = list(pool.map(copies, enumerate(originals[:ORIGINALS])))
        for jpeg in others:
            self.send(jpeg, "another day")
        digests = [self.send(jpeg, "original") for jpeg in originals]
        self.wait()  # the later of two is marked: copies come later
        for original, made in zip(digests, changed):
            for name, jpeg in made:
                self.send(jpeg, name, original)

    def wait(self):
        """Until all that was sent is stored and compared."""
        while self.db.value("select count(*) from job.job where kind in ('photo.fetch', 'photo.compare') "
                            "and state = 'ready'"):
            time.sleep(0.2)
        rows = self.db.all("select id, sha256 from programme.report_photo")
        if len(rows) != self.count:
            raise SystemExit(f"{self.count} photos were sent, {len(rows)} are stored")
        ids = {bytes(r.sha256): r.id for r in rows}
        self.kind_of = {ids[d]: kind for d, (kind, _) in self.sent.items()}
        self.original_of = {ids[d]: ids[original] for d, (_, original) in self.sent.items()}


def judge(photos):
    """Prints recall by kind of change, and precision over all."""
    db = photos.db
    marked = {r.id: r.similar_to for r in db.all(
        "select id, similar_to from programme.report_photo where similar_to is not null")}
    right = {p for p, like in marked.items() if photos.original_of[p] == photos.original_of[like]}
    print(f"{'change':36} copies   found")
    for name, _, _ in scenes.COPIES:
        these = [p for p, kind in photos.kind_of.items() if kind == name]
        print(f"{name:36} {len(these):6} {sum(p in right for p in these) / len(these):7.1%}")
    copies = [p for p, kind in photos.kind_of.items() if kind not in ("original", "another day")]
    print(f"recall {sum(p in right for p in copies) / len(copies):.2%} of {len(copies)} copies; "
          f"precision {len(right) / max(1, len(marked)):.2%} of {len(marked)} marked; "
          f"{sum(k == 'original' for k in photos.kind_of.values())} originals, most of them clean plates, "
          f"{sum(p in marked for p, k in photos.kind_of.items() if k == 'original')} of them marked; "
          f"{sum(p in marked for p, k in photos.kind_of.items() if k == 'another day')} of "
          f"{sum(k == 'another day' for k in photos.kind_of.values())} of the same places on another day marked")


def crowd(photos, count):
    """Looks of `count` photos that are not there: a fiftieth of their keys are real photos' keys."""
    db = photos.db
    before = time.monotonic()
    for sql in ("drop index programme.photo_look_whole", "drop index programme.photo_look_views",
                "create temp table real as select row_number() over () as n, views from programme.photo_look"):
        db.do(sql)
    real = db.value("select count(*) from real")
    for first in range(0, count, 50_000):
        n = min(50_000, count - first)
        db.do("with added as (insert into programme.report_photo (report_id, attempt, url, sha256, bytes, content_type) "
              "select %s, 100000 + i, '/none/' || i, sha256(int4send(i)), 1, 'image/jpeg' "
              "from generate_series(%s, %s) i returning id) "
              "insert into programme.photo_look (photo_id, whole, views) select id, v[1:12], v from added "
              "cross join lateral (select array_agg(case when random() < .02 then r.views[k] "
              "else ((k - 1) %% 12 << 18) | (random() * 262143)::int end order by k) as v "
              "from generate_series(1, 132) k, real r where r.n = 1 + abs(hashint8(id)) %% %s) x",
              photos.report, first, first + n - 1, real)
        print(f"  {first + n} photos", end="\r", flush=True)
    for name in ("whole", "views"):
        db.do("set maintenance_work_mem = '512MB'")
        db.do(f"create index photo_look_{name} on programme.photo_look using gin ({name}) with (fastupdate = off)")
    db.do("vacuum analyze programme.photo_look")
    size = db.value("select pg_size_pretty(pg_total_relation_size('programme.photo_look'))")
    print(f"{count} further photos ({time.monotonic() - before:.0f} s to make them up, table and indexes {size})")


def search(photos, statement):
    """Times the search itself, for twenty of the real photos, as the job asks it."""
    db, times = photos.db, []
    db.do("set plan_cache_mode = force_custom_plan")
    db.do("set enable_seqscan = off")
    for photo in db.all("select photo_id, whole, views from programme.photo_look order by photo_id limit 20"):
        # Four positions' worth of keys: its own, and three times those of other photos; of views a third.
        others = db.all("select whole, views from programme.photo_look where photo_id > %s "
                        "order by photo_id limit 3", photo.photo_id + 20)
        whole = sum((o.whole for o in others), list(photo.whole))
        views = [key for o in (photo, *others) for n, key in enumerate(o.views[12:]) if n % 12 < 4]
        sql = statement.replace("$1", "%(p)s").replace("$2", "%(w)s").replace("$3", "%(v)s").replace("$4", "24")
        cursor = db.link.cursor()
        before = time.monotonic()
        cursor.execute(sql, {"p": photo.photo_id, "w": whole, "v": views})
        cursor.fetchall()
        times.append((time.monotonic() - before) * 1000)
    times.sort()
    print(f"a search among {db.value('select count(*) from programme.photo_look')} photos: "
          f"median {times[len(times) // 2]:.0f} ms, longest {times[-1]:.0f} ms")


def measure(args, stack, statement):
    db = Db(stack)
    photos = Set(stack, db)
    photos.make()
    print(f"{photos.count} photos drawn and sent")
    before = time.monotonic()
    photos.wait()
    print(f"stored and compared in {time.monotonic() - before:.1f} s after the last one came\n")
    judge(photos)
    sys.stdout.flush()
    if args.photos:
        print()
        crowd(photos, args.photos)
        search(photos, statement)
