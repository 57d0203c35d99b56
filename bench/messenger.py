"""bench/run messenger: what phones ask for, how long a change takes into a copy, and how long until a hundred thousand have heard of one."""

import re
import time

import requests

from tests.e2e.stack import children

HEADERS = {"X-Csrf-Token": "bench", "User-Agent": "Dalvik/2.1.0 (Linux; U; Android 11; SM-G991N)"}
CONTACTS = 1000

SETTINGS = {
    "SAMOVAR_MESSENGER_CONFIRM_EMAIL": "false", "SAMOVAR_MESSENGER_RATE": "1000000", "SAMOVAR_MESSENGER_BURST": "1000000",
    "SAMOVAR_MESSENGER_ADDRESS_RATE": "1000000", "SAMOVAR_MESSENGER_ADDRESS_BURST": "1000000",
}


def sign_up(stack, db, name):
    """uuid, profile, headers with its tokens."""
    answer = requests.post(f"{stack.base}/api/dev/account/signup", headers=HEADERS, timeout=10,
                           json={"id": name, "pw": "Passw0rd!", "nick": name, "email": f"{name}@example.com"})
    user = answer.json()["data"]["user"]
    profile = db.value("select id from messenger.profile where account_id = %s", user["uuid"])
    token = user["access_token"]["token"]
    cookie = re.search(r"refresh_token=[^;]*", answer.headers["Set-Cookie"]).group(0)
    return user["uuid"], profile, {**HEADERS, "Authorization": f"Bearer {token}", "X-Profile-Id": str(profile)}, cookie


def lines(headers, **more):
    return [f"{name.replace('_', '-')}: {value}" for name, value in {**headers, **more}.items()]


def people(db, count, word):
    """Accounts with a profile each, by SQL."""
    db.do("with a as (insert into account.account (username) select %s || n from generate_series(1, %s) n returning id) "
          "insert into messenger.profile (account_id, name, description, data) select id, %s || id, repeat('about ', 20), "
          "'{\"phone\":{\"index\":0,\"value\":{\"home\":{\"index\":0,\"value\":\"010-0000-0000\"}}}}' from a", word, count, word)


def follow(db, who, whom):
    db.do("insert into messenger.relation (from_profile_id, from_account_id, to_profile_id, to_account_id) "
          f"select f.id, f.account_id, t.id, t.account_id from messenger.profile f, messenger.profile t where {who} and {whom}")


def quiet(db, seconds=600):
    """Nothing is due for any copy; seconds until then."""
    begin = time.monotonic()
    while db.value("select (select count(*) from messenger.sync_change) + (select count(*) from messenger.sync_due)"):
        if time.monotonic() - begin > seconds:
            raise SystemExit(f"copies are not up to date within {seconds} s")
        time.sleep(0.05)
    return time.monotonic() - begin


def changes(wrk, stack, db, sync, one):
    """A hundred changes, each a run of its own, of the copy with its contacts. What looks whether it is done is not counted."""
    mine = db.value("select pg_backend_pid()")
    pids = [pid for pid in [stack.pid("samovar-worker"), *children(stack.pid("samovar-worker")), *wrk.servers()] if pid != mine]
    used = wrk.cpu(pids)
    for n in range(100):
        db.do("update messenger.profile set name = %s where id = %s", f"name {n}", one)
        while db.value("select count(*) from messenger.sync_change"):
            time.sleep(0.002)
        db.do("update job.job set run_at = now() where kind = 'sync.apply'")
        db.do("notify job")
        quiet(db)
    print(f"a change into a copy of {CONTACTS} contacts: {(wrk.cpu(pids) - used) * 10:.1f} ms of processor, all programs "
          f"together; {requests.head(f'{stack.base}/api/dev/sync', headers=sync, timeout=10).headers['ETag']}", flush=True)


def followers(wrk, stack, db, count):
    """One profile that so many follow, of whom every hundredth has a copy."""
    people(db, count, "fan")
    people(db, 1, "star")
    star = db.value("select id from messenger.profile where name like 'star%'")
    follow(db, "f.name like 'fan%'", f"t.id = {int(star)}")
    db.do("insert into messenger.sync_file (account_id, stale) select account_id, true from messenger.profile where name like 'fan%' and id % 100 = 0")
    db.do("vacuum analyze")
    quiet(db)
    for copies in ("stale", "live"):
        if copies == "live":
            db.do("update messenger.sync_file set stale = false, etag = repeat('0', 32), size = 0 where stale")
        db.do("update messenger.profile set name = 'star ' || clock_timestamp() where id = %s", star)
        family = children(stack.pid("samovar-worker"))
        seconds = quiet(db)
        print(f"a change of one whom {count} follow, {count // 100} {copies} copies among them: {seconds:.1f} s until the last; "
              f"memory of a worker {max(wrk.memory(pid) for pid in family) / 2**20:.0f} MB", flush=True)


def head(base, headers):
    """wrk waits for the body that an answer to HEAD has not got."""
    times, link = [], requests.Session()
    for _ in range(300):
        begin = time.perf_counter()
        assert link.head(f"{base}/sync", headers=headers, timeout=10).status_code == 200
        times.append(time.perf_counter() - begin)
    times.sort()
    print(f"sync, HEAD, one after the other: p50 {times[150] * 1e3:.2f} ms, p99 {times[297] * 1e3:.2f} ms", flush=True)


def measure(wrk, stack, db, count):
    base = f"{stack.base}/api/dev"
    _, mine, headers, cookie = sign_up(stack, db, "anna1")
    _, other, _, _ = sign_up(stack, db, "boris1")
    people(db, CONTACTS, "contact")
    follow(db, f"f.id = {int(mine)}", "t.name like 'contact%'")
    db.do("update messenger.profile set can_annonymous_invite = true where id = %s", other)
    room = requests.post(f"{base}/chats", headers=headers, json={"inviting_profiles": other}, timeout=10).json()["data"]["chat_room"]["uuid"]
    requests.get(f"{base}/sync", headers=headers, timeout=30)
    db.do("vacuum analyze")
    wrk("ping", f"{base}/ping", headers=lines(HEADERS))
    wrk("refresh", f"{base}/account/refresh", "POST", headers=lines(HEADERS, Cookie=cookie))
    token = requests.post(f"{base}/account/signin", headers=HEADERS, json={"id": "anna1", "pw": "Passw0rd!"}, timeout=10)
    headers["Authorization"] = f"Bearer {token.json()['data']['user']['access_token']['token']}"
    wrk("profile, by another", f"{base}/profiles/{other}", headers=lines(headers))
    wrk("message", f"{base}/chats/{room}/events", "PUT", '{"message":"hello"}', headers=lines(headers, Content_Type="application/json"))
    wrk("a hundred events of a busy room", f"{base}/chats/{room}/events?limit=100", headers=lines(headers))
    head(base, headers)
    wrk(f"sync, GET of {CONTACTS} contacts", f"{base}/sync", headers=lines(headers), clients=[1, 4])
    one = db.value("select to_profile_id from messenger.relation where from_profile_id = %s limit 1", mine)
    changes(wrk, stack, db, headers, one)
    followers(wrk, stack, db, count)
