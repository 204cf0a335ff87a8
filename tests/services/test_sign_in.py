"""Signing in at a real OpenID provider, with a browser that has no window."""

import base64
import hashlib
import json
import socket
import threading
import time
import urllib.parse
from pathlib import Path

import glewlwyd_server
import pytest
import requests
from small_server import Server

from onemap_verify.checks.progress import Cancelled, Progress
from onemap_verify.services.errors import NotSignedIn, ServiceError, TimedOut
from onemap_verify.services.identity import Identity, MemoryStore, Role, State
from onemap_verify.services.identity.provider import Provider, Tokens
from onemap_verify.services.identity.unattended import sign_in
from onemap_verify.services.site import load_profile
from onemap_verify.services.transport import Transport

pytestmark = pytest.mark.skipif(
    not glewlwyd_server.is_installed(), reason="glewlwyd is not installed"
)


@pytest.fixture(scope="module")
def idp(tmp_path_factory):
    server = glewlwyd_server.Glewlwyd(tmp_path_factory.mktemp("idp"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def idp_of_short_lives(tmp_path_factory):
    server = glewlwyd_server.Glewlwyd(tmp_path_factory.mktemp("short"), life=2)
    yield server
    server.stop()


@pytest.fixture
def gateway():
    """Lets through what carries a bearer token the provider knows."""
    provider = {}

    def answer(handler, _):
        header = handler.headers.get("Authorization", "")
        told = requests.get(provider["url"], headers={"Authorization": header}, timeout=5)
        if told.status_code == 200:
            handler.say(200, told.content)
        else:
            handler.say(401, b'{"error": "invalid_token"}')

    server = Server(answer)
    server.provider = provider
    yield server
    server.stop()


def identity_at(idp, url="http://127.0.0.1:9", store=None, **more):
    profile = load_profile(glewlwyd_server.document(idp, url, **more))
    return Identity(profile, store)


def test_code_with_pkce_state_and_nonce(idp):
    identity = identity_at(idp)
    states = []
    identity.listen(states.append)
    browser = idp.browser("li")
    account = identity.sign_in_with_browser(browser)
    assert states == [State.SIGNING_IN, State.SIGNED_IN]
    assert account.name == "李四"
    assert account.roles == {Role.SURVEYOR, Role.REVIEWER}
    asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(browser.opened[0]).query))
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 32 and len(asked["nonce"]) >= 32
    assert len(base64.urlsafe_b64decode(asked["code_challenge"] + "=")) == 32
    assert asked["redirect_uri"].startswith("http://127.0.0.1:")
    assert "关闭" in browser.page.content.decode() and browser.page.status_code == 200


def test_a_surveyor_is_no_reviewer(idp):
    identity = identity_at(idp)
    identity.sign_in_with_browser(idp.browser("zhang"))
    assert identity.may(Role.SURVEYOR)
    assert not identity.may(Role.REVIEWER, Role.ADMINISTRATOR)


def test_the_code_is_worth_nothing_to_who_lacks_the_verifier(idp):
    identity = identity_at(idp)
    stolen = {}

    def open_address(address):
        browser = idp.browser("li")
        # The redirect goes to the thief, who tries the code before we do.
        parts = urllib.parse.urlsplit(address)
        query = dict(urllib.parse.parse_qsl(parts.query))
        query.update(scope="openid surveyor reviewer", g_continue="")
        answer = idp.session_of("li").get(
            f"{address.partition('?')[0]}?{urllib.parse.urlencode(query)}",
            allow_redirects=False,
            timeout=10,
        )
        back = urllib.parse.urlsplit(answer.headers["Location"])
        code = dict(urllib.parse.parse_qsl(back.query))["code"]
        stolen["answer"] = requests.post(
            f"{idp.issuer}/token",
            data={
                "grant_type": "authorization_code",
                "code": code,
                "client_id": glewlwyd_server.CLIENT,
                "redirect_uri": query["redirect_uri"],
                "code_verifier": "a" * 60,
            },
            timeout=10,
        )
        browser(address)

    identity.sign_in_with_browser(open_address)
    assert stolen["answer"].status_code in (400, 401, 403)
    assert identity.state is State.SIGNED_IN


def test_a_strange_page_does_not_end_the_sign_in(idp):
    identity = identity_at(idp)
    answers = []

    def open_address(address):
        home = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))["redirect_uri"]
        for path in ("?code=evil&state=guess", "?error=access_denied&state=", "other?code=1"):
            answers.append(requests.get(home + path, timeout=5).status_code)
        # A browser that opens a connection and says nothing holds up nobody.
        silent = socket.create_connection(("127.0.0.1", urllib.parse.urlsplit(home).port))
        idp.browser("li")(address)
        silent.close()

    identity.sign_in_with_browser(open_address)
    assert answers == [400, 400, 404]
    assert identity.account.name == "李四"


