"""A class of phones that starts at once: each waits for the object store, whose own requests the same workers answer."""

import io

from PIL import Image

from tests.e2e.client import together, word
from tests.e2e.test_files import servers  # noqa: F401
from tests.e2e.test_messenger import Phone

PUPILS = 24  # more than there are workers and processes apart that work at once


def test_all_get_their_copies_and_send_their_pictures(base, redis, servers):  # noqa: F811
    phones = [Phone(base, word("pupil").replace("-", "")) for _ in range(PUPILS)]
    redis("FLUSHALL")
    out = io.BytesIO()
    Image.effect_noise((200, 200), 80).save(out, "PNG")
    picture = out.getvalue()
    assert len(picture) > 10_000  # nginx asks first whether such a body would be taken

    def start(n):
        one = phones[n]
        tag = one.ask("HEAD", "/sync")
        return (tag.status_code, one.ask("GET", "/sync", headers={"If-Match": tag.headers.get("ETag", "none")}).status_code,
                one.ask("POST", "/uploads", files={"file": ("a.png", picture, "image/png")}).status_code)
    assert set(together(PUPILS, start)) == {(200, 304, 201)}
