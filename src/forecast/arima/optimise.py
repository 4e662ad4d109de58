"""Find the maximum of the likelihood: many starts and many folds in lockstep.

The likelihood of models with near-common factors has several maxima. A search from one start stops at a
local one more often than not, so starts come from a grid that holds the typical corners, and the maxima
found at one fold are the starts of later ones.

Coordinates are angles, sin(angle) being a partial autocorrelation. A moving average and the one with its
inverse root have the same likelihood, so in angles the unit root is an ordinary, smooth point of the
function, and the typical scale near it is sqrt(1/n) instead of 1/n. A step beyond the unit root is a step to
its mirror image before it; stopping a step at the root would stop the search, the slope there being zero.

Every lane is a search of its own (fold x start). All lanes evaluate together, each with its own step
length and its own approximation of the Hessian (BFGS with Powell's damping, box constraints by active sets).
The lanes of one fold are a family: one that promises less than it lags behind the family's best, or has come
to the same place, is stopped. Nothing depends on other families: sums run over the parameters of one lane.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forecast.arima.likelihood import WORST, Batch, Ints
from forecast.arima.polynomials import Floats, Orders, from_partial

#: Bounds of the partial autocorrelations. A moving average may reach its unit root (over-differencing does),
#: an autoregression may not: there the variance of the start-up terms is infinite. Several autoregressive
#: coefficients can come close to several unit roots at once, where digits run out; hence their wider margin.
AR_BOUND_SINGLE, AR_BOUND, MA_BOUND = 1.0 - 1e-6, 1.0 - 1e-4, 1.0
#: A search ends when the next step promises less than this much log-likelihood.
TOLERANCE = 1e-8
MAX_ROUNDS, MAX_SHORTER, LONGEST_STEP = 200, 25, 0.5
#: A search begins at least this far (in angles) inside the bounds.
START_MARGIN = 0.01
#: Every so many rounds lanes are reviewed; one lives on while it lags behind its family's best by less than
#: this many times the gain that its next step promises.
REVIEW_EVERY, HOPE = 4, 20.0
#: Two optima are one when they are closer than this in value or in parameters.
SAME_VALUE, SAME_PLACE = 1e-5, 1e-2

Kernel = Callable[[Batch, Ints, Ints, Floats, Floats | None, bool], tuple[Floats, Floats, Floats]]


@dataclass(frozen=True, eq=False)
class Objective:
    """Minus log-likelihood by angles (and log sigma2, when there
    is a prior), and how closely it is wanted.
    """

    batch: Batch
    kernel: Kernel
    tolerance: float = TOLERANCE

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return self.batch.orders.n_arma + int(self.batch.n_shrunk > 0)

    @property
    def bounds(self) -> Floats:
        """Largest absolute value of each coordinate."""
        ar = self.batch.orders.is_ar
        largest = AR_BOUND_SINGLE if ar.sum() == 1 else AR_BOUND
        extra = [700.0] * int(self.batch.n_shrunk > 0)
        return np.array([*np.arcsin(np.where(ar, largest, MA_BOUND)), *extra], dtype=float)

    @property
    def mirrored(self) -> NDArray[np.bool_]:
        """Which coordinates have their mirror image beyond the bound."""
        return np.append(~self.batch.orders.is_ar, [False] * int(self.batch.n_shrunk > 0))

    def unpack(self, x: Floats) -> tuple[Floats, Floats, Floats | None]:
        """Coefficients, their Jacobian, and sigma2 of points (L, size)."""
        n = self.batch.orders.n_arma
        coefficients, jacobian = from_partial(np.sin(x[:, :n]), self.batch.orders)
        return coefficients, jacobian * np.cos(x[:, None, :n]), np.exp(x[:, n]) if x.shape[1] > n else None

    def value(self, group: Ints, length: Ints, x: Floats) -> Floats:
        """Values (L,) without derivatives."""
        coefficients, _, sigma2 = self.unpack(x)
        return self.kernel(self.batch, group, length, coefficients, sigma2, False)[0]

    def value_gradient(self, group: Ints, length: Ints, x: Floats) -> tuple[Floats, Floats]:
        """Values (L,) and gradients (L, size)."""
        coefficients, jacobian, sigma2 = self.unpack(x)
        value, slope, sigma_slope = self.kernel(self.batch, group, length, coefficients, sigma2, True)
        gradient = (jacobian * slope[:, :, None]).sum(1)
        if sigma2 is not None:
            gradient = np.concatenate([gradient, sigma_slope[:, None]], axis=1)
        return value, gradient


@dataclass(frozen=True, eq=False)
class Optima:
    """Where searches ended; first axis lanes."""

    x: Floats
    value: Floats
    hessian: Floats
    converged: NDArray[np.bool_]

    def take(self, index: Ints | slice) -> Optima:
        """Some of the lanes."""
        return Optima(self.x[index], self.value[index], self.hessian[index], self.converged[index])

    @staticmethod
    def join(parts: list[Optima]) -> Optima:
        """Lanes of several searches one after the other."""
        fields = ("x", "value", "hessian", "converged")
        return Optima(*(np.concatenate([getattr(part, field) for part in parts]) for field in fields))


def positive(hessian: Floats, length: Ints) -> Floats:
    """Make symmetric matrices positive definite by turning their negative eigenvalues round."""
    symmetric = 0.5 * (hessian + hessian.transpose(0, 2, 1))
    bad = ~np.isfinite(symmetric).all((1, 2))
    symmetric[bad] = 0.0
    values, vectors = np.linalg.eigh(symmetric)
    values = np.maximum(np.abs(values), 1e-4 * length[:, None])
    values[bad] = length[bad, None]
    return np.asarray((vectors * values[:, None, :]) @ vectors.transpose(0, 2, 1))


def first_hessian(objective: Objective, group: Ints, length: Ints, x: Floats, slope: Floats) -> Floats:
    """Hessian at the starts by differences of the gradient, made positive definite."""
    lanes, size = x.shape
    step = np.where(x < 0, 1e-4, -1e-4)
    moved = np.repeat(x[None], size, axis=0)
    for i in range(size):
        moved[i, :, i] += step[:, i]
    tile = np.tile(np.arange(lanes), size)
    _, slopes = objective.value_gradient(group[tile], length[tile], moved.reshape(-1, size))
    rows = (slopes.reshape(size, lanes, size) - slope) / step.T[:, :, None]
    return positive(rows.transpose(1, 0, 2), length)


def minimise(
    objective: Objective, group: Ints, length: Ints, family: Ints, x: Floats, hessian: Floats | None = None
) -> Optima:
    """Search from every start (L, size) to its local optimum, all lanes in lockstep.

    `family` numbers the fold that each lane belongs to, from 0 on.
    """
    # At a unit root the slope by the angle is zero by symmetry: a search must not begin there.
    inside = objective.bounds - START_MARGIN
    x = np.clip(x, -inside, inside)
    if objective.size == 0:
        value = objective.value(group, length, x)
        return Optima(x, value, np.empty((len(x), 0, 0)), value < WORST)
    value, slope = objective.value_gradient(group, length, x)
    if hessian is None:
        hessian = first_hessian(objective, group, length, x, slope)
    at = _Points(x.copy(), value, slope, hessian.copy())
    return _Search(objective, group, length, family, at).run()


class _Points(NamedTuple):
    """Where the lanes of a search stand: point, value, slope and Hessian."""

    x: Floats
    f: Floats
    g: Floats
    b: Floats


class _Search:
    """State of all lanes of one search; `run` moves them until each has ended."""

    def __init__(self, objective: Objective, group: Ints, length: Ints, family: Ints, at: _Points) -> None:
        self.objective, self.group, self.length, self.family = objective, group, length, family
        (x, *_), self.bounds = at, objective.bounds
        self.x, self.f, self.g, self.b = at
        self.limits = np.where(objective.mirrored, np.inf, self.bounds)
        lanes = len(x)
        self.direction = np.zeros_like(x)
        self.step, self.shorter = np.ones(lanes), np.zeros(lanes, dtype=np.int64)
        self.converged = np.zeros(lanes, dtype=bool)
        self.promise = np.full(lanes, np.inf)

    def run(self) -> Optima:
        active = np.flatnonzero(self.f < WORST)
        active = self._aim(active)
        for round_ in range(1, MAX_ROUNDS + 1):
            if round_ % REVIEW_EVERY == 0:
                active = self._review(active)
            if not len(active):
                break
            accepted, kept = self._try(active)
            active = np.sort(np.concatenate([self._aim(accepted), kept]))  # the order of lanes is no matter
        return Optima(self.x, self.f, self.b, self.converged)

    def _review(self, lanes: Ints) -> Ints:
        """Stop lanes that cannot become the best of their family; returns the others."""
        families = int(self.family.max()) + 1
        order = np.argsort(self.f, kind="stable")[::-1]
        best = np.zeros(families, dtype=np.int64)
        best[self.family[order]] = order  # the last assignment, the smallest value, stays
        leader = best[self.family[lanes]]
        behind = self.f[lanes] - self.f[leader]
        same = (np.abs(self.x[lanes] - self.x[leader]).max(-1) < 0.02) & (behind < 0.01)
        hopeless = behind > 0.01 + HOPE * self.promise[lanes]
        return np.asarray(lanes[(lanes == leader) | ~(same | hopeless)], dtype=np.int64)

    def _aim(self, lanes: Ints) -> Ints:
        """New directions of lanes; returns those that are not at their optimum yet."""
        if not len(lanes):
            return lanes
        x, g, b, bound = self.x[lanes], self.g[lanes], self.b[lanes], self.limits
        held = ((x >= bound) & (g < 0.0)) | ((x <= -bound) & (g > 0.0))
        free = np.where(held, 0.0, 1.0)
        diagonal = np.arange(x.shape[1])
        scale = free / np.sqrt(np.maximum(b[:, diagonal, diagonal], 1e-300))
        matrix = b * scale[:, :, None] * scale[:, None, :]
        # A held coordinate becomes a row of the unit matrix; the rest is rounding's share of a singular
        # matrix.
        matrix[:, diagonal, diagonal] += 1.0 - free + 1e-10
        direction = -np.linalg.solve(matrix, (g * scale)[:, :, None])[:, :, 0] * scale
        slope = (g * direction).sum(-1)
        uphill = ~(slope <= 0.0)
        direction[uphill] = (-g * scale * scale)[uphill]
        slope[uphill] = (g * direction).sum(-1)[uphill]
        self.promise[lanes] = -0.5 * slope
        done = -0.5 * slope < self.objective.tolerance
        self.converged[lanes[done]] = True
        self.direction[lanes] = direction
        largest = np.abs(direction).max(-1)
        self.step[lanes] = np.minimum(1.0, LONGEST_STEP / np.maximum(largest, 1e-300))
        self.shorter[lanes] = 0
        return np.asarray(lanes[~done], dtype=np.int64)

    def _try(self, lanes: Ints) -> tuple[Ints, Ints]:
        """One step of all lanes; returns those that moved and those that try a shorter step."""
        bound = self.limits
        x, f, g = self.x[lanes], self.f[lanes], self.g[lanes]
        target = np.clip(x + self.step[lanes, None] * self.direction[lanes], -bound, bound)
        moved = target - x
        expected = (g * moved).sum(-1)
        value, slope = self.objective.value_gradient(self.group[lanes], self.length[lanes], target)
        # Rounding of the value: without this slack the last step before the optimum might be refused.
        better = value <= f + 1e-4 * expected + 1e-12 * np.abs(f)
        better &= np.isfinite(slope).all(-1)
        good, poor = lanes[better], lanes[~better]
        if len(good):
            self.b[good] = _updated(self.b[good], moved[better], slope[better] - g[better])
            self.x[good], self.f[good], self.g[good] = target[better], value[better], slope[better]
            self._mirror(good)
        if len(poor):
            excess = 2.0 * (value - f - expected)[~better]
            usable = (excess > 0.0) & (value[~better] < WORST)
            ratio = np.where(usable, -expected[~better] / np.where(usable, excess, 1.0), 0.1)
            self.step[poor] *= np.clip(ratio, 0.1, 0.5)
            self.shorter[poor] += 1
            # A step that rounding hides is an optimum too, if what it promised was next to nothing.
            stuck = self.shorter[poor] > MAX_SHORTER
            promised = -0.5 * (self.g[poor] * self.direction[poor]).sum(-1)
            self.converged[poor[stuck & (promised < 1e-5)]] = True
            poor = poor[~stuck]
        return good, poor

    def _mirror(self, lanes: Ints) -> None:
        """Take lanes that went beyond a unit root back to the mirror image, where the value is the same."""
        x = self.x[lanes]
        beyond = np.abs(x) > self.bounds
        lanes, beyond = lanes[beyond.any(-1)], beyond[beyond.any(-1)]
        if not len(lanes):
            return
        sign = np.where(beyond, -1.0, 1.0)
        self.x[lanes] = np.where(
            beyond, 2.0 * np.copysign(self.bounds, self.x[lanes]) - self.x[lanes], self.x[lanes]
        )
        self.g[lanes] *= sign
        self.b[lanes] *= sign[:, :, None] * sign[:, None, :]


def _updated(b: Floats, moved: Floats, change: Floats) -> Floats:
    """BFGS update of Hessians with Powell's damping, which keeps them positive definite."""
    product = (b * moved[:, None, :]).sum(-1)
    curvature = (moved * product).sum(-1)
    inner = (moved * change).sum(-1)
    sound = curvature > 1e-300
    low = inner < 0.1 * curvature
    blend = np.where(low, 0.9 * curvature / np.where(low, curvature - inner, 1.0), 1.0)[:, None]
    change = blend * change + (1.0 - blend) * product
    inner = np.where(low, 0.1 * curvature, inner)
    with np.errstate(divide="ignore", invalid="ignore"):
        update = (
            change[:, :, None] * change[:, None, :] / inner[:, None, None]
            - product[:, :, None] * product[:, None, :] / curvature[:, None, None]
        )
    return np.where(sound[:, None, None], b + update, b)


