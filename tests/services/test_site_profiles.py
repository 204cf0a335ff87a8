"""Site profiles: what is accepted, what is refused and where, and where secrets may go."""

import json

import pytest

from onemap_verify.checks.findings import Text
from onemap_verify.services import site
from onemap_verify.services.errors import ProfileProblem


def document(**more):
    found = {
        "version": 1,
        "id": "county",
        "title": {"zh": "县平台", "en": "County platform"},
        "zone": "business",
        "variables": {"gateway": "https://gis.example.cn/base/"},
        "identity": {"kind": "oidc", "issuer": "{gateway}/id", "client_id": "x"},
        "catalogue": [{"kind": "csw", "url": "{gateway}/csw"}],
        "groups": [{"id": "survey", "title": {"zh": "调查", "en": "Survey"}}],
        "layers": [
            {
                "id": "dltb",
                "title": {"zh": "地类图斑", "en": "Parcels"},
                "group": "survey",
                "kind": "wfs",
                "url": "{gateway}/ows",
                "date": ["2022-01-01", "2022-12-31"],
                "scales": [None, 50000],
                "withheld": ["QHDKSYRMC"],
            },
            {
                "id": "tiles",
                "title": "底图 base",
                "kind": "xyz",
                "url": "https://t.example.cn/{z}/{x}/{y}?k=1",
                "credential": "none",
            },
        ],
        "delivery": {"kinds": ["package"], "uploads": "{gateway}/files/"},
    }
    found.update(more)
    return found


def test_a_profile_is_read():
    profile = site.load_profile(document())
    assert profile.title == Text("县平台", "County platform")
    assert profile.identity.issuer == "https://gis.example.cn/base/id"
    assert profile.layers[0].url == "https://gis.example.cn/base/ows"
    assert profile.layers[0].date == ("2022-01-01", "2022-12-31")
    assert profile.layers[0].scales == (None, 50000)
    assert profile.layers[1].url == "https://t.example.cn/{z}/{x}/{y}?k=1"
    assert profile.identity.placing == site.Placing("header", "Authorization", "Bearer ")
    assert profile.audit.keep_months == 6
    assert profile.notes == ()


def test_variables_can_be_given():
    profile = site.load_profile(document(), {"gateway": "https://other.example.cn"})
    assert profile.delivery.uploads == "https://other.example.cn/files/"
    assert profile.origins == {("https", "other.example.cn", 443)}


def test_where_secrets_may_go():
    profile = site.load_profile(document())
    # Not to the base map of somebody else.
    assert profile.origins == {("https", "gis.example.cn", 443)}
    identity = {"kind": "key", "secrets": ["tk", "other"]}
    layers = [
        {"id": "a", "title": "a", "kind": "wms", "url": "https://a.example.cn:8443/x"},
        {
            "id": "b",
            "title": "b",
            "kind": "wms",
            "url": "https://b.example.cn",
            "credential": "other",
        },
    ]
    found = {"id": "k", "title": "k", "zone": "internet", "identity": identity, "layers": layers}
    profile = site.load_profile(found)
    assert profile.origins_of("tk") == profile.origins == {("https", "a.example.cn", 8443)}
    assert profile.origins_of("other") == {("https", "b.example.cn", 443)}
    stated = {"kind": "oidc", "issuer": "https://i.example.cn", "client_id": "x"}
    stated["origins"] = ["https://gis.example.cn:444"]
    assert site.load_profile(document(identity=stated)).origins == {
        ("https", "gis.example.cn", 444)
    }


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"zone": "moon"}, "/zone"),
        ({"id": "a/b"}, "/id"),
        ({"version": 2}, "/version"),
        ({"title": 7}, "/title"),
        ({"layers": {}}, "/layers"),
        ({"layers": [{"id": "a", "title": "a", "kind": "wsf", "url": "x"}]}, "/layers/0/kind"),
        ({"layers": [{"id": "a", "title": "a", "kind": "wfs"}]}, "/layers/0/url"),
        (
            {"layers": [{"id": "a", "title": "a", "kind": "wfs", "url": "x", "group": "no"}]},
            "/layers/0/group",
        ),
        (
            {"layers": [{"id": "a", "title": "a", "kind": "file", "url": "x"}] * 2},
            "/layers/1/id",
        ),
        (
            {"layers": [{"id": "a", "title": "a", "kind": "wms", "url": "x", "credential": "k"}]},
            "/layers/0/credential",
        ),
        ({"groups": [{"id": "a", "title": "a", "parent": "b"}]}, "/groups/0/parent"),
        ({"identity": {"kind": "oidc", "issuer": "https://x"}}, "/identity/client_id"),
        ({"identity": {"kind": "token_login"}}, "/identity/login"),
        ({"identity": {"kind": "key"}}, "/identity/secrets"),
        ({"identity": {"kind": "oidc", "issuer": "{nobody}/id"}}, "/identity/issuer"),
        ({"network": {"timeout_s": -1}}, "/network/timeout_s"),
        ({"network": {"timeout_s": True}}, "/network/timeout_s"),
        ({"catalogue": [{"kind": "csw", "url": "http://x.example.cn/csw"}]}, "/catalogue/0/url"),
        ({"audit": {"keep_months": 3}}, "/audit/keep_months"),
    ],
)
def test_what_is_wrong_and_where(change, where):
    with pytest.raises(ProfileProblem) as told:
        site.load_profile(document(**change))
    assert told.value.where == where
    assert where in told.value.text.zh and where in told.value.text.en


