"""The note that lies beside the demo's files."""

from __future__ import annotations

from pathlib import Path

from .county import County
from .frauds import Planted
from .names import COUNTY_CODE, COUNTY_NAME, YEAR
from .terrain import EPSG

_TEXT = """\
# {name} {code}

**虚构的县，真实的地形。** 地形取自 matplotlib 随附的 SRTM 样本（3″，美国田纳西州 Jacksboro），
投影为米后整体移到 EPSG:{epsg}（CGCS2000 3° 带），落在黄海海面上；距离、坡度不变，位置是假的。
县名、村名、行政区代码（GB/T 2260 中没有 99 开头的代码）均为虚构，不代表任何真实地方和单位。

**A county that does not exist on terrain that does.** The heights are the SRTM sample shipped with
matplotlib (3″, around Jacksboro, Tennessee), projected to metres and carried as a whole to
EPSG:{epsg} (a CGCS2000 3° zone), to a place on the open Yellow Sea. Distances and slopes are as
they were; the place, the names and the codes are invented (no code of GB/T 2260 begins with 99).

| | |
|---|---|
| `honest/` | 诚实的县，{count} 个图斑 · the honest county, {count} parcels |
| `tampered/` | 埋入 {frauds} 处作假，清单 `planted.csv` · with {frauds} frauds, listed |
| `trusted/dem.tif` | 核验者的可信地形，{cell:g} m 格网 · the checker's terrain |
| `trusted/image_{year}.tif`, `image_{before}.tif` | 两年影像，10 m 四波段 · pictures of two years |
| `trusted/dltb_{before}.gpkg` | 上年度一张图 · last year's parcels |
| `trusted/control.gpkg` | 永久基本农田 · permanent basic farmland |
| `trusted/ridge_coefficients.csv` | 县田坎系数表 · the county's ridge coefficients |
| `*/results/` | 核验结果：问题、记录、报告 · findings, record and report |

测绘者用的地形与可信地形来自同一地面，但格网不同、误差各自独立；坡度图、坡度级、等高线由前者制作，
高程点在地面上另行“实测”。`dem.tif` 由 90 m 样本内插为 {cell:g} m，细节不会多于样本。

影像、照片和轨迹由程序按“地面真相”生成，不取自申报内容：影像看见的是地里实际有什么，照片写有拍摄者
手机所记的位置与方位（带罗盘和定位误差），轨迹带接收机必有的误差。

Pictures, photos and tracks are drawn by program from what the land is, not from what is declared;
photos carry what a phone notes, compass and receiver errors included.

The surveyor's own terrain shows the same ground on another grid with errors of its own; slope map,
slope grades and contours come from it, and spot heights are "measured" on the ground apart.
`dem.tif` is interpolated from 90 m to {cell:g} m and holds no more detail than the sample.
"""


def write_readme(folder: Path, county: County, planted: list[Planted]) -> Path:
    """Write ``README.md`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "README.md"
    path.write_text(
        _TEXT.format(
            name=COUNTY_NAME,
            code=COUNTY_CODE,
            epsg=EPSG,
            count=f"{len(county.layers['DLTB']):,}",
            frauds=len(planted),
            year=YEAR,
            before=YEAR - 1,
            cell=county.dem_grid.cell,
        ),
        encoding="utf-8",
    )
    return path