# ----------------------------------------------------------------------------------------------- starts

#: First partial autocorrelation of each block on the grid.
GRID = {
    "ar": (-0.65, 0.1, 0.6, 0.96),
    "ma": (-0.5, 0.1, 0.55, 0.92),
    "sar": (-0.2, 0.5),
    "sma": (0.2, 0.7),
}
#: Corners in which an autoregressive and a moving average factor near the unit circle almost cancel.
CORNERS = (
    (0.75, 0.83),
    (0.9, 0.98),
    (0.95, 0.995),
    (0.98, 0.999),
    (0.9995, 0.997),
    (-0.75, -0.83),
    (-0.9, -0.8),
    (-0.93, -0.97),
    (-0.97, -0.995),
    (-0.9995, -0.997),
)
SEASONAL_CORNERS = ((0.9, 0.97), (0.97, 0.9))
#: Number of grid points from which a full search starts: more where factors can cancel.
N_STARTS, N_STARTS_MIXED = 5, 8


def grid(orders: Orders) -> Floats:
    """Starting points (T, n_arma) of a model."""
    axes: list[list[tuple[float, ...]]] = []
    for name, count in zip(GRID, orders.blocks, strict=True):
        if count == 0:
            axes.append([()])
            continue
        first = GRID[name] if name != "sma" or orders.P else (0.6,)
        axes.append([(value, *[0.0] * (count - 1)) for value in first])
        if count > 1 and name in ("ar", "ma"):
            axes[-1] += [(0.3, 0.5, *[0.0] * (count - 2)), (0.3, -0.5, *[0.0] * (count - 2))]
    points = [sum(point, ()) for point in itertools.product(*axes)]
    p, q, seasonal_p, seasonal_q = orders.blocks
    middle = [0.1] * p + [0.1] * q + [0.1] * seasonal_p + [0.6] * seasonal_q
    ordinary = [(0, p, pair) for pair in CORNERS] if p and q else []
    start = p + q
    seasonal = (
        [(start, start + seasonal_p, pair) for pair in SEASONAL_CORNERS] if seasonal_p and seasonal_q else []
    )
    for ar, ma, pair in ordinary + seasonal:
        point = list(middle)
        point[ar], point[ma] = pair
        points.append(tuple(point))
    return np.array(points, dtype=float)


