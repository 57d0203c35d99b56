"""Scenes as a camera might see them, and what people do to a photo, all as SVG (svg-to-jpeg draws them).

The same seed always makes the same scene. No photo of anybody is needed to measure how well
copies are found.
"""

import base64
import random
import re
import subprocess

KINDS = ["plate", "bed", "floor", "shelf", "sink"]


def colour(r, low=40, high=230):
    return "#%02x%02x%02x" % tuple(r.randint(low, high) for _ in range(3))


def surface(r, name, x, y, w, h, base, grain=None):
    """A piece of wood, cloth, wall...: noise of its own grain over a colour."""
    fx, fy = grain or (r.choice([.004, .01, .03, .08]), r.choice([.01, .04, .1, .3]))
    return (f'<filter id="{name}" x="0" y="0" width="1" height="1"><feTurbulence type="fractalNoise" '
            f'baseFrequency="{fx} {fy}" numOctaves="4" seed="{r.randint(1, 9999)}"/>'
            f'<feColorMatrix values="0 0 0 0 0  0 0 0 0 0  0 0 0 0 0  0 0 0 -1.6 1.15"/></filter>'
            f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{base}"/>'
            f'<rect x="{x}" y="{y}" width="{w}" height="{h}" filter="url(#{name})" opacity="{r.uniform(.25, .55):.2f}"/>')


def things(r, count, w, h, size=(20, 120)):
    """Odds and ends that lie about."""
    out = []
    for _ in range(count):
        x, y, s = r.uniform(0, w), r.uniform(0, h), r.uniform(*size)
        turn = f'transform="rotate({r.uniform(0, 360):.0f} {x:.0f} {y:.0f})"'
        out.append(r.choice([
            f'<rect x="{x - s / 2:.0f}" y="{y - s / 3:.0f}" width="{s:.0f}" height="{s * r.uniform(.2, .8):.0f}" rx="{s / 10:.0f}" fill="{colour(r)}" {turn}/>',
            f'<ellipse cx="{x:.0f}" cy="{y:.0f}" rx="{s / 2:.0f}" ry="{s * r.uniform(.2, .5):.0f}" fill="{colour(r)}" {turn}/>',
            f'<path d="M{x:.0f},{y:.0f}q{s:.0f},{-s / 2:.0f} {s * 1.4:.0f},{s / 3:.0f}" stroke="{colour(r)}" stroke-width="{s / 9 + 3:.0f}" fill="none"/>']))
    return "".join(out)


def plate(r, w, h):
    """A clean plate on a table: the same white circle in all of them."""
    x, y, s = r.uniform(.42, .58) * w, r.uniform(.42, .58) * h, r.uniform(.27, .36) * min(w, h)
    flat = r.uniform(.8, 1)
    rim = r.choice(["#ffffff", "#f4f1e8", colour(r, 120, 220)])
    rings = "".join(f'<ellipse cx="{x}" cy="{y}" rx="{s * k}" ry="{s * k * flat}" fill="{f}" stroke="#00000022" stroke-width="2"/>'
                    for k, f in ((1, rim), (.93, "#fbfaf7"), (.66, "#f4f3ef")))
    spots = ""
    if r.random() < .4:  # a pattern on the rim
        count = r.randint(6, 16)
        spots = "".join(f'<g transform="rotate({360 * n / count} {x} {y})"><circle cx="{x}" cy="{y - s * flat * .8}" r="{s * .06}" fill="{colour(r)}"/></g>'
                        for n in range(count))
    return (surface(r, "t", 0, 0, w, h, colour(r))
            + things(r, r.randint(0, 4), w, h, (40, 160))
            + f'<ellipse cx="{x + 14}" cy="{y + 18}" rx="{s * 1.04}" ry="{s * flat * 1.04}" fill="#00000055"/>' + rings + spots
            + f'<path d="M{x - s * .6},{y - s * flat * .5}q{s * .3},{-s * .4} {s * .8},{-s * .3}" stroke="#ffffffaa" stroke-width="{r.uniform(4, 14)}" fill="none"/>')