def test_missing_parts():
    for name in ("id", "title", "zone"):
        found = document()
        del found[name]
        with pytest.raises(ProfileProblem) as told:
            site.load_profile(found)
        assert told.value.where == f"/{name}"


def test_plain_http_only_where_it_is_said():
    found = document(variables={"gateway": "http://10.1.2.3"})
    with pytest.raises(ProfileProblem):
        site.load_profile(found)
    assert site.load_profile({**found, "network": {"allow_http": True}}).network.allow_http
    # This very machine is no network.
    site.load_profile(document(variables={"gateway": "http://127.0.0.1:8000"}))


def test_a_typing_error_is_pointed_out():
    profile = site.load_profile(document(catalog=[], delivery={"upload": "https://x.example.cn"}))
    told = dict(profile.notes)
    assert "'catalogue' meant" in told["/catalog"].en
    assert "uploads" in told["/delivery/upload"].zh


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"\xff\xfe{}", b'{"id": "a"}', b"[" * 100_000, b"null", b'"x"'],
)
def test_files_that_are_no_profile(tmp_path, body):
    path = tmp_path / "broken.json"
    path.write_bytes(body)
    with pytest.raises(ProfileProblem) as told:
        site.load_profile(path)
    assert "broken.json" in told.value.text.zh
    with pytest.raises(ProfileProblem):
        site.load_profile(tmp_path / "missing.json")


def test_pem_files_are_found_beside_the_profile(tmp_path):
    path = tmp_path / "site.json"
    found = document(network={"certificate_authorities": ["ca.pem"]})
    found["delivery"]["receipt_certificate"] = "-----BEGIN CERTIFICATE-----\nx"
    path.write_text(json.dumps(found))
    profile = site.load_profile(path)
    assert profile.network.certificate_authorities == (str(tmp_path / "ca.pem"),)
    assert profile.delivery.receipt_certificate.startswith("-----BEGIN")


def test_the_shipped_ones():
    shipped = {profile.id: profile for profile in site.shipped_profiles()}
    assert set(shipped) == {"embedded", "tianditu", "province", "arcgis", "geology", "marine"}
    for profile in shipped.values():
        assert profile.notes == ()
    tianditu = shipped["tianditu"]
    assert {layer.layer for layer in tianditu.layers} == {
        "vec", "cva", "img", "cia", "ter", "cta", "ibo",
    }  # fmt: skip
    assert {layer.crs for layer in tianditu.layers} == {"EPSG:4490", "EPSG:3857"}
    assert tianditu.identity.placing == site.Placing("query", "tk", "")
    assert set(tianditu.identity.errors) >= {"403/1", "403/7", "403/12", "403/18", "418"}
    assert all("tk=" not in layer.url for layer in tianditu.layers)
    assert shipped["province"].identity.placing.prefix == ""
    assert shipped["embedded"].identity.device


def test_the_administrators_folder_wins_and_a_path_before_all(tmp_path, monkeypatch):
    folder = tmp_path / "sites"
    folder.mkdir()
    (folder / "mine.json").write_text(json.dumps(document(id="tianditu")))
    (folder / "broken.json").write_text("{")
    monkeypatch.setenv(site.FOLDER_VARIABLE, str(folder))
    assert site.find_profile("tianditu").title.en == "County platform"
    usable, broken = site.available_profiles()
    assert {"tianditu", "province"} <= set(usable)
    assert [path.name for path, _ in broken] == ["broken.json"]
    other = tmp_path / "other.json"
    other.write_text(json.dumps(document(title="其他 other")))
    assert site.find_profile(other).title.en == "其他 other"
    with pytest.raises(ProfileProblem) as told:
        site.find_profile("nowhere")
    assert "province" in told.value.text.en
