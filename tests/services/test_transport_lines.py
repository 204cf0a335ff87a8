"""Real servers that misbehave, each in its own way; secrets that must stay at home."""

import logging
import socket
import threading
import time

import pytest
from own_authority import make_certificate
from small_server import Server

from onemap_verify.checks.progress import Cancelled, Progress
from onemap_verify.services import redaction, transport_line
from onemap_verify.services.errors import (
    BadAnswer,
    CertificateProblem,
    Conflict,
    NotAllowed,
    NotReachable,
    NotSignedIn,
    NotThere,
    ProxyProblem,
    Refused,
    ServerProblem,
    TimedOut,
    TooBusy,
)
from onemap_verify.services.identity import Identity
from onemap_verify.services.site import load_profile
from onemap_verify.services.transport import Transport

KEY = "k3y-Of-The-Test-0815"


def profile(url, place="header", **more):
    credential = {
        "header": {"place": "header", "name": "X-Key", "prefix": ""},
        "query": {"place": "query", "name": "tk"},
        "cookie": {"place": "cookie", "name": "sid"},
        "bearer": {"place": "header", "name": "Authorization"},
    }[place]
    document = {
        "id": "t",
        "title": {"zh": "测试", "en": "Test"},
        "zone": "inner",
        "network": {"timeout_s": 1},
        "identity": {"kind": "key", "credential": credential, "secrets": ["tk"]},
        "catalogue": [{"kind": "csw", "url": url + "/csw"}],
    }
    document.update(more)
    return load_profile(document)


def keyed(url, place="header", **more):
    identity = Identity(profile(url, place, **more))
    identity.enter_secret("tk", KEY)
    return Transport(identity.profile, identity.auth)


@pytest.fixture
def serve():
    """Start servers; all are stopped afterwards."""
    started = []

    def start(answer, certificate=None):
        started.append(Server(answer, certificate))
        return started[-1]

    yield start
    for server in started:
        server.stop()


def everything(server):
    return " ".join(f"{line}" for line in server.seen)


def test_an_answer_comes(serve):
    server = serve(lambda h, n: h.say(200, b'{"a": 1}'))
    assert Transport(profile(server.url)).json(server.url + "/x") == {"a": 1}


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_failing_twice_then_there(serve, status):
    server = serve(lambda h, n: h.say(status, Retry_After="0") if n < 3 else h.say(200, b"there"))
    assert Transport().bytes(server.url) == b"there"
    assert len(server.seen) == 3


def test_waits_grow_and_honour_retry_after(serve):
    times = []

    def answer(handler, number):
        times.append(time.monotonic())
        if number == 1:
            handler.say(503, b"")
        elif number == 2:
            handler.say(429, b"", Retry_After="1")
        else:
            handler.say(200, b"x")

    Transport().get(serve(answer).url)
    assert 0.25 < times[1] - times[0] < 0.9
    assert 1.0 <= times[2] - times[1] < 1.6


def test_busy_for_an_hour_is_not_waited_for(serve):
    server = serve(lambda h, n: h.say(503, b"", Retry_After="3600"))
    began = time.monotonic()
    with pytest.raises(TooBusy) as told:
        Transport().get(server.url)
    assert told.value.retry_after == 3600
    assert time.monotonic() - began < 1
    assert len(server.seen) == 1


def test_always_failing_ends(serve):
    server = serve(lambda h, n: h.say(500, Retry_After="0"))
    with pytest.raises(ServerProblem):
        Transport(attempts=3).get(server.url)
    assert len(server.seen) == 3


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, NotSignedIn), (403, NotAllowed), (404, NotThere), (410, NotThere), (409, Conflict),
     (412, Conflict), (400, Refused), (418, Refused)],
)  # fmt: skip
def test_a_no_is_a_no(serve, status, kind):
    server = serve(lambda h, n: h.say(status, b'{"msg": "why not", "code": 12}'))
    with pytest.raises(kind) as told:
        Transport().get(server.url + "/layer?tk=abcdefgh")
    assert len(server.seen) == 1
    assert "why not (12)" in told.value.text.en
    assert "abcdefgh" not in f"{told.value.text} {told.value.advice}"
    assert told.value.advice.zh and told.value.advice.en


