"""bench/run cards: how many cards a second the worker draws, beside the same steps in Pillow."""

import io
import os
import pathlib
import time

from PIL import Image, ImageDraw, ImageFont

from tests.e2e.client import Client

API = "/cards/api/v1"
FONTS = pathlib.Path("/usr/share/fonts/truetype/lato")
HEADING = "number,name,surname,role,level,card_issued_date\n"
ROLES = ["member", "volunteer", "expert", "boss", "admin"]


def lines(first, count):
    return HEADING + "".join(f"{n},Вера{n},Щукина,{ROLES[n % len(ROLES)]},{n % 1000},2026-01-31\n" for n in range(first, first + count))


def drawn(keeper, db, first, count):
    """Seconds from the import until all are drawn."""
    began = time.monotonic()
    answer = keeper("POST", "/cards/import?dry_run=false", data=lines(first, count).encode(), headers={"Content-Type": "text/csv"})
    assert answer.status_code == 200, answer.text
    while db.value("select count(*) from cards.card c join cards.member m on m.id = c.member_id"
                   " where m.number between %s and %s and c.status <> 'drawn'", first, first + count - 1):
        time.sleep(0.05)
    return time.monotonic() - began


def pillow(artifacts, count):
    """Seconds of one core a card; background and fonts are read once. There is no QR code."""
    background = Image.open(artifacts / "card/background_image/card_expert.png").convert("RGB")
    fonts = {size: ImageFont.truetype(str(FONTS / name), size) for name, size in
             (("Lato-Regular.ttf", 130), ("Lato-Bold.ttf", 186), ("Lato-Regular.ttf", 64), ("Lato-Regular.ttf", 110), ("Lato-Bold.ttf", 218))}
    began = time.process_time()
    for n in range(count):
        card = background.copy()
        draw = ImageDraw.Draw(card)
        for text, size, at in ((f"VERA{n} SHCHUKINA", 130, (150, 1180)), ("EXPERT", 186, (150, 800)),
                               ("issued: 31 January 2026", 64, (150, 1679)), (f"{n:04}", 110, (150, 1372)), (str(n), 218, (2500, 230))):
            draw.text(at, text, font=fonts[size], fill="#f6f1ff")
        small = card.resize((600, 377), Image.LANCZOS)
        for image, kind, options in ((card, "PNG", {"compress_level": 1}), (card, "JPEG", {"quality": 95}),
                                     (small, "JPEG", {"quality": 90}), (small, "WEBP", {"quality": 85})):
            image.save(io.BytesIO(), kind, **options)
    return (time.process_time() - began) / count


def measure(base, db, person, count, cpu, memory):
    keeper = Client(base, API)
    keeper.token = Client(base, "/people/api/v1").post(
        "/auth/login", {"username": person.username, "password": person.password}).json()["access_token"]
    drawn(keeper, db, 800000, 10)  # warm: backgrounds and fonts are decoded
    before, first = cpu(), 810000
    seconds = 0
    most = 0
    for begin in range(0, count, 500):
        seconds += drawn(keeper, db, first + begin, min(500, count - begin))
        most = max(most, memory())
    print(f"{count} cards in {seconds:.0f} s: {count / seconds:.1f} a second on {os.cpu_count()} cores; "
          f"{(cpu() - before) / count:.2f} s of a core each beside the drawing, which processes of a moment do (tests/unit/test_cards tells that)")
    print(f"memory of a worker process at most {most / 1048576:.0f} MB")
    artifacts = pathlib.Path(os.environ.get("SAMOVAR_PREFIX", "build/prefix"), "share/samovar/artifacts")
    if artifacts.is_dir():
        print(f"Pillow, without the QR code: {pillow(artifacts, 10):.2f} s of a core each")
