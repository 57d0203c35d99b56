"""Every text that people may read is in the catalogues, and none that nobody says."""

import re
import subprocess

import pytest

from tests.e2e.stack import REPO


def refusals():
    """The sentences of the errors that phones are told, as marked text."""
    cases = set(re.findall(r"^CASE\((E_\w+)", (REPO / "fcgi/messenger/cases.def").read_text(), re.M))
    cases |= {"E_PROFILE_NOT_FOUND", "E_CARD_NOT_FOUND", "E_ROOM_NOT_FOUND", "E_PREVIEW", "E_CARDS", "E_ROOM_FULL", "E_UPLOAD"}
    rows = dict(re.findall(r'^ERR\((E_\w+),\s*\w+,\s*"(.*)"\)', (REPO / "src/base/err.def").read_text(), re.M))
    return "".join(f'_("{rows[case]}")\n' for case in sorted(cases))


def template(folder, keywords, sources, more=""):
    extra = folder / "more.c"
    extra.write_text(more)
    subprocess.run(["xgettext", "--from-code=UTF-8", *(f"-k{k}" for k in keywords), "-o", folder / "samovar.pot", *sources, extra],
                   cwd=REPO, check=True, capture_output=True)
    return folder / "samovar.pot"


BOT, PHONES = ["_", "ngettext:1,2"], ["_", "messenger_words:2", "text_in:2"]


@pytest.mark.parametrize("language,keywords,folders", [("ru", BOT + PHONES, ["src", "fcgi"]),
                                                       ("ko", PHONES, ["src/messenger", "fcgi/messenger"])])
def test_every_text_of_the_sources_is_translated(tmp_path, language, keywords, folders):
    sources = sorted(path for folder in folders for path in (REPO / folder).rglob("*.c"))
    done = subprocess.run(["msgcmp", f"po/{language}.po", template(tmp_path, keywords, sources, refusals())],
                          cwd=REPO, capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", done.stderr
