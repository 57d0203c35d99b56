"""Chromium without a window, led through a pipe by its own protocol (Chrome DevTools): no driver between."""

import base64
import contextlib
import fcntl
import json
import os
import select
import subprocess
import time

from tests.conftest import wait_for

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
         "--no-proxy-server", "--remote-debugging-pipe"]


def high(fd):
    """The same file under a number that is not in the way of 3 and 4."""
    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 20)


class Browser:
    def __init__(self, folder):
        their_in, self.out = os.pipe()
        self.into, their_out = os.pipe()
        ends = high(their_in), high(their_out)

        def take_ends():  # where Chromium looks for them
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)
        self.process = subprocess.Popen(
            ["chromium", f"--user-data-dir={folder}", *FLAGS], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, pass_fds=(3, 4), preexec_fn=take_ends, start_new_session=True,
            env={**os.environ, "HOME": str(folder)})
        for fd in (their_in, their_out, *ends):
            os.close(fd)
        self.rest, self.number, self.answers, self.pages = b"", 0, {}, []

    def stop(self):
        with contextlib.suppress(OSError, AssertionError):
            self.call("Browser.close")
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        os.close(self.out)
        os.close(self.into)

    def call(self, method, session=None, **params):
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": params, **({"sessionId": session} if session else {})}
        os.write(self.out, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + 30
        while number not in self.answers:
            self.read(deadline)
        answer = self.answers.pop(number)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def read(self, deadline):
        ready, _, _ = select.select([self.into], [], [], max(0, deadline - time.monotonic()))
        assert ready, "Chromium says nothing"
        more = os.read(self.into, 1 << 20)
        assert more, "Chromium has ended"
        *whole, self.rest = (self.rest + more).split(b"\0")
        for message in map(json.loads, whole):
            if "id" in message:
                self.answers[message["id"]] = message
            else:
                self.hear(message)

    def hear(self, message):
        """What a page that is watched complains of: exceptions, errors of its console, what its policy forbids."""
        page = next((p for p in self.pages if p.session == message.get("sessionId")), None)
        said = message.get("params", {})
        if page is None:
            return
        if message["method"] == "Runtime.exceptionThrown":
            page.complaints.append(json.dumps(said["exceptionDetails"])[:500])
        elif message["method"] == "Runtime.consoleAPICalled" and said["type"] in ("error", "assert", "warning"):
            page.complaints.append(json.dumps(said["args"])[:500])
        elif message["method"] == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
            page.complaints.append(f"{said['entry'].get('url')}: {said['entry']['text']}")

    def page(self, folder, language="en-US", script=None):
        """A person's window, with cookies of its own. What it downloads is put into the folder; the script runs
        before any of a page."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        self.call("Browser.setDownloadBehavior", behavior="allow", browserContextId=context, downloadPath=str(folder))
        agent = self.call("Browser.getVersion")["userAgent"]
        page.call("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage=language)
        page.call("Emulation.setLocaleOverride", locale=language)
        page.call("Page.enable")
        page.call("Network.enable")
        page.call("Network.setBlockedURLs", urls=["https://*"])  # nobody outside is asked
        if script:
            page.call("Page.addScriptToEvaluateOnNewDocument", source=script)
        return page


class Page:
    def __init__(self, browser, session):
        self.browser, self.session = browser, session
        self.complaints = []

    def watch(self):
        """From now on complaints has what goes wrong in the page."""
        self.browser.pages.append(self)
        self.call("Runtime.enable")
        self.call("Log.enable")

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def js(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, f"{expression}: {answer['exceptionDetails']}"
        return answer["result"].get("value")

    def wait(self, expression):
        return wait_for(lambda: self.js(expression), 20, expression)

    def forgive(self, status):
        """The browser notes a refused call, a moment after its answer."""
        wait_for(lambda: self.js("true") and any(f" {status}" in c for c in self.complaints), 10, f"a note of {status}")
        self.complaints.clear()

    def open(self, address):
        said = self.call("Page.navigate", url=address)
        assert "errorText" not in said, f"{address}: {said}"
        self.wait(f"location.href === {json.dumps(address)} && document.readyState === 'complete'")

    def text(self, id):
        return self.js(f"document.getElementById('{id}').textContent.trim()")

    def shown(self, id):
        return self.js(f"document.getElementById('{id}').checkVisibility()")

    def click(self, selector):
        """With the mouse, where it is."""
        place = self.js(f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'center'}});"
                        "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)

    def type(self, id, text):
        """Letter by letter, in the place of what was there."""
        self.js(f"document.getElementById('{id}').focus(); document.getElementById('{id}').select()")
        for letter in text:
            self.call("Input.insertText", text=letter)

    def press(self, key):
        """A key that is no letter, by its name: " ", Enter, Escape, Tab, ArrowLeft ..."""
        code = {"Enter": 13, "Escape": 27, "Tab": 9, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, " ": 32}[key]
        more = {"text": {"Enter": "\r"}.get(key, key)} if key in ("Enter", " ") else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, windowsVirtualKeyCode=code, **more)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=code)

    def key(self, name):
        """A key as its keyboard has it: a letter, "?", or one of press()."""
        if len(name) > 1:
            return self.press(name)
        code = {"?": "Slash", "/": "Slash"}.get(name) or (f"Digit{name}" if name.isdigit() else f"Key{name.upper()}")
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=code, **({"text": name} if kind == "keyDown" else {}))

    def look(self, width, scheme="light"):
        """As wide as that, for people who like their pages light or dark."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=844, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, path):
        """A screenshot of the whole page as PNG, to be looked at."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))