def bed(r, w, h):
    top = r.uniform(.25, .45) * h
    cloth = colour(r)
    stripes = "".join(f'<rect x="{n * w / 12}" y="{top}" width="{w / 30}" height="{h - top}" fill="{colour(r)}" opacity=".6"/>'
                      for n in range(12)) if r.random() < .5 else ""
    pillows = "".join(f'<rect x="{r.uniform(.05, .6) * w}" y="{top - r.uniform(40, 90)}" width="{w * r.uniform(.25, .4)}" height="{r.uniform(70, 130)}" rx="30" fill="{colour(r, 180, 250)}" stroke="#0003"/>'
                      for _ in range(r.randint(1, 2)))
    return (surface(r, "wall", 0, 0, w, top, colour(r, 150, 240)) + surface(r, "bed", 0, top, w, h - top, cloth)
            + stripes + pillows + things(r, r.randint(0, 2), w, top))


def floor(r, w, h):
    line = r.uniform(.1, .4) * h
    boards = "".join(f'<path d="M{n * w / 9 + r.uniform(-9, 9)},{line}L{(n - 4) * w / 4},{h}" stroke="#0004" stroke-width="3"/>' for n in range(10))
    return (surface(r, "wall", 0, 0, w, line, colour(r, 150, 240)) + surface(r, "floor", 0, line, w, h - line, colour(r, 90, 210))
            + boards + things(r, r.randint(1, 4), w, h))


def shelf(r, w, h):
    out, rows = [surface(r, "back", 0, 0, w, h, colour(r, 120, 230))], r.randint(2, 4)
    for row in range(rows):
        y, x = (row + 1) * h / rows, r.uniform(5, 60)
        while x < w - 30:
            width, tall = r.uniform(14, 60), r.uniform(.4, .85) * h / rows
            out.append(f'<rect x="{x}" y="{y - tall - 8}" width="{width}" height="{tall}" fill="{colour(r)}" stroke="#0005"/>')
            x += width + r.choice([1, 1, 30, 80])
        out.append(f'<rect x="0" y="{y - 10}" width="{w}" height="10" fill="#6b4a2f"/>')
    return "".join(out)


def sink(r, w, h):
    x, y = r.uniform(.2, .3) * w, r.uniform(.4, .55) * h
    return (surface(r, "tiles", 0, 0, w, h, colour(r, 150, 235))
            + "".join(f'<path d="M{n * w / 8},0V{y}M0,{n * y / 5}H{w}" stroke="#fff8" stroke-width="3"/>' for n in range(9))
            + f'<rect x="{x}" y="{y}" width="{w * .55}" height="{h * .4}" rx="40" fill="#cfd4da" stroke="#8895a5" stroke-width="6"/>'
            + f'<rect x="{w / 2 - 10}" y="{y - 110}" width="24" height="130" rx="12" fill="#aab4c0"/>' + things(r, r.randint(1, 4), w, h))


def scene(seed, kind=None):
    """An SVG of 800 x 600 or 600 x 800."""
    r = random.Random(seed)
    kind = kind or KINDS[seed % len(KINDS)]
    w, h = r.choice([(800, 600), (600, 800)])
    light = (f'<linearGradient id="light" x1="{r.random():.2f}" y1="{r.random():.2f}" x2="{r.random():.2f}" y2="1">'
             f'<stop offset="0" stop-color="#fff" stop-opacity="{r.uniform(0, .3):.2f}"/>'
             f'<stop offset="1" stop-color="#000" stop-opacity="{r.uniform(.1, .45):.2f}"/></linearGradient>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}"><defs>{light}</defs>'
            f'{globals()[kind](r, w, h)}<rect width="{w}" height="{h}" fill="url(#light)"/></svg>')


