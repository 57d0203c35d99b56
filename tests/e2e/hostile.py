"""Pictures that are meant to hurt whoever opens them.

pictures() is a list of (name, bytes). A name begins with what must become of it: good, unknown, damaged or large.
"""

import functools
import io
import pathlib
import struct
import zlib

from PIL import Image, ImageChops

SMALL = Image.linear_gradient("L").resize((64, 64)).convert("RGB")
DATA = pathlib.Path(__file__).resolve().parents[1] / "data/pictures"


def encoded(image, form, **options):
    f = io.BytesIO()
    image.save(f, form, **options)
    return f.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def deflated(size):
    """So many zero bytes, without ever having them."""
    z, block = zlib.compressobj(9), bytes(1 << 20)
    parts = [z.compress(block) for _ in range(size >> 20)] + [z.compress(bytes(size & 0xFFFFF)), z.flush()]
    return b"".join(parts)


def png(width, height, bits=8, kind=2, interlaced=0, data=None, before=b"", behind=b""):
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    row = (width * bits * channels + 7) // 8 + 1
    data = deflated(row * height) if data is None else data
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, interlaced))
            + before + chunk(b"IDAT", data) + behind + chunk(b"IEND", b""))


def scans(image, count):
    """A progressive JPEG whose last scan comes again and again."""
    data = encoded(image, "JPEG", quality=30, progressive=True)
    last = data[data.rindex(b"\xff\xda"):-2]
    return data[:-2] + last * (count - data.count(b"\xff\xda")) + b"\xff\xd9"


def sized(data, width, height):
    at = next(i for i in range(len(data)) if data[i] == 0xFF and 0xC0 <= data[i + 1] <= 0xC2 and data[i + 2] == 0)
    return data[:at + 5] + struct.pack(">HH", height, width) + data[at + 9:]


