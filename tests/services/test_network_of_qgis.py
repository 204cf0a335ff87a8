"""The sign-in on what QGIS itself asks for, and what is left lying about afterwards."""

import json
import os
import sqlite3
import tempfile
import threading
import time
import urllib.parse
from dataclasses import replace
from pathlib import Path

import glewlwyd_server
import pytest
import requests
from small_server import Server

from onemap_verify.services.errors import CertificateProblem, NotSignedIn, ServiceError
from onemap_verify.services.site import load_profile
from onemap_verify.services.transport import Transport

KEY = "t14nd1tu-Key-4711"
MASTER = "Master-Passw0rd-9"

FEATURES = b"""<?xml version="1.0"?><wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs"
 xmlns:gml="http://www.opengis.net/gml" xmlns:q="http://q" numberOfFeatures="1">
 <gml:featureMember><q:dltb gml:id="dltb.1"><q:bsm>1</q:bsm></q:dltb></gml:featureMember>
</wfs:FeatureCollection>"""
CAPABILITIES = """<?xml version="1.0"?><WFS_Capabilities version="1.1.0"
 xmlns="http://www.opengis.net/wfs" xmlns:ows="http://www.opengis.net/ows"
 xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:q="http://q">
 <ows:OperationsMetadata><ows:Operation name="GetFeature"><ows:DCP><ows:HTTP>
 <ows:Get xlink:href="{url}/wfs?"/></ows:HTTP></ows:DCP></ows:Operation></ows:OperationsMetadata>
 <FeatureTypeList><FeatureType><Name>q:dltb</Name><Title>dltb</Title>
 <DefaultSRS>urn:ogc:def:crs:EPSG::4490</DefaultSRS></FeatureType></FeatureTypeList>
</WFS_Capabilities>"""
SCHEMA = b"""<?xml version="1.0"?><schema xmlns="http://www.w3.org/2001/XMLSchema"
 xmlns:gml="http://www.opengis.net/gml" xmlns:q="http://q" targetNamespace="http://q">
 <element name="dltb" type="q:dltbType" substitutionGroup="gml:_Feature"/>
 <complexType name="dltbType"><complexContent><extension base="gml:AbstractFeatureType">
 <sequence><element name="bsm" type="string"/></sequence></extension></complexContent>
 </complexType></schema>"""


@pytest.fixture(scope="module")
def vault(qgis_app, tmp_path_factory):
    """QGIS's authentication database, unlocked; the folder of the profile."""
    from qgis.core import QgsApplication, QgsNetworkAccessManager, QgsSettings

    manager = QgsApplication.authManager()
    if not manager.masterPasswordIsSet():
        manager.setMasterPassword(MASTER, True)
    folder = Path(os.environ["QGIS_CUSTOM_CONFIG_PATH"])
    QgsSettings().setValue("cache/directory", str(folder / "cache"))
    QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()
    QgsNetworkAccessManager.instance().cache().setCacheDirectory(str(folder / "cache"))
    return folder


@pytest.fixture
def project(qgis_app):
    """The project of QGIS, empty before and after."""
    from qgis.core import QgsProject

    QgsProject.instance().clear()
    yield QgsProject.instance()
    QgsProject.instance().clear()


@pytest.fixture
def network(qgis_app):
    from onemap_verify.services import session
    from onemap_verify.services.identity import qgis_network

    qgis_network.install()
    yield qgis_network
    session.stop()


def wfs_server(guard=None):
    """A WFS of one feature; ``guard(authorization) -> bool`` lets requests through."""

    def answer(handler, _):
        query = {
            name.lower(): value
            for name, value in urllib.parse.parse_qsl(handler.path.partition("?")[2])
        }
        if guard is not None and not guard(handler.headers.get("Authorization", "")):
            handler.say(401, b"sign in")
            return
        kind = query.get("request", "")
        body = {
            "GetCapabilities": CAPABILITIES.format(url=server.url).encode(),
            "DescribeFeatureType": SCHEMA,
            "GetFeature": FEATURES,
        }.get(kind, b"{}")
        handler.say(200, body, Content_Type="text/xml")

    server = Server(answer)
    return server


def wfs_layer(url):
    from qgis.core import QgsVectorLayer

    uri = f"url='{url}/wfs' typename='q:dltb' version='1.1.0' srsname='EPSG:4490'"
    return QgsVectorLayer(uri, "dltb", "WFS")


