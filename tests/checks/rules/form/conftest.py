"""Packages made of a few rows, for the rules of form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from onemap_verify.checks.baseline import Baseline
from onemap_verify.checks.measures.case import Case, Settings
from onemap_verify.checks.rules import codes, logic, schema
from onemap_verify.checks.standard import load
from onemap_verify.checks.submission.submission import Submission
from onemap_verify.checks.table import Field, Table

COUNTY = "371402"
UNIT = COUNTY + "0010010000000"
NAMES = {"0103": "旱地", "0101": "水田", "0301": "乔木林地", "0601": "工业用地"}

CROPLAND = {
    "BSM": COUNTY + "2110" + "00000001",
    "YSDM": "2001010100",
    "TBYBH": None,
    "TBBH": "1",
    "DLBM": "0103",
    "DLMC": "旱地",
    "QSXZ": "30",
    "QSDWDM": UNIT,
    "QSDWMC": "东村",
    "ZLDWDM": UNIT,
    "ZLDWMC": "东村",
    "TBMJ": 10000.0,
    "KCDLBM": "1203",
    "KCXS": 0.1195,
    "KCMJ": 1195.0,
    "TBDLMJ": 8805.0,
    "GDLX": "TT",
    "GDPDJB": "3",
    "XZDWKD": float("nan"),
    "TBXHDM": None,
    "TBXHMC": None,
    "ZZSXDM": "LS",
    "ZZSXMC": "种植粮食作物",
    "GDDB": 8.0,
    "FRDBS": "N",
    "CZCSXM": None,
    "SJNF": 2023.0,
    "MSSM": "00",
    "HDMC": None,
    "BZ": None,
}
"""A parcel without any fault: terraced dry cropland of grade 3."""

NOTHING = {
    "KCDLBM": None,
    "KCXS": float("nan"),
    "KCMJ": float("nan"),
    "TBDLMJ": 10000.0,
    "GDLX": None,
    "GDPDJB": None,
    "ZZSXDM": None,
    "ZZSXMC": None,
    "GDDB": float("nan"),
}
"""What a parcel that is not cropland leaves empty."""


@pytest.fixture(scope="session")
def standard():
    return load()


class Maker:
    """Builds rows, tables and cases; ``all_findings`` runs every rule of form."""

    def __init__(self, standard):
        self.standard = standard
        self.rules = [r for module in (schema, codes, logic) for r in module.rules(standard)]

    def parcel(self, dlbm="0103", **changes):
        """A clean parcel of that class, with changes."""
        row = dict(CROPLAND)
        if not dlbm.startswith("01"):
            row.update(NOTHING)
        row["DLBM"] = dlbm
        row["DLMC"] = self.standard.classes[dlbm].title if dlbm in self.standard.classes else dlbm
        if dlbm[:2] in ("05", "06", "07", "08", "09") or dlbm in ("1004", "1005", "1201"):
            row["CZCSXM"] = {"0602": "204", "0603": "204", "09": "205"}.get(dlbm, "203")
        if dlbm in ("1001", "1003", "1006", "1009", "1107", "1107A"):
            row["XZDWKD"] = 4.0
        row.update(changes)
        return self.named(row)

    def named(self, row):
        """The row with the names of its codes, unless it has names of its own."""
        for code, name in (("TBXHDM", "TBXHMC"), ("ZZSXDM", "ZZSXMC")):
            known = self.standard.codes[code].get(row.get(code) or "")
            if row[name] == CROPLAND[name] or row[name] is None:
                row[name] = known["name_zh"] or None if known else None
        return row

    def number(self, rows):
        """Give rows of one layer BSM and TBBH of their own."""
        for i, row in enumerate(rows, start=1):
            row["BSM"] = row["BSM"][:10] + f"{i:08d}"
            row["TBBH"] = str(i)
        return rows

    def table(self, name, rows, *, geometry=None, kinds=None, source="a.gpkg", widths=None):
        """A table of those rows, with fields declared as the standard wants them."""
        specs = self.standard.fields_by_name.get(name, {})
        names = list(dict.fromkeys(field for row in rows for field in row)) or list(specs)
        fields, columns = {}, {}
        for field in names:
            spec = specs.get(field)
            kind = {"Float": "real", "Int": "integer", "Date": "date"}.get(
                spec.type if spec else "", "text"
            )
            kind = (kinds or {}).get(field, kind)
            values = [row.get(field) for row in rows]
            plain = kind in ("real", "integer") and spec and spec.type in ("Float", "Int")
            if plain and not any(isinstance(value, str) for value in values):
                column = np.array([np.nan if v is None else v for v in values], dtype=float)
            else:
                column = np.empty(len(values), dtype=object)
                column[:] = values
            fields[field] = Field(field, field, kind, (widths or {}).get(field, 0))
            columns[field] = column
        if geometry is None:
            geometry = [shapely.box(50.0 * i, 0, 50.0 * i + 50, 50) for i in range(len(rows))]
        shapes = np.empty(len(rows), dtype=object)
        shapes[:] = geometry
        return Table(
            name=name,
            source=source,
            fields=fields,
            columns=columns,
            geometry=shapes,
            row_ids=np.arange(len(rows), dtype=np.int64),
            geometry_type=self.standard.layers[name].geometry,
        )

    def case(self, *tables, previous=None, county=COUNTY, year=2023, ridge=None, **submission):
        """A case of those tables."""
        package = Submission(
            path=Path("package"),
            kind="gpkg",
            layers={table.name: table for table in tables},
            county=county,
            year=year,
            **submission,
        )
        settings = Settings(ridge_coefficients=ridge or {})
        return Case(package, Baseline(previous=previous), self.standard, settings)

    def judge(self, rule_id, case):
        """The judgement of one rule."""
        rule = next(rule for rule in self.rules if rule.id == rule_id)
        return rule.judge(case)

    def all_findings(self, case, *, without=()):
        """Findings of every rule of form."""
        return [
            finding
            for rule in self.rules
            if rule.id not in without
            for finding in rule.judge(case).findings
        ]

    def said(self, *tables, without=("schema.layer_missing",), **options):
        """What all rules say of a package: sorted (rule, key, verdict) of every finding."""
        findings = self.all_findings(self.case(*tables, **options), without=without)
        return sorted((f.rule_id, f.key, f.verdict.value) for f in findings)


@pytest.fixture(scope="session")
def make(standard):
    return Maker(standard)
