"""The provider ``onemap``."""

from __future__ import annotations

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from . import icons
from .carry_decisions import CarryDecisions
from .check_area import CheckArea
from .check_boundary import CheckBoundary
from .check_change import CheckChange
from .check_codes import CheckCodes
from .check_control import CheckControl
from .check_heights import CheckHeights
from .check_history import CheckHistory
from .check_imagery import CheckImagery
from .check_logic import CheckLogic
from .check_package import CheckPackage
from .check_photos import CheckPhotos
from .check_review import CheckReview
from .check_schema import CheckSchema
from .check_seal import CheckSeal
from .check_statistics import CheckStatistics
from .check_terrain import CheckTerrain
from .check_topology import CheckTopology
from .check_tracks import CheckTracks
from .compare_findings import CompareFindings
from .deliver import Deliver
from .draw_sample import DrawSample
from .judge_lot import JudgeLot
from .known_cases import KnownCases
from .load_one_map import LoadOneMap
from .lot_report import LotReport
from .measure_reviewers import MeasureReviewers
from .merge_decisions import MergeDecisions
from .province_dashboard import ProvinceDashboard
from .recheck import Recheck
from .return_list import ReturnList
from .review_report import ReviewReport
from .seal_package import SealPackage
from .sign_review import SignReview
from .verify_submission import VerifySubmission

ALGORITHMS = (
    VerifySubmission,
    CheckPackage,
    CheckSchema,
    CheckCodes,
    CheckLogic,
    CheckTopology,
    CheckArea,
    CheckTerrain,
    CheckHeights,
    CheckImagery,
    CheckChange,
    CheckBoundary,
    CheckPhotos,
    CheckTracks,
    CheckControl,
    CheckHistory,
    CheckStatistics,
    CompareFindings,
    Recheck,
    DrawSample,
    JudgeLot,
    ReturnList,
    ReviewReport,
    LotReport,
    ProvinceDashboard,
    CarryDecisions,
    MergeDecisions,
    KnownCases,
    MeasureReviewers,
    SignReview,
    CheckReview,
    LoadOneMap,
    SealPackage,
    CheckSeal,
    Deliver,
)


class OneMapProvider(QgsProcessingProvider):
    """All algorithms of the plugin."""

    def id(self) -> str:
        return "onemap"

    def name(self) -> str:
        return "OneMap Verify 一张图核验"

    def icon(self) -> QIcon:
        return icons.icon("onemap")

    def svgIconPath(self) -> str:
        return icons.path("onemap")

    def loadAlgorithms(self) -> None:
        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm())
