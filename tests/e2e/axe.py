"""What axe (https://github.com/dequelabs/axe-core) finds fault with on a page."""

import functools
import json
import os
import pathlib

import pytest


@functools.cache
def source():
    folder = os.environ.get("SAMOVAR_TEST_NPM")
    if not folder:
        pytest.skip("SAMOVAR_TEST_NPM is not set; scripts/test sets it")
    return pathlib.Path(folder, "node_modules/axe-core/axe.min.js").read_text()


# What fades in has little contrast until it is there; what turns for ever never is.
STILL = ("Promise.all(document.getAnimations().filter((a) => a.effect.getComputedTiming().endTime !== Infinity)"
         ".map((a) => a.finished.catch(() => null)))")


def check(page):
    """Nothing, and nothing wider than the window, and one main part."""
    page.call("Runtime.evaluate", expression=source())
    found = page.js(f"{STILL}.then(() => axe.run(document, {{ resultTypes: ['violations'] }})).then((r) => r.violations.map((v) => "
                    "[v.id, v.help, v.nodes.slice(0, 3).map((n) => n.html + ' ' + n.failureSummary)]))")
    assert found == [], json.dumps(found, indent=1, ensure_ascii=False)
    fits(page)
    assert page.js("document.querySelectorAll('main').length") == 1


def fits(page):
    assert page.js("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), "wider than the window"