def test_the_listener_is_on_this_machine_alone_and_goes_away(idp):
    identity = identity_at(idp)
    seen = {}

    def open_address(address):
        home = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))["redirect_uri"]
        seen["port"] = urllib.parse.urlsplit(home).port
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        seen["at"] = {
            line.split()[1].split(":")[0]
            for line in lines
            if int(line.split()[1].split(":")[1], 16) == seen["port"] and line.split()[3] == "0A"
        }
        idp.browser("li")(address)

    identity.sign_in_with_browser(open_address)
    assert seen["at"] == {"0100007F"}
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", seen["port"]), timeout=1)


def test_refused_in_the_browser(idp):
    identity = identity_at(idp)

    def open_address(address):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
        requests.get(
            query["redirect_uri"],
            params={"error": "access_denied", "state": query["state"]},
            timeout=5,
        )

    with pytest.raises(NotSignedIn) as told:
        identity.sign_in_with_browser(open_address)
    assert "access_denied" in told.value.text.en
    assert identity.state is State.FAILED and identity.problem is told.value


def test_nobody_comes_back_and_called_off(idp):
    identity = identity_at(idp)
    with pytest.raises(TimedOut):
        identity.sign_in_with_browser(lambda _: None, wait=0.3)
    assert identity.state is State.FAILED
    until = time.monotonic() + 0.3
    with pytest.raises(Cancelled):
        identity.sign_in_with_browser(
            lambda _: None, Progress(cancelled=lambda: time.monotonic() > until)
        )
    assert identity.state is State.SIGNED_OUT


def test_by_code_on_another_device(idp):
    identity = identity_at(idp)
    shown = []

    def show(code):
        shown.append(code)
        # Only after the plugin has asked once and was told to wait.
        threading.Timer(1.3, idp.confirm_device, ("zhang", code.code)).start()

    account = identity.sign_in_with_device(show)
    assert account.name == "张三" and account.roles == {Role.SURVEYOR}
    assert shown[0].address.startswith(idp.issuer)


def test_renewal_before_the_end_and_after_a_refusal(idp_of_short_lives, gateway):
    idp = idp_of_short_lives
    gateway.provider["url"] = f"{idp.issuer}/userinfo"
    identity = identity_at(idp, gateway.url)
    identity.sign_in_with_browser(idp.browser("li"))
    transport = Transport(identity.profile, identity.auth)
    tokens = set()
    end = time.monotonic() + 5
    while time.monotonic() < end:
        assert transport.json(gateway.url + "/x")["name"] == "李四"
        tokens.add(gateway.seen[-1][2]["Authorization"])
        time.sleep(0.3)
    assert len(tokens) >= 2
    # The clock says it is good, the server says it is not: one renewal, one more try.
    before = len(gateway.seen)
    with identity._lock:
        identity._tokens = Tokens("nonsense-token", time.time() + 100, identity._tokens.refresh)
        identity._renew_at = time.time() + 90
    assert transport.json(gateway.url + "/x")["name"] == "李四"
    assert len(gateway.seen) == before + 2


def test_many_threads_renew_once(idp, gateway):
    gateway.provider["url"] = f"{idp.issuer}/userinfo"
    identity = identity_at(idp, gateway.url)
    identity.sign_in_with_browser(idp.browser("li"))
    identity._renew_at = 0
    used = []

    def work():
        used.append(identity.secrets_for(gateway.url)[0][1])

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(used) == 12 and len(set(used)) == 1


def test_signing_out_makes_the_tokens_worthless(idp, gateway):
    gateway.provider["url"] = f"{idp.issuer}/userinfo"
    store = MemoryStore()
    identity = identity_at(idp, gateway.url, store)
    identity.sign_in_with_browser(idp.browser("li"))
    tokens = identity._tokens
    identity.sign_out()
    assert identity.state is State.SIGNED_OUT and identity.account is None
    assert store._values == {}
    bearer = {"Authorization": f"Bearer {tokens.access}"}
    assert requests.get(f"{idp.issuer}/userinfo", headers=bearer, timeout=5).status_code == 401
    body = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
    body["client_id"] = glewlwyd_server.CLIENT
    assert requests.post(f"{idp.issuer}/token", data=body, timeout=5).status_code != 200
    with pytest.raises(NotSignedIn):
        Transport(identity.profile, identity.auth).get(gateway.url)
    assert "Authorization" not in gateway.seen[-1][2]


