"""Platforms that take account and password themselves: bus, ArcGIS, SuperMap."""

import json
import time
import urllib.parse

import pytest
from small_server import Server

from onemap_verify.services import site
from onemap_verify.services.errors import NotSignedIn
from onemap_verify.services.identity import Identity, Role, State
from onemap_verify.services.identity.unattended import sign_in
from onemap_verify.services.transport import Transport

PASSWORD = "p4ssWord-of-Zhao"
TOKEN = "t0ken-0123456789"


class Platform:
    """Gives a token for the right password and answers only who shows it."""

    def __init__(self, kind):
        self.kind = kind
        self.valid = set()
        self.server = Server(self.answer)

    def answer(self, handler, number):
        path = handler.path.partition("?")[0]
        body = self.server.seen[-1][3]
        header = handler.headers.get("Authorization") or handler.headers.get(
            "X-Esri-Authorization", ""
        )
        if path in ("/ocn/getAccessToken", "/tokens/generateToken"):
            if self.kind == "bus":
                told = json.loads(body)
                right = told == {"account": "zhao", "password": PASSWORD, "tenantId": "7"}
            else:
                told = dict(urllib.parse.parse_qsl(body.decode()))
                right = told["username"] == "zhao" and told["password"] == PASSWORD
            if not right:
                # As these platforms do: no 401, an answer that says it.
                handler.say(200, b'{"error": {"code": 400, "message": "Invalid credentials"}}')
                return
            token = f"{TOKEN}-{number}"
            self.valid.add(token)
            given = {"token": token, "expires": (time.time() + 3600) * 1000, "data": token}
            handler.say(200, json.dumps(given).encode())
        elif header.replace("Bearer ", "") not in self.valid:
            handler.say(401, b"{}")
        elif path == "/ocn/user/getUserByToken":
            person = {"data": {"name": "赵工", "roles": ["审核员"]}}
            handler.say(200, json.dumps(person).encode())
        elif path == "/ocn/destroyAccessToken":
            self.valid.discard(header)
            handler.say(200, b"{}")
        else:
            handler.say(200, b'{"ok": 1}')


@pytest.fixture(params=["bus", "arcgis"])
def platform(request):
    found = Platform(request.param)
    yield found
    found.server.stop()


def profile_of(platform):
    shipped = {"bus": "province", "arcgis": "arcgis"}[platform.kind]
    return site.find_profile(shipped, {"gateway": platform.server.url, "tenant": "7"})


def test_in_and_out(platform):
    identity = Identity(profile_of(platform))
    account = identity.sign_in_with_password("zhao", PASSWORD)
    assert account.user == "zhao"
    if platform.kind == "bus":
        assert account.name == "赵工" and account.roles == {Role.REVIEWER}
    transport = Transport(identity.profile, identity.auth)
    assert transport.json(platform.server.url + "/esb/x") == {"ok": 1}
    assert TOKEN not in platform.server.seen[-1][1]
    before = len(platform.server.seen)
    identity.sign_out()
    if platform.kind == "bus":
        assert len(platform.server.seen) == before + 1 and not platform.valid
    with pytest.raises(NotSignedIn):
        transport.json(platform.server.url + "/esb/x")


def test_a_wrong_password(platform):
    identity = Identity(profile_of(platform))
    with pytest.raises(NotSignedIn) as told:
        identity.sign_in_with_password("zhao", "wr0ng-Password")
    assert "Invalid credentials" in told.value.text.en
    assert "wr0ng" not in f"{told.value.text} {told.value.advice}"
    assert identity.state is State.FAILED


def test_ended_by_the_platform(platform):
    identity = Identity(profile_of(platform))
    identity.sign_in_with_password("zhao", PASSWORD)
    platform.valid.clear()
    with pytest.raises(NotSignedIn):
        Transport(identity.profile, identity.auth).json(platform.server.url + "/esb/x")
    assert identity.state is State.EXPIRED
    done = []
    identity.when_signed_in(lambda: done.append(1))
    identity.sign_in_with_password("zhao", PASSWORD)
    assert done == [1]


def test_unattended(platform, tmp_path):
    file = tmp_path / "sign-in.json"
    file.write_text(json.dumps({"username": "zhao", "password": PASSWORD}))
    file.chmod(0o600)
    identity = Identity(profile_of(platform))
    sign_in(identity, f"@{file}")
    assert identity.ready
