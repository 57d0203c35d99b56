"""bench/run pictures: how long a photo of a person takes to be answered, and to be shown."""

import io
import statistics
import time

from PIL import Image

from tests.e2e.client import Client

API = "/people/api/v1"
SIZES = [(1600, 1200), (4000, 3000), (8000, 6000)]


def photo(width, height):
    """A JPEG with as many bytes as a phone makes of so many pixels."""
    small = Image.effect_noise((width // 12, height // 12), 90).convert("RGB").resize((width, height), Image.BICUBIC)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=85)
    return out.getvalue()


def one(api, data):
    """Seconds until it is answered, and until it is shown."""
    began = time.monotonic()
    answer = api("PUT", "/me/picture", data=data, headers={"Content-Type": "image/jpeg"})
    answered = time.monotonic() - began
    assert answer.status_code == 202, answer.text
    path = f"/pictures/{answer.json()['picture']['id']}"
    while (state := api.get(path).json()["state"]) in ("received", "processing"):
        time.sleep(0.02)
    assert state == "ready", state
    return answered, time.monotonic() - began


def measure(base, db, person, rounds, cpu):
    api = Client(base, API)
    api.token = api.post("/auth/login", json={"username": person.username, "password": person.password}).json()["access_token"]
    print(f"{'':24} {'bytes':>10}  answered ms  shown after s  processor s")
    for width, height in SIZES:
        data, before = photo(width, height), cpu()
        times = []
        for _ in range(rounds):
            db.do("update account.picture set created = created - interval '2 days'")  # the limit of a day
            times.append(one(api, data))
        print(f"{f'{width} x {height}':24} {len(data):10} {statistics.median(t[0] for t in times) * 1000:12.0f} "
              f"{statistics.median(t[1] for t in times):14.2f} {(cpu() - before) / rounds:12.2f}", flush=True)
