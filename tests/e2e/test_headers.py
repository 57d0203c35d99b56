"""Every page says what it may load and who may frame it, and its type is what it is said to be."""

import re
import subprocess

import pytest

from tests.e2e.client import Client
from tests.e2e.stack import REPO
from tests.e2e.store import CITIES, City

LINK = "/files/00000000-0000-4000-8000-000000000000/links/00000000-0000-4000-8000-000000000000"
# Path, its status, may others frame it, and the least that it may load from its own.
PAGES = {
    "/": (200, False, {"style"}), "/login": (200, False, {"style"}), "/index.html": (200, False, {"style"}),
    "/pwd_create/x": (200, False, {"style"}), LINK: (200, False, {"script", "style", "connect"}),
    LINK + "/": (200, False, {"script", "style", "connect"}), "/share/share.html": (200, False, {"script", "style", "connect"}),
    "/docs/": (200, False, {"script", "style", "connect"}), "/docs/index.html": (200, False, {"script", "style", "connect"}),
    "/docs/nothing": (404, False, set()),
    "/docs/openapi/": (200, False, set()), "/docs/openapi/users.yaml": (200, False, set()),
    "/api/telegram/registration_form": (200, True, {"script", "style"}),
    "/telegram-form/form.html": (200, True, {"script", "style"}),
    "/telegram-form/form.js": (200, True, set()), "/share/share.js": (200, False, set()), "/index.css": (200, False, set()),
    "/healthz": (200, False, set()), "/readyz": (200, False, set()), "/api/ping": (200, False, set()),
    "/api/nothing": (404, False, set()), "/users/api/v1/users/me/": (401, False, set()), "/movies/api/v1/films/x": (422, False, set()),
    "/static/nothing": (404, False, set()), "/static/tasks/nothing.jpg": (404, False, set()), "/docs": (301, False, set()),
    "/users/api/openapi.json": (200, False, set()), "/metrics": (403, False, set()), "/_photos/x": (404, False, set())}


@pytest.mark.parametrize("path, page", [(f"/{api}/api{end}", page) for api, page in (
    ("users", "users"), ("auth", "users"), ("storage", "storage"), ("movies", "catalogue")) for end in ("", "/", "/openapi")]
    + [("/doc/dev/", "messenger"), ("/doc/v1", "messenger")])
def test_the_address_of_an_api_leads_to_its_page(base, path, page):
    answer = Client(base).get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/docs/#{page}.yaml")
    assert Client(base).get(f"/docs/openapi/{page}.yaml").status_code == 200


def directives(answer):
    """Of the one policy that the answer has."""
    policy = answer.headers["Content-Security-Policy"]
    assert policy.count("frame-ancestors") == 1 and "," not in policy, policy
    return {name: set(values) for name, *values in (part.split() for part in policy.split(";"))}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_what_it_may_load_and_who_may_frame_it(base, path):
    status, framed, loads = PAGES[path]
    answer = Client(base).get(path)
    assert answer.status_code == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    policy = directives(answer)
    assert policy["default-src"] == {"'none'"}
    assert policy["frame-ancestors"] == ({"'self'", "https://web.telegram.org", "https://*.telegram.org"} if framed else {"'none'"})
    for kind in loads:
        assert "'self'" in policy[kind + "-src"]
    for kind in ("script-src", "connect-src", "img-src"):
        assert not policy.get(kind, set()) & {"*", "'unsafe-inline'", "'unsafe-eval'", "https:", "http:"}


@pytest.mark.parametrize("tls", [False, True])
def test_the_console_may_send_to_cities_by_what_the_site_has(tmp_path, tls):
    if tls:
        (tmp_path / "tls.conf").touch()
    schemes = subprocess.run(["sh", "-c", '. "$0" && city_schemes "$1"', REPO / "scripts/lib/nginx.sh", tmp_path],
                             capture_output=True, text=True, check=True).stdout.split()
    assert ("http:" in schemes) is not tls and "https:" in schemes


def test_what_cannot_be_read_is_answered_so_too(base):
    for data in (b"nonsense\r\n\r\n", b"GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                 b"GET /api/" + b"a" * 20000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"):
        raw = Client(base).raw(data).decode()
        assert re.search(r"(?i)^x-content-type-options: nosniff", raw, re.M), raw[:300]
        assert re.search(r"(?i)^content-security-policy: .*frame-ancestors 'none'", raw, re.M), raw[:300]


def test_our_pages_have_nothing_inline():
    """Or a policy that allows it would be needed."""
    pages = [*(REPO / "web").rglob("*.html"), *(REPO / "docs").rglob("*.html")]
    assert len(pages) >= 4
    for page in pages:
        text = page.read_text()
        assert not re.search(r"<style|\sstyle\s*=|\son\w+\s*=|javascript:", text), page
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text)), page


def test_an_app_of_somebodys_may_load_what_it_wants_but_is_not_framed(tmp_path):
    """What scripts/provision does where /var/lib/samovar/web is there: nobody knows what an app loads."""
    import subprocess
    (tmp_path / "index.html").write_text("")
    say = f'REPO={REPO}; . {REPO}/scripts/lib/nginx.sh; site_csp "$1"'
    policy = subprocess.run(["sh", "-c", say, "sh", tmp_path], capture_output=True, text=True, check=True).stdout
    assert "frame-ancestors 'self'" in policy and "script-src" not in policy and "default-src" not in policy


def test_the_store_says_so_too(stack, db):
    city = City(stack, CITIES[0])
    city.s3.create_bucket(Bucket="headers") if "headers" not in [
        b["Name"] for b in city.s3.list_buckets()["Buckets"]] else None
    city.s3.put_object(Bucket="headers", Key="a.html", Body=b"<script>", ContentType="text/html")
    client = Client(city.base, address="127.0.0.1")
    for url, status in ((city.presign("get_object", "headers", "a.html"), 200),
                        (city.presign("get_object", "headers", "none"), 404), (city.base + "/headers/a.html", 403)):
        answer = client.session.get(url, timeout=10)
        assert (answer.status_code, answer.headers["X-Content-Type-Options"]) == (status, "nosniff")
