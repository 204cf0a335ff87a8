"""What a file calls a layer, and what the standard calls it."""

from __future__ import annotations

import pytest

from onemap_verify.checks.vector.names import LayerNames, field_names, is_identifier


@pytest.fixture(scope="module")
def names(standard):
    return LayerNames(standard)


@pytest.mark.parametrize(
    ("found", "meant"),
    [
        ("DLTB", "DLTB"),
        ("dltb", "DLTB"),
        ("地类图斑", "DLTB"),
        ("ＤＬＴＢ", "DLTB"),
        ("D371402LUNC2019HDLTB", "DLTB"),
        ("2001H2023371402DLTB", "DLTB"),
        ("371402DLTB", "DLTB"),
        ("DLTB371402", "DLTB"),
        ("DLTB_2023", "DLTB"),
        ("dltb_pg", "DLTB"),
        ("main.dltb", "DLTB"),
        ("371402_地类图斑_2023年", "DLTB"),
        ("地类图斑2023", "DLTB"),
        ("DLTBGX", "DLTBGX"),
        ("DLTB_GX", "DLTBGX"),
        ("371402DLTBGXGC", "DLTBGXGC"),
        ("XZQ", "XZQ"),
        ("XZQJX", "XZQJX"),
        ("xzq_jx", "XZQJX"),
        ("CJDCQJXGX", "CJDCQJXGX"),
        ("等高线", "DGX"),
        ("高程注记点", "GCZJD"),
    ],
)
def test_layers_under_the_names_that_are_met(names, found, meant):
    assert names.resolve(found) == meant


@pytest.mark.parametrize(
    "found",
    ["DLTB_backup", "DLTB_old", "旧DLTB", "DLTB副本", "XDLTB", "layer_styles", "", "2023", "DLTBX",
     "DLTB_XZQ", "parcels", "_", "DLTB;DROP TABLE", "TB"],
)  # fmt: skip
def test_layers_that_are_something_else(names, found):
    assert names.resolve(found) == ""


def test_every_name_alias_and_title_of_the_standard_finds_its_layer(names, standard):
    for name, spec in standard.layers.items():
        for word in (name, name.lower(), f"371402{name}", f"{name}_2023"):
            assert names.resolve(word) == name
        for word in (spec.title, *spec.aliases):
            assert names.resolve(word) == name


def test_the_first_of_two_fields_of_one_meaning_gets_the_name(standard):
    specs = standard.fields["DLTB"]
    assert field_names(["TKXS", "KCXS"], specs) == ["TKXS", "KCXS"]
    assert field_names(["kcxs", "KCXS", "", ""], specs) == ["KCXS", "KCXS_2", "FIELD_3", "FIELD_4"]


def test_identifiers_of_layers_nobody_listed():
    assert is_identifier("BGQTBBSM") and is_identifier("XZQDM") and is_identifier("TBYBH")
    assert not is_identifier("TBMJ") and not is_identifier("DLMC")