def again(seed, kind=None):
    """The same place photographed on another day: other light, folds and grain, some things moved, the camera held
    a little differently. Another photo, not a copy."""
    r = random.Random(f"again {seed}")
    svg = re.sub(r'(numOctaves="4" seed=)"\d+"', lambda m: f'{m[1]}"{r.randint(1, 9999)}"', scene(seed, kind))
    svg = re.sub(r'(<stop offset="[01]" stop-color="#[0f]+" stop-opacity=)"[.\d]+"',
                 lambda m: f'{m[1]}"{r.uniform(.05, .4):.2f}"', svg)
    w, h = map(int, re.search(r'width="(\d+)" height="(\d+)"', svg).groups())
    camera = (f"translate({w / 2 + r.uniform(-.04, .04) * w:.1f} {h / 2 + r.uniform(-.04, .04) * h:.1f}) "
              f"rotate({r.choice([-1, 1]) * r.uniform(1, 4):.1f}) scale({r.uniform(1.08, 1.2):.3f}) "
              f"translate({-w / 2} {-h / 2})")
    head, _, rest = svg.partition("</defs>")
    body = rest.removesuffix("</svg>") + things(r, r.randint(1, 3), w, h)
    return f'{head}</defs><g transform="{camera}">{body}</g></svg>'


def size(jpeg):
    """Width and height of a JPEG."""
    at = 2
    while True:
        mark, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2:at + 4], "big")
        if 0xC0 <= mark <= 0xC3:
            return int.from_bytes(jpeg[at + 7:at + 9], "big"), int.from_bytes(jpeg[at + 5:at + 7], "big")
        at += 2 + length


def changed(jpeg, turn=0, mirror=False, scale=1.0, cut=(0, 0, 0, 0), dark=0.0, warm=0.0):
    """The SVG of a photo that somebody has changed. cut: parts of left, top, right, bottom."""
    w, h = size(jpeg)
    x, y, cw, ch = cut[0] * w, cut[1] * h, (1 - cut[0] - cut[2]) * w, (1 - cut[1] - cut[3]) * h
    ow, oh = (ch, cw) if turn % 180 else (cw, ch)
    place = f"translate({ow * scale / 2} {oh * scale / 2}) scale({-scale if mirror else scale} {scale}) " \
            f"rotate({turn}) translate({-x - cw / 2} {-y - ch / 2})"
    data = base64.b64encode(jpeg).decode()
    return (f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'width="{max(1, round(ow * scale))}" height="{max(1, round(oh * scale))}"><g transform="{place}">'
            f'<image width="{w}" height="{h}" xlink:href="data:image/jpeg;base64,{data}"/></g>'
            f'<rect width="100%" height="100%" fill="#000" opacity="{dark}"/>'
            f'<rect width="100%" height="100%" fill="#f80" opacity="{warm}"/></svg>')


def draw(renderer, svg, path, quality=85):
    """Writes the JPEG and returns its bytes."""
    subprocess.run([str(renderer), str(path), str(quality)], input=svg.encode(), check=True, timeout=60)
    with open(path, "rb") as f:
        return f.read()


# What is the same photo to us: name and arguments of changed(), quality of the JPEG.
COPIES = [
    ("re-encoded", {}, 40), ("smaller", {"scale": .4}, 80), ("larger", {"scale": 1.5}, 85),
    ("turned left", {"turn": 270}, 85), ("turned right", {"turn": 90}, 85), ("upside down", {"turn": 180}, 85),
    ("mirrored", {"mirror": True}, 85), ("mirrored and turned", {"mirror": True, "turn": 90}, 85),
    ("cropped by a tenth", {"cut": (.05, .05, .05, .05)}, 85),
    ("left tenth off", {"cut": (.1, 0, 0, 0)}, 85), ("top tenth off", {"cut": (0, .1, 0, 0)}, 85),
    ("right and bottom tenth off", {"cut": (0, 0, .1, .1)}, 85),
    ("a tenth off each side", {"cut": (.1, .1, .1, .1)}, 85),
    ("darker", {"dark": .15}, 85), ("warmer", {"warm": .1}, 85),
    ("turned, smaller, darker, cropped", {"turn": 90, "scale": .5, "dark": .1, "cut": (.05, .05, .05, .05)}, 60),
]
