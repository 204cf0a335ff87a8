"""The gateway's rules alone: who may do what, and what is refused whoever asks."""

import pytest

from onemap_verify.demo.platform.access import (
    ADMINISTRATOR,
    REVIEWER,
    SURVEYOR,
    need_of,
    needs_of_document,
    split,
)
from onemap_verify.demo.platform.documents import BadRequest, read_document, refuse_unknown
from onemap_verify.demo.platform.documents_columns import columns_of

EVERYBODY = {SURVEYOR, REVIEWER, ADMINISTRATOR}


def allowed(method, target):
    need = need_of(method, target)
    return {role for role in EVERYBODY if need.met_by([role])}


@pytest.mark.parametrize(
    ("method", "target", "roles"),
    [
        ("GET", "/ows/onemap?SERVICE=WMS&REQUEST=GetCapabilities", EVERYBODY),
        ("HEAD", "/ows/onemap/wfs3/collections", EVERYBODY),
        ("POST", "/ows/onemap/wfs3/collections/dltb_2023/items", set()),
        ("POST", "/ows/intake/wfs3/collections/staging_parcels/items", {SURVEYOR, REVIEWER}),
        ("DELETE", "/ows/intake/wfs3/collections/staging_parcels/items/7", {SURVEYOR, REVIEWER}),
        ("POST", "/ows/intake/wfs3/collections/commits/items", {REVIEWER}),
        ("DELETE", "/ows/intake/wfs3/collections/commits/items/7", set()),
        ("PUT", "/ows/intake/wfs3/collections/parcels/items/7", set()),
        ("GET", "/wcs?SERVICE=WCS", EVERYBODY),
        ("PUT", "/wcs", set()),
        ("GET", "/csw?request=GetRecords", EVERYBODY),
        ("POST", "/files/", {REVIEWER}),
        ("PATCH", "/files/abc", {REVIEWER}),
        ("HEAD", "/files/abc", {REVIEWER}),
        ("OPTIONS", "/files", EVERYBODY),
        ("GET", "/receipts/abc", EVERYBODY),
        ("DELETE", "/receipts/abc", set()),
        ("POST", "/audit", EVERYBODY),
        ("GET", "/audit", {ADMINISTRATOR}),
        ("DELETE", "/audit", set()),
        # A transaction that hides in the parameters of a GET.
        ("GET", "/ows/intake?SERVICE=WFS&REQUEST=Transaction&OPERATION=DELETE", set()),
        ("GET", "/ows/intake?service=WFS&%72equest=%54ransaction", set()),
        ("GET", "/ows/intake?SERVICE=WFS&Operation=Delete", set()),
    ],
)
def test_a_request_needs_the_role_of_what_it_does(method, target, roles):
    assert allowed(method, target) == roles


def test_a_token_without_any_role_reads_nothing():
    assert not need_of("GET", "/ows/onemap").met_by([])
    assert not need_of("GET", "/ows/onemap").met_by(["openid", "g_admin"])


