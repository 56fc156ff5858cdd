"""Counting statistics: central 68.27 % intervals for counts, fractions and ratios of rates."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

COVERAGE = 0.6827
_TAIL = (1.0 - COVERAGE) / 2.0


@dataclass(frozen=True)
class Measured:
    """A value with the distances to the lower and upper end of its 68 % interval."""

    value: float
    minus: float
    plus: float

    def scaled(self, factor: float) -> Measured:
        """Return the same measurement in other units."""
        return Measured(self.value * factor, self.minus * factor, self.plus * factor)


def count(observed: int) -> Measured:
    """Poisson count with the exact (Garwood) interval."""
    low = stats.chi2.ppf(_TAIL, 2 * observed) / 2 if observed else 0.0
    high = stats.chi2.ppf(1 - _TAIL, 2 * (observed + 1)) / 2
    return Measured(float(observed), float(observed - low), float(high - observed))


def rate(observed: int, seconds: float) -> Measured:
    """Divide counts by an exactly known time, in Hz."""
    return count(observed).scaled(1.0 / seconds)


def fraction(passed: int, total: int) -> Measured:
    """Binomial fraction with the exact (Clopper-Pearson) interval."""
    if total == 0:
        return Measured(math.nan, math.nan, math.nan)
    value = passed / total
    low = float(stats.beta.ppf(_TAIL, passed, total - passed + 1)) if passed else 0.0
    high = float(stats.beta.ppf(1 - _TAIL, passed + 1, total - passed)) if passed < total else 1.0
    return Measured(value, value - low, high - value)


def rate_ratio(upper: int, upper_seconds: float, lower: int, lower_seconds: float) -> Measured:
    """Ratio of two Poisson rates, exact: given the sum, the upper count is binomial."""
    share = fraction(upper, upper + lower)
    scale = lower_seconds / upper_seconds

    def odds(p: float) -> float:
        return scale * p / (1.0 - p) if p < 1.0 else math.inf

    value = odds(share.value)
    return Measured(value, value - odds(share.value - share.minus), odds(share.value + share.plus) - value)


def fraction_errors(
    passed: NDArray[np.int64], total: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fractions and their (2, n) errors for a plot; empty bins give NaN."""
    each = [fraction(int(k), int(n)) for k, n in zip(passed, total, strict=True)]
    return np.array([m.value for m in each]), np.array([[m.minus for m in each], [m.plus for m in each]])