def test_revoked_elsewhere_then_resumed(idp, gateway):
    """An administrator ends the sign-in: a clear error, and what was wanted goes on after."""
    gateway.provider["url"] = f"{idp.issuer}/userinfo"
    identity = identity_at(idp, gateway.url)
    identity.sign_in_with_browser(idp.browser("li"))
    tokens = identity._tokens
    Provider(identity.profile, Transport()).revoke(tokens.refresh, "refresh_token", tokens.access)
    Provider(identity.profile, Transport()).revoke(tokens.access, "access_token", tokens.access)
    transport = Transport(identity.profile, identity.auth)
    with pytest.raises(NotSignedIn) as told:
        transport.get(gateway.url)
    assert told.value.advice.zh == "请重新登录。"
    assert identity.state is State.EXPIRED
    done = []
    identity.when_signed_in(lambda: done.append(transport.json(gateway.url)["name"]))
    assert done == []
    identity.sign_in_with_browser(idp.browser("li"))
    assert done == ["李四"]
    identity.when_signed_in(lambda: done.append("at once"))
    assert done[-1] == "at once"


def test_taken_up_again_another_day(idp):
    store = MemoryStore()
    first = identity_at(idp, store=store)
    first.sign_in_with_browser(idp.browser("li"))
    second = identity_at(idp, store=store)
    assert second.restore()
    assert second.account.name == "李四" and second.may(Role.REVIEWER)
    # A profile of the same name that leads elsewhere gets nothing of it.
    other = identity_at(idp, "http://127.0.0.1:10", store)
    assert not other.restore()
    assert other.state is State.SIGNED_OUT


def test_a_token_of_another_window_is_found(idp):
    """Two windows, one store, tokens for one use: the loser finds the winner's."""
    store = MemoryStore()
    one = identity_at(idp, store=store)
    one.sign_in_with_browser(idp.browser("li"))
    two = identity_at(idp, store=store)
    assert two.restore()
    with one._lock:
        one._tokens = Tokens(one._tokens.access, one._tokens.expires, "used-up-already")
    one.refresh()
    assert one.state is State.SIGNED_IN


def test_without_a_person(idp, tmp_path):
    file = tmp_path / "sign-in.json"
    file.write_text(json.dumps({**glewlwyd_server.MACHINE, "scopes": ["reviewer"]}))
    file.chmod(0o600)
    identity = identity_at(idp)
    told = []
    sign_in(identity, f"@{file}", told.append)
    assert identity.may(Role.REVIEWER) and told == []
    file.chmod(0o644)
    sign_in(identity_at(idp), f"@{file}", told.append)
    assert "chmod 600" in told[0].en


def test_a_persons_password_only_where_the_profile_says_so(idp, tmp_path):
    file = tmp_path / "sign-in.json"
    person = {"username": "li", "password": glewlwyd_server.USERS["li"][0]}
    file.write_text(
        json.dumps({**glewlwyd_server.MACHINE, **person, "scopes": ["openid", "reviewer"]})
    )
    file.chmod(0o600)
    with pytest.raises(ServiceError) as told:
        sign_in(identity_at(idp), f"@{file}")
    assert "password" in told.value.text.en
    identity = identity_at(idp, unattended=["password"])
    sign_in(identity, f"@{file}")
    assert identity.account.name == "李四" and identity.may(Role.REVIEWER)


def test_a_refresh_token_in_a_file_is_replaced(idp, tmp_path):
    first = identity_at(idp)
    first.sign_in_with_browser(idp.browser("zhang"))
    file = tmp_path / "sign-in.json"
    file.write_text(json.dumps({"refresh_token": first._tokens.refresh}))
    file.chmod(0o600)
    for _ in range(3):
        identity = identity_at(idp)
        sign_in(identity, f"@{file}")
        assert identity.account.name == "张三"
    assert file.stat().st_mode & 0o077 == 0


def test_nobody_and_no_way(idp, tmp_path):
    with pytest.raises(NotSignedIn):
        sign_in(identity_at(idp), "")
    with pytest.raises(NotSignedIn):
        sign_in(identity_at(idp), f"@{tmp_path / 'missing.json'}")


def test_nothing_tells_a_secret(idp, gateway):
    gateway.provider["url"] = f"{idp.issuer}/userinfo"
    identity = identity_at(idp, gateway.url)
    identity.sign_in_with_browser(idp.browser("li"))
    access, refresh = identity._tokens.access, identity._tokens.refresh
    answer = Transport(identity.profile, identity.auth).get(gateway.url + "/x")
    told = " ".join(
        repr(one)
        for one in (
            identity.auth,
            identity._tokens,
            identity.account,
            vars(answer.request),
            answer.url,
            answer.request.headers,
        )
    )
    assert gateway.seen[-1][2]["Authorization"] == f"Bearer {access}"
    for secret in (access, refresh, hashlib.sha256(b"").hexdigest() and access[-20:]):
        assert secret not in told