def key_profile(url, place):
    credential = {
        "header": {"place": "header", "name": "Authorization", "prefix": "Bearer "},
        "query": {"place": "query", "name": "tk"},
        "cookie": {"place": "cookie", "name": "sid"},
    }[place]
    return load_profile(
        {
            "id": f"keyed-{place}",
            "title": {"zh": "测试", "en": "Test"},
            "zone": "inner",
            "network": {"timeout_s": 5},
            "identity": {"kind": "key", "credential": credential, "secrets": ["tk"]},
            "catalogue": [{"kind": "csw", "url": url + "/csw"}],
        }
    )


def get(url):
    from qgis.core import QgsBlockingNetworkRequest
    from qgis.PyQt.QtCore import QUrl
    from qgis.PyQt.QtNetwork import QNetworkRequest

    request = QgsBlockingNetworkRequest()
    request.get(QNetworkRequest(QUrl(url)), True)
    return bytes(request.reply().content())


def test_layers_of_qgis_get_in_and_only_while_we_are_there(vault, network):
    from onemap_verify.services import session

    server = wfs_server(lambda header: header == f"Bearer {KEY}")
    try:
        one = session.of(key_profile(server.url, "header"))
        assert not wfs_layer(server.url).isValid()
        one.identity.enter_secret("tk", f"  {KEY}\n")
        assert one.identity.kept
        layer = wfs_layer(server.url)
        assert layer.isValid()
        assert [feature["bsm"] for feature in layer.getFeatures()] == ["1"]
        assert KEY not in layer.source() and KEY not in layer.publicSource()
        session.stop()
        before = len(server.seen)
        # Not a layer: QGIS remembers the capabilities it has read.
        assert get(server.url + "/wfs?request=GetFeature") == b"sign in"
        assert len(server.seen) > before
        assert all("Authorization" not in line[2] for line in server.seen[before:])
    finally:
        server.stop()


@pytest.mark.parametrize("place", ["header", "query", "cookie"])
def test_requests_of_qgis_elsewhere_carry_nothing(vault, network, place):
    from onemap_verify.services import session

    other = Server(lambda h, n: h.say(200, b"other"))

    def answer(handler, _):
        if "away" in handler.path:
            query = handler.path.partition("?")[2]
            handler.say(302, b"", Location=f"{other.url}/landed?{query}")
        elif "name" in handler.path:
            handler.say(302, b"", Location=f"http://localhost:{other.port}/landed")
        else:
            handler.say(200, b"mine")

    server = Server(answer)
    try:
        session.of(key_profile(server.url, place)).identity.enter_secret("tk", KEY)
        assert get(server.url + "/x?a=1") == b"mine"
        assert KEY in f"{server.seen[-1]}"
        assert get(server.url + "/away?a=1") == b"other"
        assert get(server.url + "/name") == b"other"
        assert get(other.url + "/direct") == b"other"
        assert len(other.seen) == 3
        assert KEY not in f"{other.seen}"
    finally:
        server.stop()
        other.stop()


def test_configurations_that_the_user_has(vault, network, tmp_path):
    """Basic, and headers where this QGIS knows them."""
    from qgis.core import QgsApplication, QgsAuthMethodConfig

    from onemap_verify.services.identity import Identity

    manager = QgsApplication.authManager()
    server = Server(lambda h, n: h.say(200, b"in"))
    other = Server(lambda h, n: h.say(200, b"out"))
    try:
        document = json.loads("{}")
        document.update(
            id="own",
            title={"zh": "测试", "en": "Test"},
            zone="inner",
            identity={"kind": "authcfg"},
            catalogue=[{"kind": "csw", "url": server.url}],
        )
        made = [("Basic", {"username": "li", "password": "b4sic-Pass"}, "Authorization")]
        if "APIHeader" in manager.authMethodsKeys():
            made.append(("APIHeader", {"X-API-Key": "h3ader-Key"}, "X-API-Key"))
        for method, values, header in made:
            config = QgsAuthMethodConfig()
            config.setName(method)
            config.setMethod(method)
            config.setConfigMap(values)
            outcome = manager.storeAuthenticationConfig(config)
            config = outcome[1] if isinstance(outcome, tuple) else config
            identity = Identity(load_profile(document))
            identity.use_authcfg(config.id())
            assert identity.ready and identity.authcfg == config.id()
            transport = Transport(identity.profile, identity.auth)
            assert transport.bytes(server.url) == b"in"
            assert transport.bytes(other.url) == b"out"
            assert header in server.seen[-1][2], method
            assert header not in other.seen[-1][2]
        identity = Identity(load_profile(document))
        with pytest.raises(NotSignedIn):
            identity.use_authcfg("missing")
    finally:
        server.stop()
        other.stop()


