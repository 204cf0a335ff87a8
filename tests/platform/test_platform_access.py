"""The gateway's rules alone: who may do what, and what is refused whoever asks."""

import pytest

from onemap_verify.demo.platform.access import (
    ADMINISTRATOR,
    REVIEWER,
    SURVEYOR,
    BadRequest,
    need_of,
    needs_of_body,
    split,
)

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
    needs = needs_of_body(path, split(f"{path}?{query}")[1], body.encode())
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
    ],
)
def test_a_document_that_is_not_plain_is_refused(body, query):
    with pytest.raises(BadRequest):
        body_roles(body, query=query)
