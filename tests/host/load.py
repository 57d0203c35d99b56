"""usage: load.py URL STOP-FILE: asks until STOP-FILE is there, and counts what failed.

GET and POST, on kept and on fresh connections; an answer below 500 that is whole is a
success, whatever it says. A kept connection that ends before the first byte of an
answer is no failure: a server may close what is idle, and clients ask again on a new
one. Prints "N requests, N failed" and exits 1 if one failed.
"""

import http.client
import os
import sys
import threading
import time
import urllib.parse

URL, STOP = urllib.parse.urlsplit(sys.argv[1]), sys.argv[2]
NOBODY = "00000000-0000-4000-8000-000000000000"
ASKED = [
    ("GET", "/readyz", None),
    ("POST", f"/storage/api/v1/files/{NOBODY}/links/{NOBODY}/", "{}"),
    ("GET", "/users/api/v1/users/me/", None),
    ("POST", "/storage/api/v1/files/upload/", "{}"),
]
done, failed, first = 0, 0, []
lock = threading.Lock()


def ask(link, number, kept):
    method, path, body = ASKED[number % len(ASKED)]
    try:
        link.request(method, path, body, {"Content-Type": "application/json"})
        answer = link.getresponse()
        answer.read()
        return None if answer.status < 500 else f"{method} {path}: {answer.status}"
    except (OSError, http.client.HTTPException) as e:
        if kept and isinstance(e, (BrokenPipeError, ConnectionResetError,
                                   http.client.RemoteDisconnected)):
            link.close()
            return ask(link, number, False)
        return f"{method} {path}: {e!r}"


def visitor(keep):
    global done, failed
    link, number = None, 0
    while not os.path.exists(STOP):
        kept = link is not None
        link = link or http.client.HTTPConnection(URL.hostname, URL.port or 80, timeout=20)
        trouble = ask(link, number, kept)
        number += 1
        if trouble or not keep:
            link.close()
            link = None
        with lock:
            done += 1
            if trouble:
                failed += 1
                first.append(f"{time.strftime('%T')} {trouble}")
        time.sleep(0.01)


threads = [threading.Thread(target=visitor, args=(n % 2 == 0,)) for n in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("\n".join(first[:10]))
print(f"{done} requests, {failed} failed")
sys.exit(1 if failed or not done else 0)
