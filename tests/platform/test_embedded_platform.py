"""All services of the embedded platform answer, through the gateway, for who is signed in."""

import json
import re
import socket
import subprocess
import time
from pathlib import Path

import pytest

from onemap_verify.demo.platform.http_client import call
from onemap_verify.demo.platform.visitor import approve_device, browser, headers, tokens

ROLES = ("surveyor", "reviewer", "administrator")
GML = "{http://www.opengis.net/gml}"


@pytest.fixture(scope="module")
def ask(platform):
    """Call a service as a user with some role, or as nobody."""
    signed = {role: headers(platform, role) for role in ROLES}

    def ask(address, role="surveyor", method="GET", **more):
        sent = dict(more.pop("headers", {})) | (signed[role] if role else {})
        return call(method, address, headers=sent, timeout=60, **more)

    return ask


def test_nobody_gets_in_without_signing_in(platform, ask):
    for name in ("wms", "wfs", "oapif", "wcs", "catalogue", "staging", "uploads", "receipts"):
        for sent in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}):
            answer = ask(platform[name] + ("/x" if name == "receipts" else ""), None, headers=sent)
            assert answer.status == 401, name
            said = answer.json()
            assert said["error"] in ("not_signed_in", "invalid_token")
            assert said["message"]["zh"] and said["message"]["en"]
            assert dict(answer.headers)["www-authenticate"].startswith("Bearer")
    assert ask(platform["audit"], None, "POST", body={}).status == 401
    assert ask(platform["wfs"], None, "POST", body=b"<GetFeature/>").status == 401


@pytest.mark.parametrize("role", ROLES)
def test_every_role_reads_the_one_map(platform, ask, role):
    asked = "?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetCapabilities"
    told = ask(platform["wms"] + asked, role)
    assert told.status == 200
    names = re.findall("<Name>([^<]*)</Name>", told.text)
    assert set(platform["layers"]) <= set(names)
    # The map's addresses are the gateway's, not those of a server behind it.
    found = re.findall('OnlineResource[^>]*href="([^"]*)"', told.text)
    assert found and all(one.startswith(platform["gateway"]) for one in found)


def test_a_map_is_drawn(platform, ask):
    told = ask(platform["wms"] + "?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetCapabilities").text
    (box,) = set(re.findall(r'<BoundingBox[^>]*CRS="EPSG:4490"[^>]*>', told)[:1])
    edges = {key: float(value) for key, value in re.findall(r'(m[a-z]+)="([^"]*)"', box)}
    place = ",".join(str(edges[key]) for key in ("minx", "miny", "maxx", "maxy"))
    for layers in ("dltb_2023", "image_2023", "dem", "yjjbntbhtb,dltb_2022"):
        asked = (
            f"?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS={layers}&STYLES=&CRS=EPSG:4490"
            f"&BBOX={place}&WIDTH=200&HEIGHT=200&FORMAT=image/png&TRANSPARENT=true"
        )
        answer = ask(platform["wms"] + asked)
        assert answer.status == 200
        assert answer.body[:8] == b"\x89PNG\r\n\x1a\n"
        # An empty picture of that size has a few hundred bytes.
        assert len(answer.body) > 3000, layers


def test_tiles_have_the_grid_of_cgcs2000(platform, ask):
    told = ask(platform["wmts"]).text
    assert "<ows:Identifier>EPSG:4490</ows:Identifier>" in told
    asked = (
        "?SERVICE=WMTS&VERSION=1.0.0&REQUEST=GetTile&LAYER=image_2023&STYLE=default"
        "&TILEMATRIXSET=EPSG:4490&TILEMATRIX={}&TILEROW={}&TILECOL={}&FORMAT=image/png"
    )
    level = 14
    size = 360 / 2**level
    west, north = 123.65, 36.6
    row, column = int((90 - north) / size), int((west + 180) / size)
    tile = ask(platform["wms"] + asked.format(level, row, column))
    assert tile.status == 200 and tile.body[:4] == b"\x89PNG"
    assert len(tile.body) > 20_000  # a picture, not an empty tile


