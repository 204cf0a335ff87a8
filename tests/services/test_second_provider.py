"""Another make of OpenID provider: stricter about PKCE, refresh tokens for one use.

It is no part of what ``./run test`` installs. To run this test:
``npm install --prefix .build/second-provider oidc-provider@9``
"""

import html
import os
import re
import shutil
import subprocess
import time
import urllib.parse
from pathlib import Path

import pytest
import requests
from glewlwyd_server import free_port

from onemap_verify.checks.progress import Progress
from onemap_verify.services.errors import NotSignedIn
from onemap_verify.services.identity import Identity, Role, State
from onemap_verify.services.site import load_profile


@pytest.fixture(scope="module")
def issuer(checkout):
    folder = Path(os.environ.get("ONEMAP_SECOND_PROVIDER", checkout / ".build/second-provider"))
    if not (folder / "node_modules" / "oidc-provider").is_dir() or not shutil.which("node"):
        pytest.skip("oidc-provider is not installed (see the head of this file)")
    port = free_port()
    script = Path(__file__).resolve().parents[1] / "fixtures" / "second_provider.mjs"
    process = subprocess.Popen(
        ["node", str(script), str(folder), str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdout.readline().strip() == b"ready"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def identity_at(issuer):
    document = {
        "id": "second",
        "title": {"zh": "测试", "en": "Test"},
        "zone": "inner",
        "identity": {
            "kind": "oidc",
            "issuer": issuer,
            "client_id": "onemap-verify",
            "scopes": ["openid", "profile", "offline_access"],
            "roles": {"claim": "roles", "map": {"审核员": "reviewer"}},
            "device": True,
        },
        "catalogue": [{"kind": "csw", "url": "http://127.0.0.1:9"}],
    }
    return Identity(load_profile(document))


def person(session, answer):
    """Fill in every form until there is none."""
    for _ in range(6):
        action = re.search(r'action="([^"]+)"', answer.text)
        if action is None:
            return answer
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.text))
        fields.update(login="li", password="x")
        url = urllib.parse.urljoin(answer.url, html.unescape(action[1]))
        answer = session.post(url, data=fields, timeout=10)
    raise AssertionError("no end of forms")


def browser(address):
    session = requests.Session()
    person(session, session.get(address, timeout=10))


def test_in_renewed_and_out(issuer):
    identity = identity_at(issuer)
    account = identity.sign_in_with_browser(browser)
    assert (account.user, account.name, account.roles) == ("li", "李四", {Role.REVIEWER})
    first = identity._tokens
    identity.refresh()
    assert identity._tokens.refresh != first.refresh and identity.may(Role.REVIEWER)
    # A token for one use that comes again is taken for stolen: the whole sign-in ends.
    with pytest.raises(NotSignedIn):
        identity.provider.refresh(first.refresh)
    with pytest.raises(NotSignedIn):
        identity.refresh()
    assert identity.state is State.EXPIRED
    identity.sign_in_with_browser(browser)
    access = identity._tokens.access
    identity.sign_out()
    bearer = {"Authorization": f"Bearer {access}"}
    assert requests.get(f"{issuer}/me", headers=bearer, timeout=5).status_code == 401


def test_by_device(issuer):
    identity = identity_at(issuer)

    def show(code):
        session = requests.Session()
        person(session, session.get(code.complete_address, timeout=10))

    end = time.monotonic() + 30
    progress = Progress(cancelled=lambda: time.monotonic() > end)
    assert identity.sign_in_with_device(show, progress).name == "李四"
