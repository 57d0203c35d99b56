"""Pictures as people see them: what was sent against what is stored, pixel by pixel."""

import io
import os
import pathlib
import signal
import subprocess
import urllib.parse

import pytest
import requests
from PIL import Image, ImageCms, ImageDraw

from tests.conftest import wait_for
from tests.e2e.client import word
from tests.e2e.programme import clear, png
from tests.e2e.stack import children, is_image
from tests.e2e.test_photo import answers, family, photo_of, report

DATA = pathlib.Path(__file__).resolve().parents[1] / "data/pictures"
RED, GREEN, BLUE, YELLOW = (220, 60, 60), (60, 200, 60), (60, 60, 220), (220, 220, 90)
ORANGE = (250, 130, 60)


@pytest.fixture(autouse=True)
def fresh(db, telegram):
    clear(db)
    telegram.limits(enforce=False)
    yield
    clear(db)


@pytest.fixture
def me(staff):
    return staff("expert")


def quarters(width, height):
    """Red, green, blue, yellow: row by row from top left."""
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    for n, colour in enumerate((RED, GREEN, BLUE, YELLOW)):
        x, y = n % 2 * width // 2, n // 2 * height // 2
        draw.rectangle((x, y, x + width // 2, y + height // 2), colour)
    return image


def encoded(image, form="PNG", **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def opened(data):
    """A stored picture: a plain JPEG without anything that says who, where and with what."""
    assert data.startswith(b"\xff\xd8\xff")
    image = Image.open(io.BytesIO(data))
    assert image.format == "JPEG" and image.mode == "RGB"
    assert not image.getexif() and "icc_profile" not in image.info and "comment" not in image.info
    assert not any(words in data for words in (b"Exif", b"GPS", b"xmp", b"secret"))
    return image


def assert_near(pixel, right, steps=3):
    assert all(abs(a - b) <= steps for a, b in zip(pixel, right)), f"{pixel}, not {right}"


def camera():
    """What a phone sends: wide gamut, turned by its EXIF, with the place and a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned right
    exif[0x013B] = "secret"
    exif.get_ifd(0x8825).update({1: "N", 2: (55.0, 45.0, 21.0)})
    # In the colours of Adobe RGB: what it takes to be these in sRGB.
    wide = ImageCms.profileToProfile(quarters(2400, 1600), ImageCms.createProfile("sRGB"),
                                     str(DATA / "adobe-rgb.icc"))
    return encoded(wide, "JPEG", quality=95, progressive=True, exif=exif, comment=b"secret",
                   icc_profile=(DATA / "adobe-rgb.icc").read_bytes())


def test_a_family_s_photo_keeps_its_colours(telegram, db, stack, staff):
    shift = family(db)
    chat = shift.chats[0]
    sent = camera()
    assert_near(Image.open(io.BytesIO(sent)).getpixel((100, 100)), (193, 70, 68), 9)  # not sRGB's numbers
    telegram.message(chat, **photo_of(telegram, sent))
    answers(telegram, chat)
    path = stack.state / "photos" / report(db, chat).report_url.lstrip("/")
    (shown,) = staff().get(f"/reports/?shift_id={shift.id}").json()
    small = requests.get(shown["photo_url"] + "&size=small", timeout=10)
    for data, longer in ((path.read_bytes(), 1600), (requests.get(shown["photo_url"], timeout=10).content, 1600),
                         (small.content, 320)):
        image = opened(data)
        w, h = image.size
        assert (w, h) == (round(longer * 2 / 3), longer)
        # Turned right: what was bottom left is top left.
        for n, colour in enumerate((BLUE, RED, YELLOW, GREEN)):
            assert_near(image.getpixel((n % 2 * w // 2 + w // 4, n // 2 * h // 2 + h // 4)), colour)


# -- the process that opens pictures


def image_of(stack, service):
    """The pid of the service's samovar-image; None while it is only waiting to become one."""
    with open(f"/proc/{stack.pid(service)}/task/{stack.pid(service)}/children") as f:
        pids = [int(word) for word in f.read().split()]
    return next((pid for pid in pids if is_image(pid)
                 and os.readlink(f"/proc/{pid}/exe").endswith("/samovar-image")), None)


def one_picture(telegram, db):
    """After it samovar-worker has its image process."""
    chat = family(db).chats[0]
    telegram.message(chat, **photo_of(telegram, png(1)))
    answers(telegram, chat)
    wait_for(lambda: db.value("select count(*) from job.job where kind like 'photo.%%'") == 0, 30)
    clear(db)


def test_a_photo_survives_the_death_of_the_image_process(telegram, db, stack):
    one_picture(telegram, db)
    pid = wait_for(lambda: image_of(stack, "samovar-worker"), 10)
    os.kill(pid, signal.SIGSTOP)  # it has the photo and does not answer
    chat = family(db).chats[0]
    telegram.message(chat, **photo_of(telegram, encoded(quarters(900, 600), "JPEG")))
    wait_for(lambda: db.value("select count(*) from job.job where kind = 'photo.fetch' and leased_by is not null"), 20)
    os.kill(pid, signal.SIGKILL)
    texts = answers(telegram, chat, 2, seconds=60)  # the first one is of the picture before
    assert len(texts) == 2 and all("на модерацию" in text for text in texts)
    path = stack.state / "photos" / report(db, chat).report_url.lstrip("/")
    assert opened(path.read_bytes()).size == (900, 600)
    assert image_of(stack, "samovar-worker") not in (None, pid)


def test_an_upload_is_told_to_try_again_when_no_picture_can_be_opened(me, base, stack):
    image = encoded(one_colour())
    assert_stored(me, base, image, ORANGE)
    pid = wait_for(lambda: image_of(stack, "samovar-fcgi"), 10)
    os.kill(pid, signal.SIGSTOP)
    try:
        answer = me("POST", f"/tasks/?title=задание {word()}", files={"image": ("a", image)})
        assert answer.status_code == 503 and "попробуйте" in answer.text
        assert me.get("/tasks/").status_code == 200
    finally:
        os.kill(pid, signal.SIGKILL)
    assert_stored(me, base, image, ORANGE)


# -- what families sent is kept while their shift runs


def files_of(stack, url):
    """The stored photo, its thumbnail and the original."""
    path = stack.state / "photos" / url.lstrip("/")
    return path, path.with_name(path.name + ".small.jpg"), path.with_name(path.name + ".original")


def test_the_original_is_kept_for_nobody_to_download(telegram, db, stack, staff):
    shift = family(db)
    sent = camera()
    telegram.message(shift.chats[0], **photo_of(telegram, sent))
    answers(telegram, shift.chats[0])
    original = files_of(stack, report(db, shift.chats[0]).report_url)[2]
    assert original.read_bytes() == sent and original.stat().st_mode & 0o777 == 0o600
    (shown,) = staff().get(f"/reports/?shift_id={shift.id}").json()
    parts = urllib.parse.urlsplit(shown["photo_url"])
    for path in (parts.path + ".original", parts.path + "%2Eoriginal"):
        assert requests.get(parts._replace(path=path).geturl(), timeout=10).status_code == 403
    assert requests.get(shown["photo_url"] + "&size=original", timeout=10).status_code == 422


def test_a_photo_is_made_again_from_its_original(telegram, db, stack, ctl):
    chat = family(db).chats[0]
    telegram.message(chat, **photo_of(telegram, encoded(quarters(900, 600), "JPEG", quality=95)))
    answers(telegram, chat)
    whole, small, original = files_of(stack, report(db, chat).report_url)
    right = whole.read_bytes()
    grey = encoded(Image.new("L", (900, 600), 6), "JPEG")  # as a faulty release stored it
    subprocess.run(stack.as_service("sh", "-c", 'cat >"$0" && rm "$1"', whole, small), input=grey, check=True)
    assert ctl("programme", "remake-pictures", "--dry-run").stdout == "1 photos would be made again\n"
    assert whole.read_bytes() == grey
    assert ctl("programme", "remake-pictures").stdout.startswith("1 photos will be made again")
    wait_for(lambda: whole.read_bytes() == right and small.exists(), 30)
    assert opened(small.read_bytes()).size == (320, 213) and original.exists()
    wait_for(lambda: db.value("select count(*) from job.job where kind like 'photo.%%'") == 0, 30)
    db.do("update programme.report_photo set removed_at = now()")
    assert ctl("programme", "remake-pictures").stdout.startswith("0 photos")


def test_originals_go_when_their_shift_is_over(telegram, db, stack, ctl):
    chat = family(db).chats[0]
    telegram.message(chat, **photo_of(telegram, encoded(quarters(900, 600), "JPEG")))
    answers(telegram, chat)
    whole, small, original = files_of(stack, report(db, chat).report_url)
    ctl("timers", "run", "photo.sweep")
    assert original.exists()
    db.do("update programme.shift set status = 'finished'")
    ctl("timers", "run", "photo.sweep")
    wait_for(lambda: not original.exists(), 20)
    assert whole.exists() and small.exists()
    assert not db.value("select has_original from programme.report_photo")
    assert ctl("programme", "remake-pictures").stdout.startswith("0 photos")


def test_whoever_wants_no_originals_has_none(telegram, db, stack, ctl):
    chat = family(db).chats[0]
    telegram.message(chat, **photo_of(telegram, png(1)))
    answers(telegram, chat)
    first = files_of(stack, report(db, chat).report_url)[2]
    assert first.exists()
    env = stack.state / "samovar.env"
    before = env.read_text()
    try:
        env.write_text(before + "\nSAMOVAR_PROGRAMME_KEEP_ORIGINALS=false\n")
        workers = set(children(stack.pid("samovar-worker")))
        stack.send("samovar-worker", signal.SIGHUP)
        wait_for(lambda: not workers & set(children(stack.pid("samovar-worker"))), 40)
        ctl("timers", "run", "photo.sweep")
        wait_for(lambda: not first.exists(), 20)
        db.do("update programme.report set status = 'declined'")
        telegram.message(chat, **photo_of(telegram, png(2)))
        answers(telegram, chat, 2)
        whole, small, original = files_of(stack, report(db, chat).report_url)
        assert whole.exists() and small.exists() and not original.exists()
        assert db.value("select count(*) from programme.report_photo where has_original") == 0
    finally:
        env.write_text(before)
        stack.send("samovar-worker", signal.SIGHUP)


def test_a_thumbnail_is_there_as_soon_as_its_photo(telegram, db, stack):
    chat = family(db).chats[0]
    telegram.message(chat, **photo_of(telegram, encoded(quarters(900, 600), "JPEG")))
    answers(telegram, chat)
    folder = stack.state / "photos"
    assert opened((folder / (report(db, chat).report_url.lstrip("/") + ".small.jpg")).read_bytes()).size == (320, 213)


def assert_stored(me, base, image, right):
    """The picture of a task, uploaded and seen again."""
    answer = me("POST", f"/tasks/?title=задание {word()}", files={"image": ("a", image)})
    assert answer.status_code == 201, answer.text
    stored = opened(requests.get(base + answer.json()["url"], timeout=10).content)
    assert_near(stored.getpixel((stored.width // 2, stored.height // 2)), right)


def one_colour(mode="RGB", colour=ORANGE):
    return Image.new(mode, (64, 48), colour)


@pytest.mark.parametrize("image,right", [
    (encoded(one_colour(), "JPEG", quality=95), ORANGE),
    (encoded(one_colour()), ORANGE),
    (encoded(one_colour(), "WEBP", lossless=True), ORANGE),
    (encoded(one_colour("L", 150), "JPEG", quality=95), (150, 150, 150)),
    (encoded(one_colour("L", 150)), (150, 150, 150)),
    (encoded(one_colour("CMYK", (0, 122, 194, 5)), "JPEG", quality=95), ORANGE),
    (encoded(one_colour("RGBA", ORANGE + (255,))), ORANGE),
    (encoded(one_colour("RGBA", (0, 0, 0, 0))), (255, 255, 255)),
    (encoded(one_colour("I;16", 150 * 257)), (150, 150, 150)),
    (encoded(one_colour()) + b"a phone's own data", ORANGE),
], ids=["jpeg", "png", "webp", "grey jpeg", "grey png", "cmyk", "alpha", "transparent", "16 bits", "bytes behind"])
def test_a_task_s_picture_keeps_its_colours(me, base, image, right):
    assert_stored(me, base, image, right)


def refused(me, image):
    answer = me("POST", f"/tasks/?title=задание {word()}", files={"image": ("a.png", image)})
    assert answer.status_code == 422, answer.text
    return answer.text


def test_a_picture_is_refused_with_its_true_reason(me):
    bomb = bytearray(png(1))
    bomb[16:24] = (60000).to_bytes(4, "big") * 2
    assert "слишком велико" in refused(me, bytes(bomb))
    assert "не является изображением" in refused(me, b"GIF89a" + b"\0" * 60)
    assert "повреждено" in refused(me, png(1)[:-30])


def test_a_photo_that_is_too_large_is_called_so(telegram, db):
    chat = family(db).chats[0]
    image = bytearray(encoded(Image.new("RGB", (16, 16)), "JPEG"))
    at = image.index(b"\xff\xc0") + 5
    image[at:at + 4] = (40000).to_bytes(2, "big") * 2
    telegram.message(chat, **photo_of(telegram, bytes(image)))
    assert "слишком велика" in answers(telegram, chat)[0]
    wait_for(lambda: db.value("select count(*) from programme.photo_intake") == 0, 20)
    assert (report(db, chat).state, report(db, chat).number_attempt) == ("waiting", 0)