def test_what_the_server_says_in_both_languages(serve):
    body = '{"error": "x", "message": {"zh": "没有权限", "en": "Not yours"}}'.encode()
    server = serve(lambda h, n: h.say(403, body))
    with pytest.raises(NotAllowed) as told:
        Transport().get(server.url)
    assert told.value.text.zh.endswith("没有权限") and told.value.text.en.endswith("Not yours")


def test_the_platforms_own_advice(serve):
    server = serve(lambda h, n: h.say(403, b'{"msg": "bad type", "code": 12}'))
    errors = {"403/12": {"zh": "换一种密钥", "en": "Take another type of key"}}
    identity = {"kind": "key", "secrets": ["tk"], "errors": errors}
    with pytest.raises(NotAllowed) as told:
        Transport(profile(server.url, identity=identity)).get(server.url)
    assert told.value.advice.zh == "换一种密钥"


def test_a_post_is_not_sent_twice(serve):
    server = serve(lambda h, n: h.say(503))
    with pytest.raises(TooBusy):
        Transport().post(server.url, b"x")
    assert len(server.seen) == 1


def test_a_body_is_sent_whole_again(serve, tmp_path):
    server = serve(lambda h, n: h.say(503, Retry_After="0") if n < 2 else h.say(200, b""))
    path = tmp_path / "body"
    path.write_bytes(b"0123456789" * 1000)
    with path.open("rb") as stream:
        stream.seek(10)
        Transport().put(server.url, stream)
    assert [one[3] for one in server.seen] == [path.read_bytes()[10:]] * 2


def test_a_cut_answer_is_seen_and_asked_for_again(serve):
    def cut(handler, number):
        if number == 1:
            handler.say(200, b"half", Content_Length="8")
            handler.close_connection = True
        else:
            handler.say(200, b"all of it")

    assert Transport().bytes(serve(cut).url) == b"all of it"
    with pytest.raises(BadAnswer):
        Transport(attempts=1).get(serve(cut).url)


def test_cut_in_chunks(serve):
    def cut(handler, _):
        handler.say(200, b"5\r\nhello\r\n", Transfer_Encoding="chunked")
        handler.close_connection = True

    with pytest.raises(BadAnswer):
        Transport(attempts=1).get(serve(cut).url)


def test_a_download_leaves_no_half_file(serve, tmp_path):
    def cut(handler, number):
        if number == 1:
            handler.say(200, b"x" * 1000, Content_Length="2000")
            handler.close_connection = True
        else:
            handler.say(200, b"y" * 2000)

    target = tmp_path / "dem.tif"
    assert Transport().download(serve(cut).url, target) == 2000
    assert target.read_bytes() == b"y" * 2000
    target.unlink()
    with pytest.raises(BadAnswer):
        Transport(attempts=1).download(serve(cut).url, target)
    assert list(tmp_path.iterdir()) == []


def test_too_large(serve):
    server = serve(lambda h, n: h.say(200, b"x" * 100_000))
    with pytest.raises(BadAnswer):
        Transport().bytes(server.url, limit=50_000)


def test_not_json(serve):
    with pytest.raises(BadAnswer):
        Transport().json(serve(lambda h, n: h.say(200, b"<html>")).url)


def test_a_silent_server_times_out(serve):
    server = serve(lambda h, n: time.sleep(1.6))
    with pytest.raises(TimedOut):
        Transport(profile(server.url), attempts=1).get(server.url)


def test_cancelling_does_not_wait_for_a_silent_server(serve):
    release = threading.Event()
    server = serve(lambda h, n: release.wait(20))
    began = time.monotonic()
    progress = Progress(cancelled=lambda: time.monotonic() - began > 0.3)
    with pytest.raises(Cancelled):
        Transport(attempts=1).get(server.url, timeout=30, progress=progress)
    release.set()
    assert time.monotonic() - began < 1.5


def test_cancelling_while_waiting_to_try_again(serve):
    server = serve(lambda h, n: h.say(503, Retry_After="50"))
    began = time.monotonic()
    progress = Progress(cancelled=lambda: time.monotonic() - began > 0.3)
    with pytest.raises(Cancelled):
        Transport().get(server.url, progress=progress)
    assert time.monotonic() - began < 1.5


def test_nobody_there():
    with pytest.raises(NotReachable) as told:
        Transport(attempts=1).get("http://127.0.0.1:9/a?tk=abcdefgh")
    assert "abcdefgh" not in str(told.value)
    assert told.value.__context__ is None and told.value.__cause__ is None