def test_a_client_certificate_that_the_user_has(vault, network, tmp_path):
    """The server asks for one and says who it saw; the key rests on no disk of ours."""
    from own_authority import make_certificate
    from qgis.core import QgsApplication, QgsAuthMethodConfig

    from onemap_verify.services.identity import Identity

    home = make_certificate(tmp_path, "home")
    person, key = make_certificate(tmp_path, "person")

    def answer(handler, _):
        seen = handler.connection.getpeercert()
        handler.say(200, json.dumps(seen["subject"] if seen else None).encode())

    server = Server(answer, home, clients=tmp_path / "person-ca.pem")
    before = set(Path(tempfile.gettempdir()).glob("onemap-client-*"))
    try:
        manager = QgsApplication.authManager()
        config = QgsAuthMethodConfig()
        config.setName("pki")
        config.setMethod("PKI-Paths")
        config.setConfigMap({"certpath": person, "keypath": key, "keypass": ""})
        outcome = manager.storeAuthenticationConfig(config)
        config = outcome[1] if isinstance(outcome, tuple) else config
        profile = load_profile(
            {
                "id": "pki",
                "title": {"zh": "测试", "en": "Test"},
                "zone": "inner",
                "network": {"certificate_authorities": [str(tmp_path / "home-ca.pem")]},
                "identity": {"kind": "authcfg"},
                "catalogue": [{"kind": "csw", "url": server.url}],
            }
        )
        with pytest.raises(ServiceError):
            Transport(profile, attempts=1).get(server.url)
        identity = Identity(profile)
        identity.use_authcfg(config.id())
        told = Transport(profile, identity.auth).json(server.url)
        assert told == [[["commonName", "127.0.0.1"]]]
        # Another name of the same machine is not what the server's certificate says.
        named = server.url.replace("127.0.0.1", "localhost")
        elsewhere = replace(profile, catalogue=(replace(profile.catalogue[0], url=named),))
        identity = Identity(elsewhere)
        identity.use_authcfg(config.id())
        with pytest.raises(CertificateProblem):
            Transport(elsewhere, identity.auth).get(named)
        assert set(Path(tempfile.gettempdir()).glob("onemap-client-*")) == before
    finally:
        server.stop()


def test_proxy_and_time_out_of_qgis(vault):
    from qgis.core import QgsNetworkAccessManager
    from qgis.PyQt.QtNetwork import QNetworkProxy

    from onemap_verify.services import transport_line

    manager = QgsNetworkAccessManager.instance()
    kind = QNetworkProxy.ProxyType
    own = manager.fallbackProxy(), manager.excludeList(), manager.noProxyList()
    try:
        proxy = QNetworkProxy(kind.HttpProxy, "proxy.example", 3128, "li", "pr0xy-Pass")
        manager.setFallbackProxyAndExcludes(proxy, ["http://b.example"], ["http://a.example"])
        found = transport_line._qgis_proxy("http://x.example/y")
        assert found["http"] == "http://li:pr0xy-Pass@proxy.example:3128"
        assert transport_line._qgis_proxy("http://a.example/y") == {}
    finally:
        manager.setFallbackProxyAndExcludes(*own)
    line = transport_line.Line(None)
    assert line._timeout == QgsNetworkAccessManager.timeout() / 1000


