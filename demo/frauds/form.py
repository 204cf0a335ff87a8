"""Frauds and slips of form: identifiers, codes, names, empty fields, years."""

from __future__ import annotations

import numpy as np

from ...checks.findings import Text
from .forger import Forger

_CODES = "codes"


def plant(forger: Forger) -> None:
    """Plant every kind."""
    plain = np.array([not code.startswith(("01", "10", "11")) for code in forger.code])
    crop = np.array([code.startswith("01") for code in forger.code])
    _twins(forger, plain)
    for row in forger.choose(plain):
        old = str(forger.get(row, "BSM"))
        forger.put(row, BSM=old[:10] + old[11:])
        forger.note(
            "bsm_short", Text("标识码少一位", "Identifier one digit short"), _CODES, [row],
            "17 digits", ("codes.bsm_form",),
        )  # fmt: skip
    for row in forger.choose(crop):
        forger.put(row, DLBM="0105")
        forger.note(
            "unknown_class", Text("地类编码不存在", "Land class that does not exist"), _CODES,
            [row], "0105", ("codes.land_class", "codes.value"),
        )  # fmt: skip
    for row in forger.choose(forger.code == "0103"):
        forger.put(row, DLMC="水田")
        forger.note(
            "name_mismatch", Text("地类名称与编码不符", "Name is not that of the code"), _CODES,
            [row], "0103 / 水田", ("L29",),
        )  # fmt: skip
    for row in forger.choose(plain):
        forger.put(row, QSXZ=None)
        forger.note(
            "mandatory_empty", Text("必填字段为空", "Mandatory field empty"), "schema", [row],
            "QSXZ", ("schema.mandatory_empty",),
        )  # fmt: skip
    for row in forger.choose(plain):
        forger.put(row, QSXZ="35")
        forger.note(
            "unknown_tenure", Text("权属性质代码不存在", "Tenure code that does not exist"),
            _CODES, [row], "35", ("codes.value",),
        )  # fmt: skip
    for row in forger.choose(plain):
        forger.put(row, SJNF=2013)
        forger.note(
            "wrong_year", Text("数据年份不对", "Year before the survey"), _CODES, [row], "2013",
            ("codes.year",),
        )  # fmt: skip
    for row in forger.choose(plain):
        forger.put(row, QSDWDM=str(forger.get(row, "QSDWDM"))[:-1])
        forger.note(
            "unit_code_short", Text("权属单位代码少一位", "Unit code one digit short"), _CODES,
            [row], "18 digits", ("L30",),
        )  # fmt: skip


def _twins(forger: Forger, mask: np.ndarray) -> None:
    """Two parcels under one identifier."""
    rows = forger.choose(mask, 2 * forger.each)
    for one, other in zip(rows[::2], rows[1::2]):
        forger.put(other, BSM=forger.get(one, "BSM"))
        forger.note(
            "bsm_twice", Text("两图斑同一标识码", "Two parcels with one identifier"), _CODES,
            [one], "2 parcels", ("codes.bsm_unique",),
        )  # fmt: skip