def test_cut_at_once_then_there(serve):
    def answer(handler, number):
        if number == 1:
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
        else:
            handler.say(200, b"there")

    assert Transport().bytes(serve(answer).url) == b"there"


@pytest.mark.parametrize("place", ["header", "query", "cookie", "bearer"])
def test_secrets_go_to_their_origin_alone(serve, place):
    other = serve(lambda h, n: h.say(200, b"other"))

    def answer(handler, _):
        if "away" in handler.path:
            query = handler.path.partition("?")[2]
            handler.say(302, b"", Location=f"{other.url}/landed?{query}", Set_Cookie="s=1")
        elif "name" in handler.path:
            handler.say(307, b"", Location=f"http://localhost:{other.port}/landed")
        elif "home" in handler.path:
            handler.say(302, b"", Location="/here?b=2")
        else:
            handler.say(200, b"mine")

    server = serve(answer)
    transport = keyed(server.url, place)
    assert transport.bytes(server.url + "/x?a=1") == b"mine"
    assert KEY in everything(server)
    assert transport.bytes(server.url + "/home") == b"mine"
    assert KEY in f"{server.seen[-1]}"
    # A redirect away, even one that repeats our own query, and to the same machine by name.
    mine = {"X-Mine": KEY, "Accept": "x/y"}
    assert transport.bytes(server.url + "/away?a=1", headers=mine) == b"other"
    assert transport.bytes(server.url + "/name") == b"other"
    # Straight to another port.
    assert transport.bytes(other.url + "/direct") == b"other"
    assert len(other.seen) == 3
    assert KEY not in everything(other)
    assert "s=1" not in everything(other)
    assert other.seen[0][2]["Accept"] == "x/y"


def test_no_body_and_no_plain_http_by_redirect(serve, tmp_path):
    other = serve(lambda h, n: h.say(200, b""))
    server = serve(lambda h, n: h.say(307, b"", Location=other.url))
    with pytest.raises(Refused):
        Transport().post(server.url, b"the parcels")
    assert other.seen == []
    certificate = make_certificate(tmp_path, "home")
    secure = serve(lambda h, n: h.say(302, b"", Location=other.url), certificate)
    network = {"certificate_authorities": [str(tmp_path / "home-ca.pem")]}
    with pytest.raises(Refused):
        Transport(profile(secure.url, network=network)).get(secure.url)
    assert other.seen == []


def test_redirects_without_end(serve):
    server = serve(lambda h, n: h.say(302, b"", Location="/again"))
    with pytest.raises(BadAnswer):
        Transport().get(server.url)
    assert len(server.seen) < 20


