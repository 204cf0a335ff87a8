"""The forms of the last steps: the verdict, the reports, the signature."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import QDate, Qt, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ....processing_provider.language import is_chinese, translate
from ...numbers import count, number
from .card import form_margins, note, side_by_side


class VerdictForm(QWidget):
    """The verdict, its reasons, the grades and what the sample says of the lot."""

    judge_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.objection = QLineEdit()
        self.objection.setPlaceholderText(
            translate("Acceptance", "Fabrication, departure from the route: fails the lot")
        )
        self.judge = QPushButton(translate("Acceptance", "Judge Lot"))
        self.verdict = QLabel()
        font = self.verdict.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        font.setBold(True)
        self.verdict.setFont(font)
        self.said = note()
        column = QVBoxLayout(self)
        form_margins(column)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(translate("Acceptance", "Objection"), self.objection)
        column.addLayout(form)
        column.addWidget(self.judge, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.verdict)
        column.addWidget(self.said)
        self.judge.clicked.connect(lambda _=False: self.judge_wanted.emit())
        self.show_lot(None, "")

    def show_lot(self, lot: Any, color: str) -> None:
        """Show a record of a verdict, or none."""
        self.verdict.setVisible(lot is not None)
        self.said.setVisible(lot is not None)
        if lot is None:
            return
        self.verdict.setText(verdict_title(lot))
        self.verdict.setStyleSheet(f"color: {color}")
        lines = ["；".join(_spoken(one) for one in lot.get("reasons") or [])]
        inspected = int(lot.get("inspected") or 0)
        shares = [
            f"{grade_title(name)} {count(round(float(share) * inspected))}"
            for name, share in (lot.get("shares") or {}).items()
        ]
        lines.append(" · ".join(shares))
        wrong = lot.get("share_of_wrong_units")
        if isinstance(wrong, dict):
            text = translate(
                "Acceptance", "Of the whole lot {share} % fail (95 % interval {low}–{high} %)."
            )
            lines.append(
                text.format(
                    share=number(100 * float(wrong.get("estimate") or 0)),
                    low=number(100 * float(wrong.get("low_95") or 0)),
                    high=number(100 * float(wrong.get("high_95") or 0)),
                )
            )
        self.said.setText("\n".join(line for line in lines if line))


class ReportForm(QWidget):
    """Which reports, in which language, by when; ``make_wanted``."""

    make_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lot = QCheckBox(translate("Acceptance", "Verdict on the lot (PDF)"))
        self.review = QCheckBox(translate("Acceptance", "Review report (PDF)"))
        self.list = QCheckBox(translate("Acceptance", "Return list (PDF, spreadsheet, layer)"))
        for box in (self.lot, self.review, self.list):
            box.setChecked(True)
        self.language = QComboBox()
        self.language.addItem("中文", 0)
        self.language.addItem("English", 1)
        self.language.setCurrentIndex(0 if is_chinese() else 1)
        self.dated = QCheckBox(translate("Acceptance", "Deadline"))
        self.deadline = QDateEdit(QDate.currentDate().addDays(15))
        self.deadline.setCalendarPopup(True)
        self.deadline.setDisplayFormat("yyyy-MM-dd")
        self.deadline.setEnabled(False)
        self.dated.toggled.connect(self.deadline.setEnabled)
        self.make = QPushButton(translate("Acceptance", "Make Reports"))
        self.made = note()
        self.made.setTextFormat(Qt.TextFormat.RichText)
        self.made.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        column = QVBoxLayout(self)
        form_margins(column)
        for box in (self.lot, self.review, self.list):
            column.addWidget(box)
        form = QFormLayout()
        form.addRow(translate("Acceptance", "Language"), self.language)
        form.addRow(self.dated, self.deadline)
        column.addLayout(form)
        column.addWidget(self.make, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.made)
        self.make.clicked.connect(lambda _=False: self.make_wanted.emit())
        self.made.linkActivated.connect(lambda address: QDesktopServices.openUrl(QUrl(address)))

    def kinds(self, with_lot: bool) -> list[str]:
        """The reports that are wanted and can be made."""
        wanted = (
            ("lotreport", self.lot),
            ("reviewreport", self.review),
            ("returnlist", self.list),
        )
        return [
            name for name, box in wanted if box.isChecked() and (with_lot or name != "lotreport")
        ]

    def day(self) -> str:
        """The deadline, or nothing."""
        return self.deadline.date().toString("yyyy-MM-dd") if self.dated.isChecked() else ""

    def show_made(self, paths: list[Path]) -> None:
        """Offer what was made for opening."""
        titles = {
            "lot_report.pdf": translate("Acceptance", "Verdict on the lot"),
            "review_report.pdf": translate("Acceptance", "Review report"),
            "return_list.pdf": translate("Acceptance", "Return list"),
            "return_list.xlsx": translate("Acceptance", "Return list (spreadsheet)"),
        }
        links = [
            f'<a href="{QUrl.fromLocalFile(str(path)).toString()}">{titles.get(path.name)}</a>'
            for path in paths
        ]
        self.made.setText("<br>".join(links))
        self.made.setVisible(bool(links))


class SignForm(QWidget):
    """Key, certificate and passphrase; ``sign_wanted``. The passphrase is cleared at once."""

    sign_wanted = pyqtSignal(str, str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key, self.certificate = QgsFileWidget(), QgsFileWidget()
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setToolTip(translate("Acceptance", "Used once and kept nowhere"))
        self.sign = QPushButton(translate("Acceptance", "Sign…"))
        self.said = note()
        self.form = QFormLayout(self)
        form_margins(self.form)
        self.form.addRow(translate("Acceptance", "Key (SM2)"), self.key)
        self.form.addRow(translate("Acceptance", "Certificate"), self.certificate)
        self.form.addRow(translate("Acceptance", "Passphrase"), self.passphrase)
        self.form.addRow(self.said)
        self.form.addRow(side_by_side(self.sign))
        self.sign.clicked.connect(lambda _=False: self._ask())
        for widget in (self.key, self.certificate):
            widget.fileChanged.connect(lambda _: self.check())

    def check(self, allowed: bool | None = None) -> None:
        """Offer signing once key and certificate are chosen."""
        if allowed is not None:
            self._allowed = allowed
        chosen = bool(self.key.filePath() and self.certificate.filePath())
        self.sign.setEnabled(chosen and getattr(self, "_allowed", False))

    def _ask(self) -> None:
        secret = self.passphrase.text()
        self.passphrase.clear()
        self.sign_wanted.emit(self.key.filePath(), self.certificate.filePath(), secret)


def verdict_title(lot: Any) -> str:
    """What a verdict is called, with its grade."""
    if lot.get("verdict") != "passed":
        return translate("Acceptance", "Lot rejected")
    grade = grade_title(str(lot.get("grade") or ""))
    return translate("Acceptance", "Lot accepted · {grade}").format(grade=grade)


def grade_title(grade: str) -> str:
    """What a grade is called; the word itself for one that is not known."""
    return {
        "excellent": translate("Acceptance", "excellent"),
        "good": translate("Acceptance", "good"),
        "qualified": translate("Acceptance", "qualified"),
        "unqualified": translate("Acceptance", "not qualified"),
    }.get(grade, grade)


def _spoken(reason: Any) -> str:
    if not isinstance(reason, dict):
        return str(reason)
    return str(reason.get("zh" if is_chinese() else "en") or "")
