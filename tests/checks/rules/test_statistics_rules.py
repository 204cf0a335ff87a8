"""Villages beside villages: one far above the rest is a hint, honest differences are not."""

import numpy as np
import pytest

from onemap_verify.checks.findings import Family, Verdict
from onemap_verify.checks.measures.shares import corrected, measure_shares
from onemap_verify.checks.options import Options
from onemap_verify.checks.verify import verify
from tests.fixtures.packages import parcels, squares, write_layer


def test_rates_of_false_discovery_by_hand():
    # 0.01·4/1, 0.02·4/2, 0.03·4/3, 0.5·4/4, then the least from the end.
    np.testing.assert_allclose(
        corrected(np.array([0.5, 0.01, 0.03, 0.02])), [0.5, 0.04, 0.04, 0.04]
    )


def villages(rng, count=30, parcels_each=200, odd=None, spread=0.0):
    """Village and kind of every parcel; one village may change ten times as often."""
    village = np.repeat([f"37140200{n:04d}" for n in range(count)], parcels_each).astype(object)
    rate = rng.beta(0.01 / max(spread, 1e-9), 0.99 / max(spread, 1e-9), count) if spread else 0.01
    chance = np.repeat(np.broadcast_to(rate, count), parcels_each)
    if odd is not None:
        chance[village == odd] = 0.2
    kind = np.where(rng.random(len(village)) < chance, "01→05", "").astype(object)
    return village, kind, np.ones(len(village), dtype=bool)


@pytest.mark.parametrize("spread", [0.0, 0.02, 0.1])
def test_honest_counties_rarely_stand_out(spread):
    rng = np.random.default_rng(1)
    false = 0
    for _ in range(40):
        shares = measure_shares(*villages(rng, spread=spread), 8)
        share = shares.count / shares.parcels
        false += ((shares.q < 1e-4) & (share > 5 * shares.usual) & (shares.count >= 10)).any()
    assert false <= 1


def test_a_village_ordered_to_change_stands_out():
    rng = np.random.default_rng(2)
    odd = "371402000007"
    for _ in range(20):
        shares = measure_shares(*villages(rng, odd=odd), 8)
        assert list(shares.village[shares.q < 1e-4]) == [odd]


def county(codes, villages_of, year):
    rows = parcels(len(codes), year=year)
    rng = np.random.default_rng(3)
    for row, code, village in zip(rows, codes, villages_of):
        row.update(DLBM=code, ZLDWDM=village + "0000000", TBMJ=round(rng.uniform(300, 900), 2))
    return rows


def judged(tmp_path, was, now):
    write_layer(tmp_path / "was.gpkg", was, squares(len(was)))
    write_layer(tmp_path / "now.gpkg", now, squares(len(now)))
    return verify(
        Options(
            submission=tmp_path / "now.gpkg",
            findings=tmp_path / "f.gpkg",
            previous=str(tmp_path / "was.gpkg"),
            families=(Family.STATISTICS,),
            strict=True,
        )
    ).findings


def test_a_village_through_a_whole_verification(tmp_path):
    names = [f"37140200{n // 100:04d}" for n in range(1000)]
    was = ["0101"] * 1000
    now = ["0103" if 300 <= n < 330 or n % 97 == 0 else "0101" for n in range(1000)]
    (finding,) = judged(tmp_path, county(was, names, 2022), county(now, names, 2023))
    assert finding.cause == "unusual_share" and finding.object_id == "371402000003"
    assert finding.parcel_bsm == "" and finding.verdict is Verdict.DOUBTFUL
    assert finding.evidence["count"] >= 30 and finding.key == "0101→0103"


def test_areas_written_by_hand(tmp_path):
    names = [f"37140200{n // 100:04d}" for n in range(400)]
    rows = county(["0101"] * 400, names, 2023)
    assert judged(tmp_path, county(["0101"] * 400, names, 2022), rows) == []
    for row in rows[:120]:
        row["TBMJ"] = float(round(row["TBMJ"]))
    (tmp_path / "second").mkdir()
    (finding,) = judged(tmp_path / "second", county(["0101"] * 400, names, 2022), rows)
    assert finding.cause == "heaped_areas" and finding.evidence["whole"] >= 120
    for row in rows:
        row["TBMJ"] = float(round(row["TBMJ"]))
    (tmp_path / "third").mkdir()
    assert judged(tmp_path / "third", county(["0101"] * 400, names, 2022), rows) == []
