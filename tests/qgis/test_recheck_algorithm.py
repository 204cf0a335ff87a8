"""onemap:recheck as a person's script runs it, and an edit session of QGIS on the package."""

import sqlite3
from contextlib import closing

import pytest

pytest.importorskip("qgis.core")

from edited_county import COUNTY, Edits, write_county
from qgis.core import QgsProcessingException, QgsVectorLayer


def name(number):
    return f"{COUNTY}211000{number:06d}"


@pytest.fixture
def verified(onemap_provider, tmp_path):
    """A county and its verification without trusted layers."""
    import processing

    write_county(tmp_path / "county.gpkg")
    out = tmp_path / "out"
    out.mkdir()
    processing.run(
        "onemap:verifysubmission",
        {
            "SUBMISSION": str(tmp_path / "county.gpkg"),
            "FINDINGS": str(out / "findings.gpkg"),
            "RECORD": str(out / "record.json"),
            "REPORT": str(out / "report.html"),
        },
    )
    return tmp_path


def recheck(folder, **more):
    import processing

    return processing.run(
        "onemap:recheck", {"FINDINGS": str(folder / "out" / "findings.gpkg"), **more}
    )


def wrong_classes(folder):
    with closing(sqlite3.connect(folder / "out" / "findings.gpkg")) as connection:
        query = "SELECT object_id FROM findings WHERE rule_id = 'codes.land_class'"
        return {row[0] for row in connection.execute(query)}


def test_counts_come_out(verified):
    assert recheck(verified)["EDITED_COUNT"] == 0
    edits = Edits(verified / "county.gpkg")
    edits.set(46, DLBM="0103")
    edits.close()
    done = recheck(verified, WHO="张三")
    assert done["EDITED_COUNT"] == 1
    assert done["GONE_COUNT"] >= 1
    assert done["NEW_COUNT"] == 0
    assert done["PREVIOUS"].endswith("findings.previous.gpkg")
    assert wrong_classes(verified) == {name(211)}


def test_a_package_that_was_moved(verified):
    (verified / "elsewhere").mkdir()
    (verified / "county.gpkg").rename(verified / "elsewhere" / "moved.gpkg")
    with pytest.raises(QgsProcessingException, match=r"county\.gpkg"):
        recheck(verified)
    done = recheck(verified, SUBMISSION=str(verified / "elsewhere" / "moved.gpkg"))
    assert done["EDITED_COUNT"] == 0


def test_an_edit_session_in_qgis(verified):
    """Saved edits are seen while the session goes on; unsaved ones are not, and nothing breaks."""
    layer = QgsVectorLayer(f"{verified / 'county.gpkg'}|layername=DLTB", "DLTB", "ogr")
    assert layer.isValid()
    assert layer.startEditing()
    place = layer.fields().indexOf("DLBM")
    rows = {feature["BSM"]: feature.id() for feature in layer.getFeatures()}
    assert layer.changeAttributeValue(rows[name(46)], place, "0103")
    assert layer.isModified()
    assert recheck(verified)["EDITED_COUNT"] == 0
    assert layer.commitChanges(False)
    assert layer.isEditable()
    assert layer.changeAttributeValue(rows[name(211)], place, "0103")
    done = recheck(verified)
    assert done["EDITED_COUNT"] == 1
    assert wrong_classes(verified) == {name(211)}
    assert layer.isModified()
    assert layer.commitChanges()
    del layer
    assert recheck(verified)["EDITED_COUNT"] == 1
    assert wrong_classes(verified) == set()
    with closing(sqlite3.connect(verified / "county.gpkg")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