def test_features_are_those_of_the_database(platform, ask):
    hits = "?SERVICE=WFS&VERSION=1.1.0&REQUEST=GetFeature&TYPENAME=dltb_2023&RESULTTYPE=hits"
    (count,) = re.findall(r'numberOfFeatures="(\d+)"', ask(platform["wfs"] + hits).text)
    assert int(count) == rows(platform, "onemap.dltb_2023") > 200
    document = (
        '<wfs:GetFeature service="WFS" version="1.1.0" xmlns:wfs="http://www.opengis.net/wfs">'
        '<wfs:Query typeName="dltb_2022" srsName="EPSG:4529"/></wfs:GetFeature>'
    )
    answer = ask(
        platform["wfs"], method="POST", body=document.encode(), headers={"Content-Type": "text/xml"}
    )
    assert answer.status == 200
    assert answer.text.count("<qgs:dltb_2022 ") == rows(platform, "onemap.dltb_2022")
    items = ask(platform["oapif"] + "/collections/xzq/items.json").json()["features"]
    assert items[0]["properties"]["xzqdm"].startswith("990101")


def test_parcels_keep_their_millimetres_in_their_own_reference(platform, ask):
    """In degrees the server gives six decimals, ten centimetres; in metres a micrometre."""
    asked = "?SERVICE=WFS&VERSION=1.1.0&REQUEST=GetFeature&TYPENAME=dltb_2023&MAXFEATURES=1"
    told = ask(platform["wfs"] + asked + "&SRSNAME=EPSG:4529").text
    numbers = re.search(r"<(?:gml:)?posList[^>]*>([^<]*)", told).group(1).split()
    x, y = float(numbers[0]), float(numbers[1])
    near = f"ST_DWithin(ST_Points(geom), ST_SetSRID(ST_MakePoint({x!r}, {y!r}), 4529), 0.00001)"
    assert rows(platform, "onemap.dltb_2023", near) >= 1


