"""Experiment on pictures: the same one told from all others, however it was saved again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ....checks.findings import Family
from ..protocol import CLEAN, BoolArray, Context, Goal, Group, IntArray, Sample, Tampering
from .goals import pooled_rate
from .judging import findings_of, judge, said_by_object
from .land import mosaic
from .photo_files import write_store
from .photos import Shots, genuine
from .photos_tampering import REUSES, reused
from .photos_trials import photo_case
from .pictures import Pictures, again
from .terrain import PLACES, ground_of

_LABELS = {"exact": "same bytes, other metadata", "mirrored": "mirrored"}


class Reuse:
    """Pairs of photos; a genuine pair shows two pictures, a spoiled one the same twice.

    Score: the likeness that the measure gives the pair (0: not even compared in
    detail). The copy is filed under another parcel, with metadata to match.
    """

    name = "photo_reused"
    series: tuple[str, ...] = ("photo_reused",)
    family = "photos"
    places: tuple[str, ...] = ("photos",)
    calibrated_on: tuple[str, ...] = ()
    made_up: tuple[str, ...] = ()
    replicates = (1, 6)

    def run(self, context: Context, place: str, replicate: int) -> Sequence[Sample]:
        """One store: different pictures, copies of some of them, and bursts."""
        random = context.random(self.name, place, replicate)
        grounds = (ground_of(context, each, replicate) for each in PLACES if each != "baranja")
        ground = next((each for each in grounds if each is not None), None)
        if ground is None:
            return []
        # At least 10,000 honest pairs, so that one in 10,000 can be told at all.
        times = 3 if context.quick else 8
        count = 150 if context.quick else 200
        parcels = mosaic(ground, 120.0, 120, random)
        shots = genuine(ground, parcels, count, random)
        count = len(shots)
        supply = Pictures(context, f"{place} {replicate}")
        pictures = [supply.take() for _ in range(count)]
        # Second shots of a burst are honest: of these pictures nobody makes copies.
        order = random.permutation(count)
        bursts, rest = order[: 3 * times], order[3 * times :]
        source = np.concatenate([random.permutation(rest)[:times] for _ in REUSES])
        kind = np.repeat(np.arange(len(REUSES)), times)
        pictures += [reused(pictures[s], REUSES[k], random) for s, k in zip(source, kind)]
        pictures += [again(pictures[row], random) for row in bursts]
        together = _together(shots, source, bursts, random)
        store = write_store(context.work / "371402.db", together, pictures)
        case = photo_case(ground, parcels, [store])
        found = [f for f in findings_of(judge(case, Family.PHOTOS)) if f.cause == "reused_photo"]
        ids = [str(number + 1) for number in range(len(together))]
        said = np.array(said_by_object(found, ids, lambda f: [f.object_id]), dtype=np.int64)
        likeness = np.zeros((len(ids), len(ids)))
        decoded: BoolArray = np.zeros(len(ids), dtype=bool)
        if case.photos is not None and case.photo_reuse is not None:
            own = [int(each.object_id) - 1 for each in case.photos.photos.delivered]
            # Of a picture with hardly anything on it the rule says that it was not compared.
            decoded[own] = np.isfinite(case.photo_reuse.likeness)
            for same in case.photo_reuse.pairs:
                one, other = own[same.one], own[same.other]
                best = max(likeness[one, other], same.likeness)
                likeness[one, other] = likeness[other, one] = best

        def pairs(one: IntArray, other: IntArray, named: bool = False) -> Group:
            score = likeness[one, other]
            verdict = np.where(score > 0, np.maximum(said[one], said[other]), CLEAN)
            judged = decoded[one] & decoded[other]
            return Group(
                np.where(judged, score, np.nan), verdict, one, verdict > CLEAN if named else None
            )

        first, second = np.triu_indices(count, 1)
        tampered = []
        for number, word in enumerate(REUSES):
            rows = np.flatnonzero(kind == number)
            way, _, share = word.partition("_")
            label = _LABELS.get(word, f"{way} {share} %" if share else way)
            group = pairs(source[rows], count + rows, named=True)
            tampered.append(Tampering(way, float(share or 1.0), label, group))
        odd = {"bursts": pairs(bursts, count + len(source) + np.arange(len(bursts)))}
        return [
            Sample(
                self.name, self.family, place, "likeness", pairs(first, second), tampered, odd,
                replicate,
            )
        ]  # fmt: skip

    def goals(self) -> Sequence[Goal]:
        """Reused photos at one false pair in ten thousand."""
        kinds = sorted({word.partition("_")[0] for word in REUSES})
        return (
            Goal(
                "reused photos (exact, recompressed, resized, cropped, mirrored, brightness)",
                "≥ 99 % at 10⁻⁴ of pairs",
                0.99,
                pooled_rate(self.name, kinds, 1e-4),
            ),
            Goal(
                "reused photos: recompressed or resized",
                "≥ 99 % at 10⁻⁴ of pairs",
                0.99,
                pooled_rate(self.name, ("exact", "recompressed", "resized"), 1e-4),
            ),
        )


def _together(
    shots: Shots, source: IntArray, bursts: IntArray, random: np.random.Generator
) -> Shots:
    """Honest photos, then the copies under other parcels, then second shots of bursts."""
    count = len(shots)
    other = random.integers(0, count, len(source))
    for _ in range(50):
        same = shots.parcel[other] == shots.parcel[source]
        if not same.any():
            break
        other[same] = random.integers(0, count, int(same.sum()))
    rows = np.concatenate([np.arange(count), other, bursts])
    out = shots.only(rows)
    taken, utc = out.taken.copy(), out.utc.copy()
    later = np.zeros(len(rows), dtype=np.int64)
    later[count : count + len(source)] = random.integers(30, 600, len(source))
    later[count + len(source) :] = 4
    return out.but(taken=taken + later, utc=utc + later, picture=np.arange(len(rows)))
