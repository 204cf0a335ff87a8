"""Packages of parcels: places, honest errors, odd but honest objects, tamperings."""

from __future__ import annotations

from .experiment import Parcels

EXPERIMENTS = (Parcels(),)