def rows(platform, table, where="true"):
    """Rows of a table, counted in the database itself."""
    psycopg2 = pytest.importorskip("psycopg2")
    told = platform["postgis"]
    connection = psycopg2.connect(
        host=told["host"],
        port=told["port"],
        dbname=told["database"],
        user=told["user"],
        passfile=told["password_file"],
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {where}")
            return cursor.fetchone()[0]
    finally:
        connection.close()


def test_personal_columns_are_there_to_be_left_alone(platform):
    assert rows(platform, "onemap.yjjbntbhtb", "zrrzjhm LIKE '990101%' AND lxdh <> ''") > 20
    profile = json.loads(Path(platform["profile"]).read_text(encoding="utf-8"))
    (layer,) = [one for one in profile["layers"] if one["id"] == "yjjbntbhtb"]
    assert {"ZRRZJHM", "LXDH", "JZDZ"} <= set(layer["withheld"])


def test_the_terrain_comes_as_heights(platform, ask, tmp_path):
    gdal = pytest.importorskip("osgeo.gdal")
    described = "?SERVICE=WCS&VERSION=1.0.0&REQUEST=DescribeCoverage&COVERAGE=dem"
    told = ask(platform["wcs"] + described).text
    edges = [float(v) for pos in re.findall("<gml:pos>([^<]*)", told)[4:6] for v in pos.split()]
    west, south = edges[:2]
    asked = (
        "?SERVICE=WCS&VERSION=1.0.0&REQUEST=GetCoverage&COVERAGE=dem&CRS=EPSG:4529"
        f"&BBOX={west},{south},{west + 500},{south + 400}&WIDTH=50&HEIGHT=40&FORMAT=GTiff"
    )
    path = tmp_path / "dem.tif"
    path.write_bytes(ask(platform["wcs"] + asked).body)
    served, kept = gdal.Open(str(path)), gdal.Open(str(Path(platform["folder"]) / "data/dem.tif"))
    own = kept.ReadAsArray(0, kept.RasterYSize - 40, 50, 40)
    # Cell for cell what lies in the file: no resampling, no rounding.
    assert (served.ReadAsArray() == own).all()


def test_the_catalogue_knows_every_layer(platform, ask):
    asked = (
        "?service=CSW&version=2.0.2&request=GetRecords&typeNames=gmd:MD_Metadata"
        "&resultType=results&elementSetName=full&maxRecords=100"
        "&outputSchema=http://www.isotc211.org/2005/gmd"
    )
    told = ask(platform["catalogue"] + asked).text
    for layer in platform["layers"]:
        assert f"urn:onemap:demo:{layer}<" in told
    assert "永久基本农田保护图斑" in told
    assert f"{platform['gateway']}/wcs" in told
    assert told.count("urn:onemap:demo:province:") == 40
    assert ask(platform["catalogue"], method="POST", body=b"<Transaction/>").status == 403


def test_a_catalogue_query_by_document(platform, ask):
    document = """<csw:GetRecords xmlns:csw="http://www.opengis.net/cat/csw/2.0.2"
      xmlns:ogc="http://www.opengis.net/ogc" service="CSW" version="2.0.2" resultType="results">
      <csw:Query typeNames="csw:Record"><csw:ElementSetName>brief</csw:ElementSetName>
      <csw:Constraint version="1.1.0"><ogc:Filter><ogc:PropertyIsLike wildCard="%"
      singleChar="_" escapeChar="\\"><ogc:PropertyName>csw:AnyText</ogc:PropertyName>
      <ogc:Literal>%没有这样的话%</ogc:Literal></ogc:PropertyIsLike></ogc:Filter>
      </csw:Constraint></csw:Query></csw:GetRecords>"""
    answer = ask(
        platform["catalogue"],
        method="POST",
        body=document.encode(),
        headers={"Content-Type": "application/xml"},
    )
    assert answer.status == 200
    assert 'numberOfRecordsMatched="0"' in answer.text
    found = ask(
        platform["catalogue"],
        method="POST",
        body=document.replace("没有这样的话", "独立于测绘单位").encode(),
        headers={"Content-Type": "application/xml"},
    )
    assert "urn:onemap:demo:dem" in found.text


def test_a_time_stamp_holds(platform, ask, tmp_path):
    query = subprocess.run(
        ["openssl", "ts", "-query", "-digest", "ab" * 32, "-sha256", "-cert"],
        capture_output=True,
        check=True,
    ).stdout
    answer = ask(
        platform["timestamp"],
        None,
        "POST",
        body=query,
        headers={"Content-Type": "application/timestamp-query"},
    )
    assert answer.status == 200
    asked, said = tmp_path / "query", tmp_path / "reply"
    asked.write_bytes(query)
    said.write_bytes(answer.body)
    command = ["openssl", "ts", "-verify", "-queryfile", asked, "-in", said]
    command += ["-CAfile", platform["timestamp_certificate"]]
    assert subprocess.run(command, capture_output=True).returncode == 0
    asked.write_bytes(query.replace(b"\xab" * 32, b"\xac" * 32))
    assert subprocess.run(command, capture_output=True).returncode != 0
    assert ask(platform["timestamp"], None, "POST", body=b"no query").status in (200, 400)
    assert ask(platform["timestamp"], None).status == 403


def test_a_refresh_token_is_no_ticket(platform):
    given = tokens(platform, "reviewer")
    sent = {"Authorization": f"Bearer {given['refresh_token']}"}
    assert call("GET", platform["wms"], headers=sent).status == 401


def test_a_revoked_token_is_refused(platform):
    given = tokens(platform, "reviewer")
    sent = {"Authorization": f"Bearer {given['access_token']}"}
    asked = platform["wms"] + "?SERVICE=WMS&REQUEST=GetCapabilities"
    assert call("GET", asked, headers=sent).status == 200
    revoked = call(
        "POST",
        platform["identity"]["revocation_endpoint"],
        form={"token": given["access_token"], "client_id": platform["identity"]["client_id"]},
    )
    assert revoked.status == 200
    answer = call("GET", asked, headers=sent)
    assert answer.status == 401
    assert answer.json()["error"] == "invalid_token"
    # A program that is not known revokes nothing.
    form = {"token": given["refresh_token"], "client_id": "somebody"}
    endpoint = platform["identity"]["revocation_endpoint"]
    assert call("POST", endpoint, form=form).status == 401


def test_nobody_is_given_a_role_by_asking_for_it(platform):
    given = tokens(platform, "surveyor")
    assert "reviewer" in platform["identity"]["scopes"]
    assert given["scope"].split() == ["openid", "surveyor"]


def test_signing_in_with_a_browser(platform):
    """Authorization code with PKCE: what a browser would do comes back to the listener."""
    import base64
    import hashlib
    from urllib.parse import parse_qs, urlencode, urlsplit

    told = platform["identity"]
    port = next(port for port in told["redirect_ports"] if free(port))
    listener = socket.create_server(("127.0.0.1", port))
    verifier = "v" * 64
    digest = hashlib.sha256(verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": told["client_id"],
        "redirect_uri": f"http://127.0.0.1:{port}/",
        "scope": " ".join(told["scopes"]),
        "state": "some-state",
        "nonce": "some-nonce",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    with listener:
        import threading

        came = []

        def listen():
            connection, _ = listener.accept()
            with connection:
                came.append(connection.recv(65536).split(b" ")[1].decode())
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        browser(platform, "reviewer")(f"{told['authorization_endpoint']}?{urlencode(asked)}")
        thread.join(10)
    back = parse_qs(urlsplit(came[0]).query)
    assert back["state"] == ["some-state"]
    form = {
        "grant_type": "authorization_code",
        "code": back["code"][0],
        "client_id": told["client_id"],
        "redirect_uri": asked["redirect_uri"],
    }
    wrong = call("POST", told["token_endpoint"], form=form | {"code_verifier": "w" * 64})
    assert wrong.status in (400, 403)
    browser_again = call("POST", told["token_endpoint"], form=form | {"code_verifier": verifier})
    assert browser_again.status in (200, 400, 403)


def free(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) != 0


def test_signing_in_with_a_device_code(platform):
    told = platform["identity"]
    asked = {"client_id": told["client_id"], "scope": " ".join(told["scopes"])}
    given = call("POST", told["device_authorization_endpoint"], form=asked).json()
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "device_code": given["device_code"],
        "client_id": told["client_id"],
    }
    waiting = call("POST", told["token_endpoint"], form=form)
    assert waiting.status == 400 and waiting.json()["error"] == "authorization_pending"
    approve_device(platform, "surveyor", given["user_code"])
    import time

    time.sleep(given["interval"] + 0.1)
    answer = call("POST", told["token_endpoint"], form=form)
    assert answer.status == 200
    assert "surveyor" in answer.json()["scope"]


def test_the_profile_holds_no_secret(platform):
    text = Path(platform["profile"]).read_text(encoding="utf-8")
    described = json.dumps(platform)
    secrets = [user["password"] for user in platform["users"]]
    secrets += [platform["signer"]["passphrase"]]
    secrets += [platform["identity"]["desktop_client"]["client_secret"]]
    assert all(secret in described and secret not in text for secret in secrets)
    folder = Path(platform["folder"])
    for path in (folder / "settings.json", folder / "platform.json"):
        assert path.stat().st_mode & 0o077 == 0


def test_the_log_says_who_did_what_and_no_secret(platform, ask):
    ask(platform["wms"] + "?SERVICE=WMS&REQUEST=GetCapabilities&token=VERYSECRET", "reviewer")
    log = Path(platform["logs"]) / "gateway.log"
    found, text, end = [], "", time.monotonic() + 10
    # The line is written once the answer is out, so it may come after it.
    while not found:
        assert time.monotonic() < end, text[-1000:]
        text = log.read_text(encoding="utf-8")
        lines = [json.loads(line) for line in text.splitlines(True) if line.endswith("\n")]
        found = [
            line
            for line in lines
            if line["path"] == "/ows/onemap" and line["arguments"] == "(withheld)"
        ]
    assert [(line["user"], line["roles"], line["status"]) for line in found] == [
        ("li", "reviewer", 200)
    ]
    assert "VERYSECRET" not in text
    assert "Bearer" not in text
