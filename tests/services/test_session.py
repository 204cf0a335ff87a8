"""The platform in use, shared by panels and algorithms; and the plugin's coming and going."""

import json

import pytest

from onemap_verify.services.errors import NotSignedIn, ProfileProblem
from onemap_verify.services.identity import State


def document(**more):
    found = {
        "id": "county",
        "title": {"zh": "县平台", "en": "County platform"},
        "zone": "business",
        "identity": {"kind": "key", "secrets": ["tk"]},
        "catalogue": [{"kind": "csw", "url": "http://127.0.0.1:9/csw"}],
    }
    found.update(more)
    return found


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "county.json"
    path.write_text(json.dumps(document()))
    return path


@pytest.fixture
def session(qgis_app):
    from onemap_verify.services import session, settings

    settings.SITE.forget()
    yield session
    session.stop()
    settings.SITE.forget()


def test_one_session_for_all(session, file):
    assert session.current() is None
    told = []
    stop = session.listen(told.append)
    first = session.choose(file)
    assert session.current() is first is session.of(file)
    assert told == [first]
    stop()
    session.choose("tianditu")
    assert len(told) == 1
    # After a restart the last one comes back.
    session.stop()
    assert session.current().profile.id == "tianditu"


def test_a_changed_profile_is_another_session(session, file):
    first = session.of(file)
    file.write_text(json.dumps(document(zone="inner")))
    assert session.of(file) is not first


def test_a_profile_that_has_gone_is_no_harm(session, file):
    session.choose(file)
    session.stop()
    file.unlink()
    assert session.current() is None
    with pytest.raises(ProfileProblem):
        session.open_session()


def test_an_algorithm_wants_somebody(session, file, tmp_path):
    with pytest.raises(NotSignedIn) as told:
        session.open_session(file)
    assert "SIGN_IN" in told.value.advice.zh
    secrets = tmp_path / "sign-in.json"
    secrets.write_text(json.dumps({"secrets": {"tk": "k3y-0123456789"}}))
    secrets.chmod(0o600)
    opened = session.open_session(file, f"@{secrets}")
    assert opened.identity.state is State.SIGNED_IN
    assert session.open_session(file) is opened


def test_signing_out_of_a_platform_of_keys_forgets_them(session, file):
    identity = session.of(file).identity
    identity.enter_secret("tk", "k3y 0123456789\n")
    assert identity.account.name == "k3y0…"
    assert [value for _, value in identity.secrets_for("http://127.0.0.1:9/x")] == ["k3y0123456789"]
    identity.sign_out()
    assert identity.secrets_for("http://127.0.0.1:9/x") == [] and not identity.restore()
    session.stop()
    assert not session.of(file).identity.restore()


def test_nobody_is_wanted_where_the_platform_is_open(session, tmp_path):
    path = tmp_path / "open.json"
    path.write_text(json.dumps(document(identity={"kind": "none"})))
    assert session.open_session(path).identity.ready


def test_nothing_stays_in_the_network_of_qgis(session, file):
    from onemap_verify.services.identity import qgis_network

    for _ in range(3):
        session.start()
        session.of(file)
        assert qgis_network._installed is not None and len(qgis_network._identities) == 1
        session.stop()
        assert qgis_network._installed is None and qgis_network._identities == []
