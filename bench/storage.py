"""bench/run storage: links, lists, the embedded store's PUT and GET beside a bare nginx, films, and copies."""

import os
import re
import subprocess
import time

from bench import catalogue
from tests.e2e.client import Client

PIECE = "x" * 65536
BIG, COUNT = 16 << 20, 8


def bare_nginx(stack, port):
    """An nginx that takes and gives files of 64 KB and a megabyte, and knows one short answer."""
    folder = stack.state / "bare"
    folder.mkdir(mode=0o777, exist_ok=True)
    os.chmod(folder, 0o777)
    (folder / "kb64").write_text(PIECE)
    (folder / "mb").write_bytes(os.urandom(1 << 20))
    for name in ("kb64", "mb"):
        os.chmod(folder / name, 0o644)
    user = f"user {stack.service};" if os.getuid() == 0 else ""
    conf = folder / "nginx.conf"
    conf.write_text(f"""{user} worker_processes 2; daemon off; pid {folder}/pid; error_log stderr;
events {{ worker_connections 1024; }}
http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000; client_max_body_size 0;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port}; root {folder};
    location /put/ {{ dav_methods PUT; create_full_put_path on; dav_access user:rw; }}
    location = /short {{ default_type application/json; return 200 '{{"username":"a"}}'; }} }} }}
""")
    process = subprocess.Popen(["nginx", "-e", "stderr", "-c", str(conf)], stderr=subprocess.DEVNULL, start_new_session=True)
    stack.started.append(process)
    time.sleep(0.5)
    return process


def ask(site, token, method, path, body=None):
    answer = site(method, "/storage/api/v1" + path, json=body, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code < 300, answer.text
    return answer.json()


def stored(site, token, name, data):
    """A file whose bytes have come: its id and a download link."""
    link = ask(site, token, "POST", "/files/upload/", {"name": name, "size": len(data)})
    answer = site.session.put(link["link"], data=data, timeout=60)
    assert answer.status_code == 200, answer.text
    for _ in range(200):
        answer = site.get(f"/storage/api/v1/files/{link['file']['id']}/", headers={"Authorization": f"Bearer {token}"})
        if answer.status_code == 200:
            return link["file"]["id"], answer.json()["link"]
        time.sleep(0.05)
    raise SystemExit("an uploaded file does not become readable")


def copies(wrk, stack, db, site, token):
    """Big files, each to the four other cities of its zone."""
    if wrk.args.only and wrk.args.only not in "copies":
        return
    before, used = time.monotonic(), wrk.cpu(wrk.servers())
    for n in range(COUNT):
        stored(site, token, f"big {n}", os.urandom(BIG))
    want = COUNT * 5
    while db.value("select count(*) from storage.copy c join storage.file_version v on v.id = c.version_id"
                   " where v.size = %s", BIG) < want:
        if time.monotonic() - before > 120:
            raise SystemExit("the copies are not made in two minutes")
        time.sleep(0.05)
    seconds = time.monotonic() - before
    print(f"copies: {COUNT} files of {BIG >> 20} MB to 4 servers each: {seconds:.1f} s, "
          f"{COUNT * 4 * (BIG >> 20) / seconds:.0f} MB/s, "
          f"{(wrk.cpu(wrk.servers()) - used) / (COUNT * 4 * (BIG >> 20)) * 1e3:.1f} ms of processor a MB")


def films(wrk, stack, pgbench, statement):
    """Lists, details and searches of 20,000 films: kept in Redis, and read each time."""
    if wrk.args.only and wrk.args.only not in "catalogue":
        return
    _, ids, _ = catalogue.load(stack, 20_000)
    sql = statement("src/catalogue/film.sql", "film_best")
    for n, value in enumerate(("0", "50", "true"), 1):
        sql = re.sub(rf"\${n}\b", f"'{value}'", sql)
    pgbench(wrk, stack, "pgbench, the catalogue's list", sql)
    rows = [("list", "/films"), ("detail", f"/films/{ids[0]}"), ("search", "/films/search?query=the+love+of+a+man")]
    for name, path in rows:
        wrk(f"catalogue, {name}, kept", stack.base + "/movies/api/v1" + path)
    with stack.without("redis"):
        for name, path in rows:
            wrk(f"catalogue, {name}, without Redis", stack.base + "/movies/api/v1" + path)


def measure(wrk, stack, db, port, site, token, pgbench, statement):
    bearer = [f"Authorization: Bearer {token}"]
    bare = bare_nginx(stack, port)
    with open(f"/proc/{bare.pid}/task/{bare.pid}/children") as f:
        pids = [bare.pid, *map(int, f.read().split())]
    api = stack.base + "/storage/api/v1"
    id, link = stored(site, token, "megabyte", os.urandom(1 << 20))
    small, small_link = stored(site, token, "small", PIECE.encode())
    share = ask(site, token, "POST", f"/files/{id}/links/", {})
    put = ask(site, token, "POST", "/files/upload/", {"name": "put", "size": len(PIECE)})["link"]

    list_sql = re.sub(r"\$1\b", "(select account_id from storage.file where id = '%s')" % id,
                      statement("src/storage/file.sql", "file_list_own"))
    pgbench(wrk, stack, "pgbench, the list of files", list_sql)
    wrk("list of files", api + "/files/", headers=bearer)
    wrk("search", api + "/files/search/?q=file&limit=20", headers=bearer)
    wrk("upload link", api + "/files/upload/", "POST", '{"name":"a %d","size":5}', headers=bearer)
    wrk("download link", f"{api}/files/{id}/", headers=bearer)
    wrk("share, looked at", f"{api}/files/{id}/links/{share['id']}/")
    wrk("share, resolved", f"{api}/files/{id}/links/{share['id']}/", "POST", "{}")
    wrk("embedded PUT of 64 KB", put, "PUT", PIECE, clients=[1, 8])
    wrk("bare nginx, PUT of 64 KB", f"http://127.0.0.1:{port}/put/x", "PUT", PIECE, clients=[1, 8], pids=pids)
    wrk("embedded GET of 64 KB", small_link, clients=[4, 16])
    wrk("bare nginx, GET of 64 KB", f"http://127.0.0.1:{port}/kb64", clients=[4, 16], pids=pids)
    wrk("embedded GET of 1 MB", link, clients=[4, 16])
    wrk("bare nginx, GET of 1 MB", f"http://127.0.0.1:{port}/mb", clients=[4, 16], pids=pids)
    wrk("bare nginx, short answer", f"http://127.0.0.1:{port}/short", pids=pids)
    films(wrk, stack, pgbench, statement)
    copies(wrk, stack, db, Client(stack.base, address="127.0.0.1"), token)