def test_a_password_in_netrc_stays_there(serve, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login li password from-netrc\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(lambda h, n: h.say(200, b""))
    Transport().get(server.url)
    assert "Authorization" not in server.seen[0][2]


def test_a_private_authority(serve, tmp_path):
    server = serve(lambda h, n: h.say(200, b"secure"), make_certificate(tmp_path, "home"))
    make_certificate(tmp_path, "other")
    with pytest.raises(CertificateProblem):
        Transport(profile(server.url)).get(server.url)
    for authority in ("other", "home"):
        network = {"certificate_authorities": [str(tmp_path / f"{authority}-ca.pem")]}
        transport = Transport(profile(server.url, network=network))
        if authority == "home":
            assert transport.bytes(server.url) == b"secure"
        else:
            with pytest.raises(CertificateProblem) as told:
                transport.get(server.url)
            assert "不可信" in told.value.text.zh


def test_a_certificate_for_another_name(serve, tmp_path):
    server = serve(lambda h, n: h.say(200, b"secure"), make_certificate(tmp_path, "home"))
    network = {"certificate_authorities": [str(tmp_path / "home-ca.pem")]}
    url = f"https://localhost:{server.port}"
    with pytest.raises(CertificateProblem):
        Transport(profile(url, network=network)).get(url)


class Proxy:
    """A proxy that knows CONNECT and plain requests, and writes down what it was asked."""

    def __init__(self, refuse=False):
        self.asked = []
        self.refuse = refuse
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            part = client.recv(65536)
            if not part:
                return
            head += part
        line = head.split(b"\r\n")[0].decode()
        self.asked.append(head.decode("latin-1"))
        if self.refuse:
            client.sendall(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            client.close()
            return
        method, target, _ = line.split()
        if method == "CONNECT":
            host, port = target.split(":")
            server = socket.create_connection((host, int(port)))
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            host, port = target.split("/")[2].split(":")
            server = socket.create_connection((host, int(port)))
            server.sendall(head.replace(target.encode(), b"/" + target.split("/", 3)[3].encode()))
        threading.Thread(target=self.pump, args=(server, client), daemon=True).start()
        self.pump(client, server)

    @staticmethod
    def pump(source, target):
        try:
            while part := source.recv(65536):
                target.sendall(part)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def stop(self):
        # Or the thread that waits in accept() takes one more.
        if self.listener.fileno() >= 0:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()


@pytest.fixture
def proxy(monkeypatch):
    for name in ("no_proxy", "NO_PROXY", "http_proxy", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    # Where QGIS runs, its own settings count and not the environment.
    monkeypatch.setattr(transport_line, "_qgis_runs", lambda: False)
    started = []

    def start(**options):
        started.append(Proxy(**options))
        address = f"http://user:pr0xy-Pass@127.0.0.1:{started[-1].port}"
        monkeypatch.setenv("http_proxy", address)
        monkeypatch.setenv("https_proxy", address)
        return started[-1]

    yield start
    for one in started:
        one.stop()


def test_through_a_proxy(serve, proxy, tmp_path, monkeypatch):
    between = proxy()
    plain = serve(lambda h, n: h.say(200, b"plain"))
    secure = serve(lambda h, n: h.say(200, b"secure"), make_certificate(tmp_path, "home"))
    network = {"certificate_authorities": [str(tmp_path / "home-ca.pem")]}
    assert Transport().bytes(plain.url + "/x") == b"plain"
    assert between.asked[0].startswith(f"GET {plain.url}/x")
    transport = keyed(secure.url, network=network)
    assert transport.bytes(secure.url + "/x") == b"secure"
    assert between.asked[1].startswith(f"CONNECT 127.0.0.1:{secure.port}")
    assert "Proxy-Authorization" in between.asked[1] and KEY not in between.asked[1]
    assert KEY in everything(secure)
    assert "Proxy-Authorization" not in everything(secure)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert Transport().bytes(plain.url + "/y") == b"plain"
    assert len(between.asked) == 2


def test_a_proxy_that_refuses_or_is_not_there(serve, proxy, tmp_path):
    secure = serve(lambda h, n: h.say(200, b""), make_certificate(tmp_path, "home"))
    plain = serve(lambda h, n: h.say(200, b""))
    between = proxy(refuse=True)
    for url in (plain.url, secure.url):
        with pytest.raises(ProxyProblem) as told:
            Transport(attempts=1).get(url)
        assert "pr0xy-Pass" not in f"{told.value.text}"
    between.stop()
    proxy().stop()
    with pytest.raises(ProxyProblem):
        Transport(attempts=1).get(secure.url)


def test_logs_tell_no_secret(serve, caplog):
    told = []
    server = serve(lambda h, n: h.say(200, b""))
    with caplog.at_level(logging.DEBUG):
        transport = keyed(server.url, "query")
        transport._tell = told.append
        transport.get(server.url + "/x?password=hunter22&a=1")
    assert KEY in everything(server)
    assert "urllib3" in caplog.text and "/x?" in caplog.text
    for text in (caplog.text, " ".join(told)):
        assert KEY not in text and "hunter22" not in text


@pytest.mark.parametrize(
    "text",
    [
        "GET /a?tk=s3cr3tValue&b=1",
        "password='s3cr3tValue' dbname=x",
        '{"access_token": "s3cr3tValue", "a": 1}',
        "Authorization: Bearer s3cr3tValue",
        "{'Authorization': 'Basic s3cr3tValue'}",
        "https://li:s3cr3tValue@host/a",
        "Cookie: sid=s3cr3tValue; b=2",
        "url=http%3A%2F%2Fh%2F%3Ftk%3Ds3cr3tValue%26a",
        "a eyJhbGciOiJSUzI1.s3cr3tValue.c2ln b",
        "-----BEGIN PRIVATE KEY-----\ns3cr3tValue\n-----END PRIVATE KEY-----",
    ],
)
def test_shapes_of_secrets(text):
    assert "s3cr3tValue" not in redaction.redact(text)
    assert "s3cr3tValue" not in redaction.redact(redaction.redact(text))


def test_plain_words_stay():
    text = "GET http://host/csw?request=GetRecords&code_list=3 → 200; 18 tokens, keyboard=1"
    assert redaction.redact(text) == text
