"""Secrets that stay at home: redirects, other origins, proxies, logs."""

import logging
import socket
import threading

import pytest
from keyed_sites import KEY, everything, keyed, profile
from own_authority import make_certificate
from small_server import Server

from onemap_verify.services import redaction, transport_line
from onemap_verify.services.errors import (
    ProxyProblem,
    Refused,
)
from onemap_verify.services.transport import Transport


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


def test_a_password_in_netrc_stays_there(serve, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login li password from-netrc\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(lambda h, n: h.say(200, b""))
    Transport().get(server.url)
    assert "Authorization" not in server.seen[0][2]


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
