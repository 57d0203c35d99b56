"""/docs/, the descriptions of the APIs for people."""

import json
import re
import shlex
import shutil
import subprocess

import pytest
import yaml

from tests.e2e.client import Client, word
from tests.e2e.stack import REPO

pytestmark = pytest.mark.skipif(not shutil.which("chromium"), reason="there is no Chromium")
SPY = "Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { window.copied = text; } } });"
NAMES = sorted(path.stem for path in (REPO / "docs/openapi").glob("*.yaml"))


@pytest.fixture
def docs(browser, tmp_path, base):
    def docs(where="", width=1280, script=SPY):
        page = browser.page(tmp_path, script=script)
        page.look(width)
        page.open(f"{base}/docs/{where}")
        page.wait("document.querySelectorAll('#apis details').length")
        return page
    return docs


def description(name):
    return yaml.safe_load((REPO / f"docs/openapi/{name}.yaml").read_text())


def test_the_json_says_what_the_yaml_says(base):
    client = Client(base)
    listed = {one["name"] for one in client.get("/docs/openapi/").json()}
    assert {f"{name}.{kind}" for name in NAMES for kind in ("yaml", "json")} == listed
    for name in NAMES:
        answer = client.get(f"/docs/openapi/{name}.json")
        assert answer.headers["Content-Type"].startswith("application/json") and answer.json()["paths"].keys() == description(name)["paths"].keys()
        assert client.get(f"/docs/openapi/{name}.yaml").headers["Content-Type"].startswith("application/yaml")


def filled(server):
    """A server's address with the defaults of its variables."""
    return re.sub(r"\{([^}]+)\}", lambda m: server["variables"][m[1]]["default"], server["url"])


def test_every_operation_of_every_description_is_drawn_with_its_base_path(docs):
    page = docs()
    assert page.js("[...document.querySelectorAll('#apis summary')].map((s) => s.textContent)") == [
        description(name)["info"]["title"] for name in NAMES]
    for name in NAMES:
        page.js(f"location.hash = '{name}'")
        api = description(name)
        page.wait(f"document.querySelector('h2').textContent.startsWith({json.dumps(api['info']['title'])})")
        bases = [filled(s).rstrip("/") for s in api.get("servers", [])] or [""]
        paths = page.js("[...document.querySelectorAll('details.operation .path')].map((p) => p.textContent)")
        assert sorted(paths) == sorted(bases[0] + path for path, item in api["paths"].items() for op in item.values()
                                       if isinstance(op, dict) and "responses" in op)
        shown = page.js("document.getElementById('page').textContent")
        assert all(base in shown for base in bases) and "undefined" not in shown and "[object O" not in shown


def test_operations_are_found_by_words(docs):
    page = docs()
    page.type("query", "Decline requests")
    page.wait("!document.getElementById('found').hidden")
    assert page.js("[...document.querySelectorAll('#found a')].map((a) => a.hash)") == ["#programme/patchRequestDecline"]
    assert page.text("count") == "1 operation" and not page.shown("apis")
    page.press("Enter")
    page.wait("!!document.querySelector('details.operation[open]')")
    assert page.js("document.querySelector('details.operation[open]').id") == "programme/patchRequestDecline"
    page.press("Escape")
    assert page.js("document.getElementById('query').value") == "" and page.shown("apis") and not page.shown("found")


def test_a_request_is_copied_for_curl_and_works(docs, base):
    page = docs("#users/postRegister")
    page.click("details.operation[open] button")
    page.wait("window.copied")
    assert page.js("document.querySelector('details.operation[open] button').textContent") == "Copied"
    line = page.js("copied")
    name = word("curl")
    api = Client(base).get("/docs/openapi/users.json").json()
    example = api["paths"]["/auth/register/"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert f"{base}/users/api/v1/auth/register/" in line
    line = line.replace(example["username"], name).replace(example["email"], f"{name}@example.com")
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True, timeout=20)
    assert json.loads(done.stdout)["username"] == name


def test_it_is_copied_without_a_clipboard_too(docs):
    page = docs("#programme/getPing", script="Object.defineProperty(navigator, 'clipboard', { value: undefined });"
                "document.execCommand = (what) => { window.copied = [what, document.activeElement.value]; };")
    page.click("details.operation[open] button")
    page.wait("window.copied")
    what, line = page.js("copied")
    assert what == "copy" and line.endswith("/api/ping'")


def test_every_command_line_can_be_read_by_a_shell(docs):
    page = docs()
    for name in NAMES:
        page.js(f"location.hash = '{name}'")
        page.wait(f"document.getElementById('menu-{name}').open && document.querySelectorAll('pre.curl').length")
        for line in page.js("[...document.querySelectorAll('pre.curl')].map((p) => p.textContent)"):
            words = shlex.split(line)
            assert words[0] == "curl" and sum("://" in one for one in words) >= 1, line
            assert "{" not in next(one for one in words if "://" in one), line


def test_on_a_phone_the_menu_is_closed_until_one_wants_it(docs):
    page = docs(width=390)
    assert not page.shown("apis") and page.js("document.getElementById('menu').getAttribute('aria-expanded')") == "false"
    assert page.js("document.querySelector('h2').getBoundingClientRect().top") < 200
    page.click("#menu")
    assert page.shown("apis") and page.js("document.getElementById('menu').getAttribute('aria-expanded')") == "true"
    page.click("#menu-storage summary")
    page.click("#menu-storage a[href='#storage/postUpload']")
    page.wait("!!document.querySelector('details.operation[open]')")
    assert not page.shown("apis")
    top = page.js("document.querySelector('details.operation[open]').getBoundingClientRect().top")
    assert 0 < top < 300
    page.type("query", "upload")
    page.wait("document.querySelectorAll('#found li').length")
    assert page.shown("found")


def test_what_cannot_be_had_is_said(browser, tmp_path, base):
    page = browser.page(tmp_path, script="window.fetch = async () => ({ ok: false, status: 502, json: async () => [{ name: 'x.json' }] });")
    page.open(f"{base}/docs/")
    page.wait("!!document.querySelector('[role=alert]')")
    assert page.js("document.querySelector('[role=alert]').textContent") == "The descriptions cannot be shown: x.json: 502"
