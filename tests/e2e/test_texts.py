"""Every text that people may read is in the Russian catalogue, and none that nobody says."""

import subprocess

from tests.e2e.stack import REPO


def test_every_text_of_the_sources_has_its_russian(tmp_path):
    sources = sorted(path for folder in ("src", "fcgi") for path in (REPO / folder).rglob("*.c"))
    template = tmp_path / "samovar.pot"
    subprocess.run(["xgettext", "--from-code=UTF-8", "-k_", "-kngettext:1,2", "-o", template, *sources],
                   cwd=REPO, check=True, capture_output=True)
    done = subprocess.run(["msgcmp", "po/ru.po", template], cwd=REPO, capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", done.stderr
