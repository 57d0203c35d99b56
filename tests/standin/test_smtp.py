"""The SMTP server of the tests is one: smtplib agrees with it in each mode."""

import smtplib
import ssl
from email.message import EmailMessage

import pytest

from tests.conftest import free_port
from tests.standin.smtp import Smtp


@pytest.fixture(params=["plain", "starttls", "tls"])
def server(request):
    user = None if request.param == "plain" else "robot"
    server = Smtp(free_port(), request.param, user, "secret" if user else None)
    yield server
    server.close()


def client(server, trust=True):
    context = None
    if server.certificate and trust:
        context = ssl.create_default_context(cafile=server.certificate)
    if server.mode == "tls":
        link = smtplib.SMTP_SSL("127.0.0.1", server.port, timeout=5,
                                context=context or ssl.create_default_context())
    else:
        link = smtplib.SMTP("127.0.0.1", server.port, timeout=5)
    if server.mode == "starttls":
        link.starttls(context=context or ssl.create_default_context())
    return link


def letter():
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", "Привет"
    message.set_content("текст")
    message.add_alternative("<b>текст</b>", subtype="html")
    return message


def test_a_mail_arrives_with_both_parts(server):
    with client(server) as link:
        if server.user:
            link.login("robot", "secret")
        link.send_message(letter())
    (mail,) = server.to("b@example.com")
    assert mail.subject == "Привет" and mail.part("plain").strip() == "текст"
    assert "<b>" in mail.part("html") and mail.tls == (server.mode != "plain")
    assert mail.login == server.user


@pytest.mark.parametrize("server", ["starttls", "tls"], indirect=True)
def test_without_login_or_with_a_wrong_one_nothing_is_taken(server):
    with client(server) as link:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            link.login("robot", "wrong")
        with pytest.raises(smtplib.SMTPException):
            link.send_message(letter())
    assert server.mails == []


@pytest.mark.parametrize("server", ["starttls", "tls"], indirect=True)
def test_the_certificate_is_not_trusted_by_default(server):
    with pytest.raises(ssl.SSLCertVerificationError):
        client(server, trust=False)


@pytest.mark.parametrize("at", ["mail", "rcpt", "data"])
def test_it_fails_on_demand_and_then_no_more(smtp, at):
    smtp.fault(at)
    with client(smtp) as link, pytest.raises(smtplib.SMTPException):
        link.send_message(letter())
    with client(smtp) as link:
        link.send_message(letter())
    assert len(smtp.mails) == 1


def test_a_cut_after_the_mail_leaves_it_taken(smtp):
    smtp.fault("cut")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        with client(smtp) as link:
            link.send_message(letter())
    assert len(smtp.mails) == 1


def test_it_can_go_away_and_come_back(smtp):
    smtp.stop()
    with pytest.raises(OSError):
        client(smtp)
    smtp.start()
    with client(smtp) as link:
        link.send_message(letter())
    assert len(smtp.mails) == 1
