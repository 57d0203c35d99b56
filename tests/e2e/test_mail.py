"""Mails on their way: each kind of connection, what they look like, what happens when it fails."""

import email
import email.policy
import re
import time

import pytest

from tests.conftest import free_port, wait_for
from tests.e2e.client import word
from tests.standin.smtp import Smtp


@pytest.fixture(autouse=True)
def only_this_tests_jobs(db):
    db.do("delete from job.job")
    yield
    db.do("delete from job.job")


@pytest.fixture
def no_workers(stack):
    with stack.without("samovar-worker"):
        yield
        stack.end_started()


def invite(staff, **more):
    address = f"{word('mail')}@example.com"
    answer = staff().post("/administrators/invitations",
                          {"name": "Мария", "surname": "Смирнова", "email": address, **more})
    assert answer.status_code == 201, answer.text
    return address


def first(smtp, address, seconds=15):
    return wait_for(lambda: smtp.to(address) and smtp.to(address)[0], seconds, f"mail to {address}")


@pytest.fixture(params=["plain", "starttls", "tls"])
def server(request):
    server = Smtp(free_port(), request.param, "robot", "пароль secret")
    yield server
    server.close()


def settings(server, **more):
    return {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(server.port),
            "MAIL_STARTTLS": str(server.mode == "starttls").lower(),
            "MAIL_SSL_TLS": str(server.mode == "tls").lower(),
            "USE_CREDENTIALS": "true", "MAIL_LOGIN": "robot", "MAIL_PASSWORD": "пароль secret",
            "VALIDATE_CERTS": "false", **more}


def test_a_mail_goes_by_each_kind_of_connection_with_a_login(stack, staff, server, no_workers):
    stack.spawn("samovar-worker", **settings(server))
    mail = first(server, invite(staff))
    assert mail.tls == (server.mode != "plain") and mail.login == "robot"


@pytest.mark.parametrize("server", ["starttls", "tls"], indirect=True)
def test_a_certificate_that_nobody_signed_is_refused_when_checked(stack, staff, server, db, no_workers):
    stack.spawn("samovar-worker", **settings(server, VALIDATE_CERTS="true"))
    address = invite(staff)
    why = wait_for(lambda: db.value("select last_error from job.job where kind = 'mail.send'"), 15)
    assert "certificate" in why.lower() and server.to(address) == []


@pytest.mark.parametrize("server", ["starttls"], indirect=True)
def test_without_tls_no_password_is_sent(stack, staff, db, smtp, server, no_workers):
    """The server offers no STARTTLS: the mail waits rather than going out in clear."""
    plain = Smtp(free_port(), "plain")
    try:
        stack.spawn("samovar-worker", **settings(server, MAIL_PORT=str(plain.port)))
        address = invite(staff)
        wait_for(lambda: db.value("select last_error from job.job where kind = 'mail.send'"), 15)
        assert plain.to(address) == []
    finally:
        plain.close()


@pytest.mark.parametrize("server", ["tls"], indirect=True)
def test_a_wrong_password_is_noted_and_not_shown(stack, staff, db, server, ctl, no_workers):
    stack.spawn("samovar-worker", **settings(server, MAIL_PASSWORD="wrong-word"))
    invite(staff)
    id = wait_for(lambda: db.value("select id from job.job where last_error is not null"), 15)
    assert "wrong-word" not in ctl("jobs", "show", str(id)).stdout


def test_a_mail_has_both_parts_and_proper_headers(staff, smtp):
    mail = first(smtp, invite(staff))
    message = mail.message
    assert message.get_content_type() == "multipart/alternative"
    assert [p.get_content_type() for p in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["From"] and message["Date"] and message["Message-ID"]
    assert message["MIME-Version"] == "1.0" and message["To"].addresses[0].addr_spec == mail.to[0]
    assert abs(message["Date"].datetime.timestamp() - time.time()) < 60
    assert "Мария" in mail.part("plain") and "Мария" in mail.part("html")
    assert max(len(line) for line in mail.raw.splitlines()) <= 998
    mail.raw.decode("ascii")


def test_both_languages_are_there(stack, staff, smtp, no_workers):
    texts = {}
    for language in ("ru", "en"):
        worker = stack.spawn("samovar-worker", SAMOVAR_LANGUAGE=language)
        mail = first(smtp, invite(staff))
        texts[language] = mail.part("plain")
        worker.terminate()
        worker.wait(15)
    assert len(re.findall("[а-яё]", texts["ru"])) > 50
    assert len(re.findall("[a-z]", texts["en"])) > 50 > len(re.findall("[а-яё]", texts["en"]))


def test_markup_in_a_name_is_text_in_a_mail(staff, smtp, db):
    """Names are checked at the door; what an import left behind is escaped all the same."""
    address = invite(staff)
    first(smtp, address)
    db.do("update account.invitation set name = '<b>x</b>&', expires = now() - interval '1 day' "
          "where email = %s", address)
    id = db.value("select id from account.invitation where email = %s", address)
    assert staff().patch(f"/administrators/invitations/{id}/reactivate").status_code == 200
    mail = wait_for(lambda: len(smtp.to(address)) > 1 and smtp.to(address)[1], 15)
    assert "<b>x</b>" not in mail.part("html") and "&lt;b&gt;" in mail.part("html")


def test_a_mail_that_the_server_lost_after_taking_it_is_not_lost(staff, smtp, db):
    smtp.fault("cut")
    address = invite(staff)
    first(smtp, address)
    wait_for(lambda: db.value("select count(*) from job.job where kind = 'mail.send'") == 0, 20)
    assert 1 <= len(smtp.to(address)) <= 2


def test_without_a_server_mails_are_files(stack, staff, no_workers):
    stack.spawn("samovar-worker", MAIL_SERVER="")
    address = invite(staff)
    folder = stack.state / "mail"

    def found():
        for path in folder.iterdir():
            if path.suffix == ".eml" and address.encode() in path.read_bytes():
                return path
    path = wait_for(found, 15, "a file")
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert message["To"].addresses[0].addr_spec == address
    assert path.stat().st_mode & 0o077 == 0, "a mail may hold a password: only its owner reads it"


def test_no_secret_of_a_mail_stays_in_the_queue(staff, person, smtp, db):
    """The new password of a reset is nowhere once its mail has gone."""
    who = person(role="expert")
    smtp.fault("data", count=1)
    staff().patch("/administrators/reset_password", {"email": who.email})
    mail = first(smtp, who.email)
    secret = [w for w in re.findall(r"\b[A-Za-z0-9]{8}\b", mail.part("plain"))
              if sum(c.isdigit() for c in w) == 2][0]
    wait_for(lambda: db.value("select count(*) from job.job where kind = 'mail.send'") == 0, 10)
    for table in db.all("select format('%I.%I', table_schema, table_name) as name "
                        "from information_schema.tables where table_type = 'BASE TABLE' "
                        "and table_schema in ('account', 'job')"):
        assert db.value(f"select count(*) from {table.name} t where t::text like %s",
                        f"%{secret}%") == 0, table.name