def secrets_in(folder, secrets):
    """Return the files below ``folder`` that hold one of the secrets as it is."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            body = path.read_bytes()
            found += [
                f"{path.relative_to(folder)}: {secret[:6]}…"
                for secret in secrets
                if secret.encode() in body or secret.encode("utf-16-le") in body
            ]
    return found


@pytest.mark.skipif(not glewlwyd_server.is_installed(), reason="glewlwyd is not installed")
def test_no_secret_is_left_lying_about(
    vault, network, project, tmp_path, tmp_path_factory, caplog, capfd
):
    """Sign in, load layers, meet errors, save the project; then look everywhere."""
    from qgis.core import QgsApplication, QgsProject, QgsRasterLayer, QgsSettings

    from onemap_verify.checks.findings import Text
    from onemap_verify.services import session, settings
    from onemap_verify.services.onemap.provider_source import provider_source
    from onemap_verify.services.site_profile import LayerSource

    caplog.set_level(10)
    messages = []
    QgsApplication.messageLog().messageReceived.connect(lambda *words: messages.append(words))
    idp = glewlwyd_server.Glewlwyd(tmp_path_factory.mktemp("idp"))

    def known(header):
        told = requests.get(f"{idp.issuer}/userinfo", headers={"Authorization": header}, timeout=5)
        return told.status_code == 200

    server = wfs_server(known)
    tiles = Server(lambda h, n: h.say(403, b'{"msg": "no", "code": 1}'))
    told = []
    try:
        file = tmp_path / "site.json"
        file.write_text(json.dumps(glewlwyd_server.document(idp, server.url)))
        one = session.choose(file)
        account = one.identity.sign_in_with_browser(idp.browser("li"))
        assert account.name == "李四"
        tokens = one.identity._tokens
        secrets = [tokens.access, tokens.refresh, tokens.identity, KEY, MASTER]
        secrets += [password for password, _ in glewlwyd_server.USERS.values()]

        layer = wfs_layer(server.url)
        assert layer.isValid()
        keyed = session.of(key_profile(tiles.url, "query"))
        keyed.identity.enter_secret("tk", KEY)
        # As our own loader writes it: later versions of QGIS leave "%3A" and "%3F" as they are.
        template = f"{tiles.url}/t?x={{x}}&y={{y}}&z={{z}}"
        source = LayerSource("tiles", Text("瓦片", "tiles"), "xyz", template)
        uri = provider_source(source, keyed.transport, keyed.profile, tmp_path).uri
        raster = QgsRasterLayer(uri, "tiles", "wms")
        QgsProject.instance().addMapLayers([layer, raster])
        draw([layer, raster])
        assert KEY in f"{tiles.seen}"

        for url, transport in (
            (server.url + "/x?access_token=" + tokens.access, one.transport),
            (tiles.url + "/t?tk=" + KEY, keyed.transport),
            ("http://127.0.0.1:9/?tk=" + KEY, Transport(attempts=1)),
        ):
            try:
                transport.get(url, expect=(299,))
            except ServiceError as error:
                import traceback

                told += traceback.format_exception(type(error), error, error.__traceback__)
                told += [error.text.zh, error.text.en, repr(error), repr(error.__context__)]
        assert told
        path = tmp_path / "project.qgs"
        assert QgsProject.instance().write(str(path))
        assert QgsProject.instance().write(str(tmp_path / "project.qgz"))
        QgsSettings().sync()
        told += [layer.source(), raster.source(), path.read_text(), layer.publicSource()]
        told += [str(QgsSettings().value(key)) for key in QgsSettings().allKeys()]
        told += [caplog.text, *(" ".join(map(str, words)) for words in messages)]
        told += list(capfd.readouterr())
        assert settings.SITE.get() == str(file)
        everything = "\n".join(told)
        for secret in secrets:
            assert secret not in everything, secret[:6]
        assert secrets_in(vault, secrets) == []
        assert secrets_in(tmp_path, secrets) == []
        assert list((vault / "cache").rglob("*.d")), "QGIS kept nothing: the search proves nothing"
        check_that_it_is_kept(one, file)
    finally:
        server.stop()
        tiles.stop()
        idp.stop()


def check_that_it_is_kept(one, file):
    """Encrypted, usable tomorrow, and gone once somebody has signed out."""
    from qgis.core import QgsApplication

    from onemap_verify.services import session

    # The sign-in is there nevertheless: encrypted, and usable tomorrow.
    assert one.identity.kept
    database = sqlite3.connect(QgsApplication.authManager().authenticationDatabasePath())
    names = [row[0] for row in database.execute("SELECT setting FROM auth_settings")]
    database.close()
    assert any(name.startswith("onemap_verify/test/") for name in names)
    session.stop()
    again = session.choose(file)
    assert again.identity.restore()
    again.identity.sign_out()
    again = session.choose(file)
    assert not session.of(load_profile(file)).identity.restore()


def draw(layers):
    from qgis.core import QgsMapRendererParallelJob, QgsMapSettings, QgsRectangle
    from qgis.PyQt.QtCore import QCoreApplication, QSize

    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(layers[-1].crs())
    settings.setExtent(QgsRectangle(-2e7, -2e7, 2e7, 2e7))
    settings.setOutputSize(QSize(300, 300))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        QCoreApplication.sendPostedEvents()
        threading.Event().wait(0.02)
