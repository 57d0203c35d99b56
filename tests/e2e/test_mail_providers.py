"""Mails by the providers that older environment files name: Amazon SES and Gmail."""

import base64
import hashlib
import hmac
import http.server
import json
import threading
import urllib.parse

import pytest

from tests.conftest import free_port, wait_for
from tests.e2e.test_mail import first, invite, no_workers, only_this_tests_jobs  # noqa: F401
from tests.standin.smtp import Smtp

AWS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "AWS_REGION": "eu-north-1"}
GOOGLE = {"GOOGLE_CLIENT_ID": "client id", "GOOGLE_CLIENT_SECRET": "s&cret", "GOOGLE_REFRESH_TOKEN": "1//refresh"}


def ses_password(secret, region):
    """As the guide of Amazon SES describes it."""
    mac = ("AWS4" + secret).encode()
    for step in ("11111111", region, "ses", "aws4_request", "SendRawEmail"):
        mac = hmac.new(mac, step.encode(), hashlib.sha256).digest()
    return base64.b64encode(b"\x04" + mac).decode()


@pytest.fixture
def server():
    made = []

    def server(*args, **more):
        made.append(Smtp(free_port(), "starttls", *args, **more))
        return made[-1]
    yield server
    for one in made:
        one.close()


@pytest.fixture
def google():
    """Google's token address: what it was asked, and what it answers next."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            tokens.asked.append({name: value for name, (value,) in form.items()})
            status, body = tokens.answers.pop(0) if tokens.answers else (200, {"access_token": "ya29.fresh", "expires_in": 3599})
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *args):
            pass
    tokens = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tokens.asked, tokens.answers = [], []
    threading.Thread(target=tokens.serve_forever, daemon=True).start()
    yield tokens
    tokens.shutdown()
    tokens.server_close()


def reach(smtp):
    return {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(smtp.port), "MAIL_STARTTLS": "true", "MAIL_SSL_TLS": "false",
            "VALIDATE_CERTS": "false"}


def test_amazon_s_password_is_made_of_the_secret_key(stack, staff, server, no_workers):  # noqa: F811
    smtp = server(AWS["AWS_ACCESS_KEY_ID"], ses_password(AWS["AWS_SECRET_ACCESS_KEY"], AWS["AWS_REGION"]))
    stack.spawn("samovar-worker", MAIL_PROVIDER="AMAZON", MAIL_DOMAIN="bca.example", **AWS, **reach(smtp))
    mail = first(smtp, invite(staff))
    assert mail.login == AWS["AWS_ACCESS_KEY_ID"] and mail.sender == "do-not-reply@bca.example"


def test_google_s_token_is_got_once_and_again_after_a_refusal(stack, staff, db, server, google, no_workers):  # noqa: F811
    smtp = server("robot@example.com", "ya29.fresh", bearer=True)
    google.answers = [(503, {}), (200, {"error": "no token"})]
    stack.spawn("samovar-worker", MAIL_PROVIDER="google", MAIL_LOGIN="robot@example.com", **GOOGLE, **reach(smtp),
                SAMOVAR_MAIL_GOOGLE_TOKEN_URL=f"http://127.0.0.1:{google.server_port}/token")
    address = invite(staff)
    for tries in (1, 2):
        wait_for(lambda: db.value("select max(tries) from job.job where kind = 'mail.send' and last_error like '%%Google%%'") == tries, 15)
        db.hurry("mail.send")
    assert first(smtp, address).login == "robot@example.com"
    assert google.asked[0] == {"client_id": "client id", "client_secret": "s&cret", "refresh_token": "1//refresh",
                               "grant_type": "refresh_token"}


def test_a_provider_without_what_it_needs_ends_the_start(stack):
    for environ, said in [({"MAIL_PROVIDER": "GOOGLE"}, "GOOGLE_REFRESH_TOKEN"), ({"MAIL_PROVIDER": "PIGEON"}, "MAIL_PROVIDER")]:
        process = stack.spawn("samovar-worker", **environ)
        assert process.wait(15) != 0
        assert said in stack.log("samovar-worker.test")
