"""What may be decided now, by whom, with which key: the lifecycle as buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ....processing_provider.language import translate

KEYS = {"accept": "A", "reject": "R", "doubtful": "D", "exception": "E"}


@dataclass(frozen=True)
class Step:
    """One thing that can be decided.

    ``command`` is the word of the keyboard; ``state`` where the finding goes (empty: an opinion
    alone is given), ``opinion`` what is said of it; ``reasons`` the kind of standard reasons.
    """

    command: str
    title: str
    hint: str
    state: str = ""
    opinion: str = ""
    reasons: str = ""
    needs_reason: bool = False

    @property
    def key(self) -> str:
        """The key that does it in the list of findings."""
        return KEYS.get(self.command, "")


def steps(role: str, state: str) -> list[Step]:
    """What somebody in ``role`` may do with a finding in ``state``, most likely first."""
    from ....checks.journal.lifecycle import Opinion, Role, State, refusal

    before, acting = State(state), Role(role)
    out: list[Step] = []
    for step in _candidates(role, state):
        if any(step.command == other.command for other in out):
            continue
        if not step.state:
            if acting is not Role.SURVEYOR and before is State.UNDER_REVIEW:
                out.append(step)
            continue
        opinion = Opinion(step.opinion) if step.opinion else None
        after = State(step.state)
        if refusal(before, after, acting, "-", opinion) is None:
            needed = refusal(before, after, acting, "", opinion) is not None
            out.append(replace(step, needs_reason=needed))
    return out


def common_steps(role: str, states: Mapping[str, int]) -> list[Step]:
    """What may be done with all of several findings at once; ``states`` says how many are where.

    A command does the same to all of them; where the words differ by state, those of the
    commonest state are used.
    """
    by_state = {state: steps(role, state) for state in states}
    if not by_state:
        return []
    commonest = max(by_state, key=states.__getitem__)
    found = []
    for step in by_state[commonest]:
        same = [
            [
                other
                for other in offered
                if (other.command, other.state, other.opinion)
                == (step.command, step.state, step.opinion)
            ]
            for offered in by_state.values()
        ]
        if step.state and all(same):
            needed = any(other.needs_reason for others in same for other in others)
            found.append(replace(step, needs_reason=needed))
    return found


def opinions() -> list[Step]:
    """What a second reader may say, who has not seen what the first one said."""
    hint = translate("Steps", "Your opinion; what others said is shown afterwards")
    return [
        Step("accept", translate("Steps", "Upheld"), hint, "", "upheld", "accept"),
        Step("reject", translate("Steps", "Dismissed"), hint, "", "dismissed", "reject"),
        Step("doubtful", translate("Steps", "Doubtful"), hint, "", "doubtful", "doubtful"),
    ]


def _candidates(role: str, state: str) -> list[Step]:
    reviewers, surveyors = _reviewer(state), _surveyor()
    if role == "surveyor":
        return surveyors
    # An administrator may do what the county may, after what a reviewer may.
    return reviewers + surveyors if role == "administrator" else reviewers


def _surveyor() -> list[Step]:
    return [
        Step(
            "accept",
            translate("Steps", "Corrected"),
            translate("Steps", "It was so, and is corrected now"),
            "corrected",
            reasons="correct",
        ),
        Step(
            "reject",
            translate("Steps", "Appeal"),
            translate("Steps", "It is not so: ask the reviewer to look again, with a reason"),
            "appealed",
            reasons="appeal",
        ),
    ]


def _reviewer(state: str) -> list[Step]:
    if state in ("closed", "exception"):
        return [_reopen(), _again(translate("Steps", "Return"))]
    if state == "returned":
        return [_reopen()]
    if state == "corrected":
        return [
            Step(
                "reject",
                translate("Steps", "Mended: close"),
                translate("Steps", "The correction is right: the finding is closed"),
                "closed",
                reasons="mended",
            ),
            _again(translate("Steps", "Not mended")),
            Step(
                "doubtful",
                translate("Steps", "Rechecked"),
                translate("Steps", "Looked at again; closed later"),
                "rechecked",
                reasons="doubtful",
            ),
        ]
    if state == "appealed":
        return [
            _again(translate("Steps", "Deny"), "deny"),
            _close(translate("Steps", "Grant"), "grant"),
            _review(),
            _exception(),
        ]
    if state == "rechecked":
        return [_again(translate("Steps", "Not mended")), _close_plainly(), _exception()]
    return [
        Step(
            "accept",
            translate("Steps", "Return"),
            translate("Steps", "Upheld: the finding goes back to the county, with a reason"),
            "returned",
            "upheld",
            "accept",
        ),
        _close(translate("Steps", "Dismiss")),
        _review(),
        Step(
            "doubtful",
            translate("Steps", "Doubtful"),
            translate("Steps", "Doubtful: it stays under review"),
            "",
            "doubtful",
            "doubtful",
        ),
        _exception(),
    ]


def _again(title: str, reasons: str = "again") -> Step:
    hint = translate("Steps", "It still holds: back to the county, with a reason")
    return Step("accept", title, hint, "returned", "upheld", reasons)


def _close(title: str, reasons: str = "reject") -> Step:
    hint = translate("Steps", "Not so: the finding is closed")
    return Step("reject", title, hint, "closed", "dismissed", reasons)


def _close_plainly() -> Step:
    hint = translate("Steps", "The correction is right: the finding is closed")
    return Step("reject", translate("Steps", "Mended: close"), hint, "closed", "", "mended")


def _review() -> Step:
    hint = translate("Steps", "Doubtful: it stays under review")
    title = translate("Steps", "Doubtful")
    return Step("doubtful", title, hint, "under_review", "doubtful", "doubtful")


def _exception() -> Step:
    hint = translate("Steps", "It is so, and may stay so, for a special reason")
    title = translate("Steps", "Exception")
    return Step("exception", title, hint, "exception", "upheld", "exception")


def _reopen() -> Step:
    hint = translate("Steps", "Take it back under review")
    return Step("doubtful", translate("Steps", "Reopen"), hint, "under_review", "", "reopen")


def opinion_title(opinion: Any) -> str:
    """What an opinion is called; empty for none."""
    from ....checks.journal.lifecycle import Opinion
    from ....processing_provider.language import say

    return _first_upper(say(Opinion(opinion).called)) if opinion else ""


def role_title(role: str) -> str:
    """What a role is called."""
    return {
        "surveyor": translate("Roles", "Surveyor"),
        "reviewer": translate("Roles", "Reviewer"),
        "administrator": translate("Roles", "Administrator"),
    }.get(role, role)


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]
