"""samovar-image and pictures that are meant to hurt it: what they get, and what they may take."""

import os
import socket
import struct
import subprocess

import pytest

from tests.e2e import hostile

JPEGS, PERSON, DONE = 0, 2, 0  # src/image/wire.h
VERDICTS = ["good", "unknown", "damaged", "large", "too small", "too many pixels", "bad shape", "crop outside"]
WISH = (0, 0, 0, 0, 200, 12_000, 50_000_000, 60, 5)  # no crop; limits of pictures of people
CPU_US, PEAK_KB = 2_000_000, 300 * 1024


class Image:
    """samovar-image as its programs start it: with nothing but a socket."""

    def __init__(self, program):
        self.link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.process = subprocess.Popen([program, str(theirs.fileno()), "1"], pass_fds=[theirs.fileno()],
                                        env={"LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1"})
        theirs.close()

    def person(self, data):
        """The same, of the files that are made of a person's picture."""
        return self.open(data, (0, 0), PERSON, WISH)

    def open(self, data, sides=(1600, 320), operation=JPEGS, wish=(0,) * 9):
        """(outcome, signal, processor time in us, most memory in KB, verdict, outputs)"""
        picture = os.memfd_create("picture")
        os.write(picture, data)
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with mine, theirs:
            mine.settimeout(100)
            request = struct.pack("=II4iI4x9q", operation, len(sides) if operation == JPEGS else 0, *sides, 0, 0, 60_000, *wish)
            socket.send_fds(self.link, [request], [picture, theirs.fileno()])
            os.close(picture)
            answer, fds, _, _ = socket.recv_fds(mine, 100, 1)
        with open(fds[0], "rb") as file:
            result = file.read()
        outcome = struct.unpack("=Iiqq", answer)
        if outcome[0] != DONE:
            return outcome + (None, [])
        verdict, count = struct.unpack_from("=II", result)
        places = struct.iter_unpack("=QQii", result[40:40 + 24 * count])
        return outcome + (VERDICTS[verdict], [result[at:at + size] for at, size, _, _ in places])

    def stop(self):
        self.link.close()  # nobody is left who could ask
        assert self.process.wait(10) == 0


@pytest.fixture
def image(stack):
    image = Image(stack.helper("samovar-image"))
    yield image
    image.stop()


def test_no_picture_takes_more_than_it_may(image):
    wrong = []
    for name, data in hostile.pictures():
        outcome, signal, cpu, peak, verdict, outputs = image.open(data)
        if outcome != DONE or verdict != name.split("-")[0] or cpu > CPU_US or peak > PEAK_KB:
            wrong.append(f"{name}: outcome {outcome}, signal {signal}, {cpu / 1e6:.2f} s, {peak >> 10} MB, {verdict}")
        if len(outputs) != (2 if verdict == "good" else 0) or not all(o.startswith(b"\xff\xd8\xff") for o in outputs):
            wrong.append(f"{name}: {len(outputs)} outputs")
    assert wrong == []


def gif(width, height, frames):
    """Frames of one pixel on a screen of that size."""
    frame = b"\x2c" + struct.pack("<4HB", 0, 0, 1, 1, 0) + b"\2\2\x44\1\0"
    return b"GIF89a" + struct.pack("<2H", width, height) + b"\x80\0\0" + b"\0" * 3 + b"\xff" * 3 + frame * frames + b";"


def test_what_no_person_can_look_like_is_refused_at_once(image):
    wrong = []
    bombs = [("GIF of 100,000 frames", gif(500, 500, 100_000)), ("GIF of 65,535 pixels a side", gif(65_535, 65_535, 1)),
             ("PNG of 65,500 pixels a side", hostile.png(65_500, 65_500, 1, 0, data=hostile.deflated(1 << 20)))]
    for name, data in bombs + [p for p in hostile.pictures() if not p[0].startswith("good")]:
        outcome, signal, cpu, peak, verdict, outputs = image.person(data)
        if outcome != DONE or verdict == "good" or cpu > 1_000_000 or peak > PEAK_KB or outputs:
            wrong.append(f"{name}: outcome {outcome}, signal {signal}, {cpu / 1e6:.2f} s, {peak >> 10} MB, {verdict}")
    assert wrong == []


def test_only_one_program_can_open_pictures(stack):
    """The others are not even linked with the library."""
    def libraries(path):
        return subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout
    for name in ("samovar-fcgi", "samovar-worker", "samovar-scheduler", "samovarctl"):
        linked = libraries(stack.program(name))
        assert "libc.so" in linked
        assert not [word for word in ("vips", "jpeg", "png", "webp", "tiff", "heif", "Magick") if word in linked], name
    assert "libvips" in libraries(stack.helper("samovar-image"))
