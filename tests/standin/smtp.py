#!/usr/bin/python3
"""A real SMTP server for tests: plain, STARTTLS or TLS, with AUTH, failing on demand.

`smtp.py --port 18202 --mode starttls --user robot --password secret` runs it alone and prints
what arrives; class Smtp runs it in a thread of the test.
"""

import argparse
import asyncio
import base64
import email
import email.policy
import os
import ssl
import subprocess
import tempfile
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


def certificate(directory, name="localhost"):
    """A self-signed certificate for loopback: paths of certificate and key."""
    crt, key = os.path.join(directory, "smtp.crt"), os.path.join(directory, "smtp.key")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", f"/CN={name}",
         "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1", "-keyout", key, "-out", crt],
        check=True, capture_output=True)
    return crt, key


class Fault:
    """What goes wrong with the next `count` mails at the stage `at`.

    at      connect, ehlo, mail, rcpt, data, cut (the connection ends after the mail came in,
            before the answer), or hang (no answer to the mail for `seconds`)
    answer  what is said instead, for example "451 4.3.0 try again later"
    """

    def __init__(self, at, answer="451 4.3.0 try again later", count=1, seconds=60):
        assert at in ("ehlo", "mail", "rcpt", "data", "cut", "hang"), at
        self.at, self.answer, self.count, self.seconds = at, answer, count, seconds


class Handler:
    def __init__(self, box):
        self.box = box

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        fault = self.box.wrong("ehlo")
        return [fault.answer] if fault else responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        fault = self.box.wrong("mail")
        if fault:
            return fault.answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        fault = self.box.wrong("rcpt")
        if fault:
            return fault.answer
        if address in self.box.unknown:
            return "550 5.1.1 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        fault = self.box.wrong("data")
        if fault:
            return fault.answer
        fault = self.box.wrong("hang")
        if fault:
            await asyncio.sleep(fault.seconds)
            return "451 4.3.0 too late"
        self.box.keep(session, envelope)
        if self.box.wrong("cut"):
            server.transport.abort()
            return "421 4.3.0 gone"
        return "250 2.0.0 taken"


class BearerHandler(Handler):
    """Signs in by SASL XOAUTH2 (Google, "IMAP, POP and SMTP: the SASL XOAUTH2 mechanism") with the password as token."""

    async def auth_XOAUTH2(self, server, args):
        said = base64.b64decode(args[1]).decode() if len(args) > 1 else ""
        good = said == f"user={self.box.user}\x01auth=Bearer {self.box.password}\x01\x01"
        return AuthResult(success=good, handled=good, auth_data=LoginPassword(self.box.user.encode(), b"") if good else None)


class Mail:
    """One mail that was accepted."""

    def __init__(self, session, envelope, tls):
        self.at = time.time()
        self.sender = envelope.mail_from
        self.to = list(envelope.rcpt_tos)
        self.tls = tls or session.ssl is not None
        self.login = session.auth_data.login.decode() if session.auth_data else None
        self.raw = envelope.original_content or envelope.content
        self.message = email.message_from_bytes(self.raw, policy=email.policy.default)

    @property
    def subject(self):
        return str(self.message["Subject"])

    def part(self, kind):
        """The text of the part text/plain or text/html, None if there is none."""
        for part in self.message.walk():
            if part.get_content_type() == "text/" + kind:
                return part.get_content()
        return None


class Smtp:
    """mode: plain, starttls (required before anything else) or tls. user: AUTH is required then; bearer: by a token."""

    def __init__(self, port, mode="plain", user=None, password=None, host="127.0.0.1", bearer=False):
        assert mode in ("plain", "starttls", "tls"), mode
        self.host, self.port, self.mode = host, port, mode
        self.user, self.password, self.bearer = user, password, bearer
        self.directory = tempfile.TemporaryDirectory(prefix="smtp-")
        os.chmod(self.directory.name, 0o755)
        self.certificate = None
        self.lock = threading.Lock()
        self.reset()
        self.controller = None
        self.start()

    def start(self):
        options = {"hostname": self.host, "port": self.port, "ready_timeout": 10}
        context = None
        if self.mode != "plain":
            if self.certificate is None:
                self.certificate, self.key = certificate(self.directory.name)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate, self.key)
        if self.mode == "tls":
            options["ssl_context"] = context
        server = {"enable_SMTPUTF8": True, "ident": "stand-in"}
        if self.mode == "starttls":
            server.update(tls_context=context, require_starttls=True)
        if self.user is not None:
            server.update(authenticator=self.authenticate, auth_required=True,
                          auth_require_tls=self.mode == "starttls")
        if self.bearer:
            server["auth_exclude_mechanism"] = ["LOGIN", "PLAIN"]
        self.controller = Controller((BearerHandler if self.bearer else Handler)(self), **options, **server)
        self.controller.start()

    def stop(self):
        if self.controller is not None:
            self.controller.stop()
            self.controller = None

    def close(self):
        self.stop()
        self.directory.cleanup()

    def authenticate(self, server, session, envelope, mechanism, data):
        good = (isinstance(data, LoginPassword)
                and data.login == self.user.encode() and data.password == self.password.encode())
        return AuthResult(success=good, handled=good, auth_data=data if good else None)

    def reset(self):
        with self.lock:
            self.mails, self.faults, self.unknown = [], [], set()

    def fault(self, at, **more):
        with self.lock:
            self.faults.append(Fault(at, **more))

    def mend(self):
        with self.lock:
            self.faults = []

    def wrong(self, at):
        with self.lock:
            for fault in self.faults:
                if fault.at == at:
                    fault.count -= 1
                    if fault.count <= 0:
                        self.faults.remove(fault)
                    return fault
        return None

    def keep(self, session, envelope):
        mail = Mail(session, envelope, self.mode == "tls")
        with self.lock:
            self.mails.append(mail)

    def to(self, address):
        """Mails to one address so far."""
        with self.lock:
            return [m for m in self.mails if address in m.to]


def main():
    parser = argparse.ArgumentParser(description="an SMTP server that keeps nothing")
    parser.add_argument("--port", type=int, default=8025)
    parser.add_argument("--mode", choices=("plain", "starttls", "tls"), default="plain")
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    args = parser.parse_args()
    server = Smtp(args.port, args.mode, args.user, args.password)
    print(f"listening on 127.0.0.1:{args.port}", flush=True)
    shown = 0
    try:
        while True:
            time.sleep(0.2)
            for mail in server.mails[shown:]:
                shown += 1
                print(f"\n==> {mail.sender} to {', '.join(mail.to)}: {mail.subject}\n"
                      f"{mail.part('plain') or mail.part('html')}", flush=True)
    except KeyboardInterrupt:
        server.close()


if __name__ == "__main__":
    main()
