"""The same two requests of Samovar and of a Node server (bench/peers), in rounds that alternate."""

import base64
import json
import os
import pathlib
import shutil
import statistics
import subprocess

from tests.conftest import is_free, wait_for
from tests.e2e.stack import Redis, children

HERE = pathlib.Path(__file__).resolve().parent
PATHS = (("token and a row: users/me", "/users/api/v1/users/me/"), ("list of 20 files", "/storage/api/v1/files/"))


def claims(token):
    """What a token says; its signature is the servers' to check."""
    middle = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))


def install(folder):
    """The server and what it needs from npm."""
    shutil.copytree(HERE / "peers", folder, ignore=shutil.ignore_patterns("node_modules"))
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True, timeout=300,
                   stdout=subprocess.DEVNULL)
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))


def node(stack, port, statement):
    """The Node server on a port: a parent and two processes."""
    folder = stack.state / "peers"
    install(folder)
    process = subprocess.Popen(
        stack.as_service("node", "server.js"), cwd=folder, start_new_session=True, stderr=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "NODE_ENV": "production", "PORT": str(port),
             "SECRET": stack.settings["TOKEN__SECRET_KEY"], "REDIS": str(stack.redis_path), "PGSOCKET": str(stack.run),
             "USERS_SHOW": statement("fcgi/users/users.sql", "users_show"),
             "FILE_LIST_OWN": statement("src/storage/file.sql", "file_list_own")})
    stack.started.append(process)
    wait_for(lambda: not is_free(port), 20, "the Node server listens")
    return process


def proxy(stack, port, to):
    """An nginx before it, with connections that stay."""
    folder = stack.state / "proxy"
    folder.mkdir(mode=0o777)
    os.chmod(folder, 0o777)
    user = f"user {stack.service};" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(f"""{user} worker_processes 2; daemon off; pid {folder}/pid; error_log stderr;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 100000; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream node {{ server 127.0.0.1:{to}; keepalive 32; keepalive_requests 100000; }}
  server {{ listen 127.0.0.1:{port};
    location / {{ proxy_pass http://node; proxy_http_version 1.1; proxy_set_header Connection ''; }} }} }}
""")
    process = subprocess.Popen(["nginx", "-e", "stderr", "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL,
                               start_new_session=True)
    stack.started.append(process)
    wait_for(lambda: not is_free(port), 10, "nginx listens")
    return process


def measure(wrk, stack, owner, token, ports, bare, statement):
    """bare: address and pids of a bare nginx, the measure of all."""
    Redis(stack.redis_path)("SET", f"peer:{claims(token)['jti']}", json.dumps({"account": owner.id, "status": "active"}))
    server = node(stack, ports[0], statement)
    front = proxy(stack, ports[1], ports[0])

    def shared():
        """PostgreSQL's processes come and go with connections."""
        return [pid for s in ("postgres", "redis") for pid in (stack.pid(s), *children(stack.pid(s)))]

    def family(process):
        return [process.pid, *children(process.pid)]
    contestants = [
        ("Samovar", stack.base, wrk.servers),
        ("Node behind nginx", f"http://127.0.0.1:{ports[1]}", lambda: [*shared(), *family(server), *family(front)]),
        ("Node, direct", f"http://127.0.0.1:{ports[0]}", lambda: [*shared(), *family(server)])]
    header = [f"Authorization: Bearer {token}"]
    found = {}
    for _ in range(wrk.args.rounds):
        result = wrk.ask(bare[0] + "/short", pids=lambda: bare[1])
        found.setdefault("bare", []).append(result["us"])
        for name, path in PATHS:
            for who, base, pids in contestants:
                result = wrk.ask(base + path, headers=header, pids=pids)
                if result["bad"] + result["broken"]:
                    raise SystemExit(f"{who}: {name}: {result}")
                found.setdefault((name, who), []).append(result["us"])
    short = statistics.median(found["bare"])
    print(f"{wrk.args.rounds} rounds, medians; a bare nginx answer costs {short:.0f} us\n"
          f"{'':28} {'':20} cpu us/request  bare answers  of Samovar's")
    for name, _ in PATHS:
        ours = statistics.median(found[name, "Samovar"])
        for who, _, _ in contestants:
            us = statistics.median(found[name, who])
            print(f"{name:28} {who:20} {us:14.0f} {us / short:13.1f} {us / ours:13.2f}")