def riff(*chunks):
    body = b"WEBP" + b"".join(kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


@functools.cache
def pictures():
    made = []

    def put(name, data):
        made.append((name, data))

    tiny = deflated(100)
    plain = png(64, 64)
    put("large-sides.png", png(0x7FFFFFFF, 0x7FFFFFFF, data=tiny))
    put("large-65535.png", png(65535, 65535, data=tiny))
    put("large-depth.png", png(12000, 8300, bits=16, kind=6, data=tiny))
    put("large-interlaced.png", png(12000, 8000, interlaced=1, data=tiny))
    put("large-100-megapixels.png", png(12000, 8300, data=tiny))
    put("large-63-megapixels.png", png(9000, 7000))
    put("good-50-megapixels.png", png(8160, 6144))
    put("good-39-megapixels-with-alpha.png", png(6250, 6250, kind=6))
    put("good-interlaced.png", png(6000, 5000, interlaced=1, data=deflated(3 * 6000 * 5000 + 5000 * 8)))
    put("good-deep.png", png(4400, 4400, bits=16, kind=6))
    put("good-grey-bits.png", png(12000, 8300, bits=1, kind=0))
    put("good-tall.png", png(1, 60000))
    put("good-wide.png", png(60000, 1))
    put("damaged-zero-width.png", png(0, 64, data=tiny))
    put("damaged-zero-height.png", png(64, 0, data=tiny))
    put("damaged-no-data.png", png(64, 64, data=b""))
    put("damaged-truncated.png", plain[:-20])
    put("damaged-half-the-pixels.png", png(640, 640, data=deflated(100_000)))
    put("damaged-noise.png", png(64, 64, data=b"\xff" * 500))
    put("damaged-bits.png", png(64, 64, bits=3, kind=0, data=tiny))
    put("damaged-long-chunk.png", plain[:33] + struct.pack(">I", 0x7FFFFFF0) + b"tEXt" + plain[33:])
    put("damaged-no-palette.png", png(64, 64, kind=3))
    put("good-palette-of-one.png", png(64, 64, kind=3, before=chunk(b"PLTE", b"\1\2\3"), data=zlib.compress(b"\0" + b"\xff" * 64 + (b"\0" * 65) * 63)))
    put("good-text-bomb.png", png(64, 64, before=chunk(b"zTXt", b"bomb\0\0" + deflated(64 << 20))))
    bomb = deflated(50 << 20)
    put("good-text-bombs.png", png(10, 10, before=chunk(b"zTXt", b"bomb\0\0" + bomb) * 5, behind=chunk(b"zTXt", b"bomb\0\0" + bomb) * 5))
    put("good-international-text-bombs.png", png(10, 10, before=chunk(b"iTXt", b"bomb\0\1\0\0\0" + bomb) * 5))
    put("good-profile-bomb.png", png(64, 64, before=chunk(b"iCCP", b"bomb\0\0" + deflated(200 << 20))))
    put("good-many-chunks.png", png(64, 64, before=chunk(b"tEXt", b"a\0b") * 60_000))
    put("good-animated.png", png(64, 64, before=chunk(b"acTL", struct.pack(">II", 5000, 0)),
                                 behind=b"".join(chunk(b"fcTL", struct.pack(">IIIIIHHBB", n, 64, 64, 0, 0, 1, 10, 0, 0))
                                                 for n in range(5000))))
    put("good-polyglot.png", plain + b"<html><script>alert(1)</script></html>PK\3\4")

    # -- JPEG

    jpeg = encoded(SMALL, "JPEG", quality=90)

    flat = Image.new("RGB", (6000, 4000), (200, 120, 60))
    put("damaged-100-scans.jpg", scans(SMALL, 100))
    put("large-883-scans.jpg", scans(SMALL, 883))
    put("large-many-scans.jpg", scans(flat.resize((6000, 4000)), 90))
    put("good-progressive.jpg", encoded(flat, "JPEG", progressive=True, quality=40))
    put("good-100-megapixels.jpg", encoded(Image.new("RGB", (12000, 8300), (200, 120, 60)), "JPEG", quality=20))
    put("large-65535.jpg", sized(jpeg, 65535, 65535))
    put("large-progressive.jpg", sized(encoded(SMALL, "JPEG", progressive=True), 12000, 8000))
    put("good-inks.jpg", encoded(Image.new("CMYK", (7000, 5000), (0, 120, 200, 5)), "JPEG", quality=20))
    put("damaged-truncated.jpg", jpeg[:len(jpeg) * 2 // 3])
    put("damaged-header-only.jpg", jpeg[:200] + b"\xff\xd9")
    put("damaged-zero-width.jpg", sized(jpeg, 0, 64))
    put("damaged-pixels-missing.jpg", sized(jpeg, 3000, 3000))
    put("damaged-lossless.jpg", jpeg.replace(b"\xff\xc0\x00", b"\xff\xc3\x00", 1))
    put("damaged-12-bits.jpg", jpeg.replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc0\x00\x11\x0c", 1))
    put("damaged-two-starts.jpg", jpeg[:2] + jpeg)
    put("good-arithmetic.jpg", (DATA / "arithmetic.jpg").read_bytes())
    loop = b"MM\0*\0\0\0\x08" + struct.pack(">H", 200) + struct.pack(">HHII", 0x8769, 4, 1, 8) * 200 + struct.pack(">I", 8)
    put("good-exif-loop.jpg", jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(loop) + 8) + b"Exif\0\0" + loop + jpeg[2:])
    put("good-many-segments.jpg", jpeg[:2] + b"\xff\xfe\0\x04ab" * 100_000 + jpeg[2:])
    put("good-polyglot.jpg", jpeg[:2] + b"\xff\xfe\0\x32" + b"<html><script>alert(1)</script></html>".ljust(48) + jpeg[2:] + b"PK\3\4")

    # -- WebP

    put("good-frames.webp", encoded(SMALL, "WEBP", save_all=True, lossless=True, duration=10,
                                    append_images=[ImageChops.offset(SMALL, n % 64, n // 64) for n in range(1500)], minimize_size=False))
    put("good-lossless.webp", encoded(Image.new("RGB", (6000, 6000), (200, 120, 60)), "WEBP", lossless=True, method=0))
    put("good-lossy.webp", encoded(Image.new("RGB", (6000, 6000), (200, 120, 60)), "WEBP", quality=20, method=0))
    small = encoded(SMALL, "WEBP", quality=80)
    put("damaged-truncated.webp", small[:-40])

    vp8 = small[20:]
    put("large-canvas.webp", riff((b"VP8X", b"\2\0\0\0" + b"\xff\xff\xff" * 2), (b"ANIM", b"\0" * 6),
                                  (b"ANMF", b"\0" * 16 + b"VP8 " + struct.pack("<I", len(vp8)) + vp8)))
    put("damaged-canvas-only.webp", riff((b"VP8X", b"\0\0\0\0" + b"\x3f\0\0" * 2)))
    put("damaged-canvas-of-another-size.webp", riff((b"VP8X", b"\0\0\0\0" + b"\xff\0\0" * 2), (b"VP8 ", vp8)))
    put("damaged-noise.webp", riff((b"VP8L", b"\x2f" + b"\xff\x00\x10\x00" + b"\xff" * 300)))
    put("good-profile-of-zeros.webp", riff((b"VP8X", b"\x20\0\0\0" + b"\x3f\0\0" * 2), (b"ICCP", bytes(900_000)), (b"VP8 ", vp8)))

    # -- what libvips could open, and must not

    for form in ("GIF", "BMP", "TIFF", "PPM", "ICO", "JPEG2000"):
        put(f"unknown-{form.lower()}", encoded(SMALL, form))
    put("unknown-svg", b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
                       b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&e;</text></svg>')
    put("unknown-pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF")
    put("unknown-hdr", b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n\1\1\1\1")
    put("unknown-fits", b"SIMPLE  =                    T".ljust(2880))
    put("unknown-heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    put("unknown-vips", b"\xb6\xa6\xf2\x08" + bytes(60))
    put("unknown-exr", b"\x76\x2f\x31\x01" + bytes(60))
    put("unknown-mvg", b"push graphic-context\nimage over 0,0 0,0 '/etc/passwd'\npop graphic-context\n")
    put("unknown-text", b"not a picture")
    return made