@pytest.mark.parametrize(
    "target",
    [
        "/ows/onemap?MAP=/etc/passwd",
        "/ows/onemap?%6D%61p=/tmp/other.qgs",
        "/ows/other?SERVICE=WMS",
        "/ows/onemap/../intake",
        "/ows//intake",
        "/ows/onemap/%2e%2e/intake",
        "/nothing",
        "/ows/intake?REQUEST=GetFeature&REQUEST=Transaction",
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(target):
    with pytest.raises(BadRequest):
        need_of("GET", target)


def body_roles(body, path="/ows/intake", query=""):
    document = read_document(body.encode())
    needs = needs_of_document(path, split(f"{path}?{query}")[1], document)
    return {role for role in EVERYBODY if all(need.met_by([role]) for need in needs)}


def transaction(inside):
    return (
        '<wfs:Transaction xmlns:wfs="http://www.opengis.net/wfs" xmlns:q="urn:q" '
        f'service="WFS" version="1.1.0">{inside}</wfs:Transaction>'
    )


STAGE = "<wfs:Insert><q:staging_parcels><q:bsm>1</q:bsm></q:staging_parcels></wfs:Insert>"
COMMIT = "<wfs:Insert><q:commits><q:batch_id>1</q:batch_id></q:commits></wfs:Insert>"


@pytest.mark.parametrize(
    ("inside", "roles"),
    [
        (STAGE, {SURVEYOR, REVIEWER}),
        (COMMIT, {REVIEWER}),
        (STAGE * 3 + COMMIT, {REVIEWER}),
        ('<wfs:Delete typeName="staging_parcels"/>', {SURVEYOR, REVIEWER}),
        ('<wfs:Delete typeName="q:commits"/>', set()),
        ('<wfs:Update typeName="commits"/>', set()),
        ('<wfs:Delete typeName="parcels"/>', set()),
        ("<wfs:Insert><q:dltb_2023/></wfs:Insert>", set()),
        ("", EVERYBODY),
    ],
)
def test_a_transaction_needs_the_role_of_everything_in_it(inside, roles):
    assert body_roles(transaction(inside)) == roles


def test_the_one_map_itself_takes_no_transaction():
    assert body_roles(transaction(STAGE), "/ows/onemap") == set()


def test_a_query_by_document_is_reading():
    assert body_roles(
        '<wfs:GetFeature xmlns:wfs="w"><wfs:Query typeName="xzq"/></wfs:GetFeature>'
    ) == (EVERYBODY)
    assert body_roles("", "/csw") == EVERYBODY
    assert body_roles('<csw:GetRecords xmlns:csw="c"/>', "/csw") == EVERYBODY


def test_only_the_administrator_changes_the_catalogue():
    assert body_roles('<csw:Transaction xmlns:csw="c"/>', "/csw") == {ADMINISTRATOR}
    assert body_roles('<csw:Harvest xmlns:csw="c"/>', "/csw") == {ADMINISTRATOR}


@pytest.mark.parametrize(
    ("body", "query"),
    [
        ("", "request=Transaction"),
        ("<GetFeature/>", "request=TRANSACTION"),
        ("<GetFeature/>", "operation=DELETE"),
        ('<!DOCTYPE a [<!ENTITY b "commits">]><Transaction/>', ""),
        ('<?xml version="1.0" encoding="UTF-16"?><Transaction/>', ""),
        ("<Transaction><Insert>", ""),
        ("<Transaction><Rename/></Transaction>", ""),
        (transaction(STAGE) + transaction(COMMIT), ""),
        # What is no property among the properties sends QGIS Server round and round.
        (transaction(STAGE.replace("<q:bsm>", "and <q:bsm>")), ""),
        (transaction(STAGE.replace("<q:bsm>", "<!-- 1 --><q:bsm>")), ""),
        (transaction(STAGE.replace("<q:bsm>", "<?a b?><q:bsm>")), ""),
        (transaction(STAGE.replace("<q:bsm>", "<![CDATA[]]><q:bsm>")), ""),
        (transaction(STAGE.replace("q:bsm", "q:x:bsm")), ""),
        (transaction("<wfs:Insert><q:x:staging_parcels/></wfs:Insert>"), ""),
    ],
)
def test_a_document_that_is_not_plain_is_refused(body, query):
    with pytest.raises(BadRequest):
        body_roles(body, query=query)


SCHEMA = b"""<schema xmlns="http://www.w3.org/2001/XMLSchema">
 <element name="staging_parcels" type="qgs:staging_parcelsType"/>
 <complexType name="staging_parcelsType"><complexContent><extension><sequence>
  <element name="geometry"/><element name="bsm"/><element name="bz"/>
 </sequence></extension></complexContent></complexType>
 <element name="commits" type="qgs:commitsType"/>
 <complexType name="commitsType"><sequence><element name="batch_id"/></sequence></complexType>
</schema>"""


def update(name, value="1"):
    return (
        '<wfs:Update typeName="q:staging_parcels"><wfs:Property>'
        f"<wfs:Name>{name}</wfs:Name><wfs:Value>{value}</wfs:Value></wfs:Property></wfs:Update>"
    )


def test_the_properties_of_layers_are_those_that_the_map_server_describes():
    columns = columns_of(SCHEMA)
    assert columns == {
        "staging_parcels": {"geometry", "bsm", "bz"},
        "commits": {"batch_id"},
    }
    for wrong in (b"<schema/>", b"no", b""):
        with pytest.raises(OSError, match="DescribeFeatureType"):
            columns_of(wrong)


@pytest.mark.parametrize(
    "inside",
    [
        STAGE + COMMIT,
        STAGE.replace("<q:bsm>", " \r\n\t<gml:boundedBy/><geometry><a>text</a></geometry><q:bsm>"),
        STAGE.replace(">1<", "><!-- a --><![CDATA[<q:nothing/>]]><"),
        update("bsm"),
        update(" bz\n", "nothing"),
        update("geometry", "<Name>nothing</Name>"),
        '<wfs:Delete typeName="staging_parcels"/>',
    ],
)
def test_known_properties_pass(inside):
    refuse_unknown(read_document(transaction(inside).encode()), columns_of(SCHEMA))


@pytest.mark.parametrize(
    ("inside", "word"),
    [
        (STAGE.replace("bsm", "nothing"), "nothing"),
        (STAGE.replace("bsm", "BSM"), "BSM"),
        (STAGE + STAGE.replace("bsm", "batch_id"), "batch_id"),
        (COMMIT.replace("batch_id", "bsm"), "bsm"),
        (update("nothing"), "nothing"),
        (update("q:bsm"), "q:bsm"),
        (update("boundedBy"), "boundedBy"),
        (update(""), "''"),
        (update("bsm") + update("b<!-- -->z2"), "bz2"),
        (update("bsm").replace("Name", "ValueReference").replace("bsm", "nix"), "nix"),
    ],
)
def test_a_property_that_the_layer_does_not_have_is_refused_by_name(inside, word):
    with pytest.raises(BadRequest, match="has no property") as refused:
        refuse_unknown(read_document(transaction(inside).encode()), columns_of(SCHEMA))
    assert word in str(refused.value)