def n_starts(orders: Orders) -> int:
    """Number of starts of a full search."""
    mixed = (orders.p and orders.q) or (orders.P and orders.Q)
    return N_STARTS_MIXED if mixed else N_STARTS


def choose_starts(points: Floats, values: Floats, count: int) -> Ints:
    """Best grid points of one fold that are not close to a better one already chosen."""
    chosen: list[int] = []
    stretched = np.arctanh(points)  # distances near the unit circle count more
    for candidate in np.argsort(values, kind="stable"):
        if len(chosen) == count or values[candidate] >= WORST:
            break
        gap = min((np.abs(stretched[candidate] - stretched[c]).max() for c in chosen), default=np.inf)
        if len(chosen) < 2 or gap > 0.5:
            chosen.append(int(candidate))
    return np.array(chosen or [0], dtype=np.int64)


def distinct(optima: Optima, limit: float = 4.0, count: int = 4) -> Ints:
    """Lanes of one fold, best first, without repetitions and hopeless ones."""
    order = np.argsort(optima.value, kind="stable")
    best = optima.value[order[0]]
    chosen: list[int] = []
    for lane in order:
        if len(chosen) == count or optima.value[lane] > best + limit:
            break
        new = all(
            abs(optima.value[lane] - optima.value[c]) > SAME_VALUE
            and (not optima.x.shape[1] or np.abs(optima.x[lane] - optima.x[c]).max() > SAME_PLACE)
            for c in chosen
        )
        if new:
            chosen.append(int(lane))
    return np.array(chosen, dtype=np.int64)
