"""The tiny network, and the learning that runs on it: gradients, steps, bytes, a planted signal."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.reflection import brain
from leo.reflection.brain import BrainState, learned
from leo.reflection.features import FEATURES
from leo.reflection.mlp import CLAMP, DECAY, FEW, HIDDEN, Network, Vector

INPUTS = len(FEATURES)
seeds = st.integers(0, 10_000)


def made(seed: int, scale: float = 0.5) -> Network:
    """Make a network with no weight at zero."""
    luck = np.random.default_rng(seed)
    return Network(
        luck.normal(0, scale, (HIDDEN, INPUTS)),
        luck.normal(0, scale, HIDDEN),
        luck.normal(0, scale, HIDDEN),
        float(luck.normal(0, scale)),
    )


def samples(seed: int, count: int) -> tuple[Vector, Vector]:
    """Make moments and what should be added to the mean."""
    luck = np.random.default_rng(seed + 1)
    return luck.random((count, INPUTS)), luck.uniform(-1, 1, count)


def flat(network: Network) -> Vector:
    """Give all weights as one vector."""
    return np.frombuffer(network.to_bytes(), dtype="<f8")


def scalar_output(network: Network, x: Vector) -> float:
    """Run forward in plain Python, one number at a time."""
    total = network.b2
    for row, bias, out in zip(network.w1, network.b1, network.w2, strict=True):
        inner = sum(float(w) * (2 * float(v) - 1) for w, v in zip(row, x, strict=True))
        total += float(out) * math.tanh(inner + float(bias))
    return total


@given(seed=seeds, count=st.integers(1, 12))
def test_gradient_is_that_of_the_loss(seed: int, count: int) -> None:
    """The analytic gradient of every weight is the central finite difference of the loss."""
    network, (x, y) = made(seed), samples(seed, count)
    weights, step = flat(network), 1e-5
    found = flat(network.gradient(x, y))
    wanted = np.empty_like(found)
    for i in range(weights.size):
        up, down = weights.copy(), weights.copy()
        up[i] += step
        down[i] -= step
        high = Network.from_bytes(up.tobytes(), INPUTS).loss(x, y)
        low = Network.from_bytes(down.tobytes(), INPUTS).loss(x, y)
        wanted[i] = (high - low) / (2 * step)
    assert np.linalg.norm(found - wanted) < 1e-6 * np.linalg.norm(wanted)


@given(seed=seeds, count=st.integers(1, 6))
def test_s17_the_vectors_are_the_scalar_network(seed: int, count: int) -> None:
    """Defect 17: two matrix products give what unit by unit in plain Python gives."""
    network, (x, y) = made(seed), samples(seed, count)
    outputs = [scalar_output(network, row) for row in x]
    assert [network.output(row) for row in x] == pytest.approx(outputs, rel=1e-9, abs=1e-12)
    errors = sum((out - float(want)) ** 2 for out, want in zip(outputs, y, strict=True))
    kept = sum(float(w) ** 2 for w in network.w2) + network.b2**2
    assert network.loss(x, y) == pytest.approx(errors / (count + FEW) + DECAY / 2 * kept)


@given(seed=seeds, rate=st.floats(0.001, 0.5))
def test_a_step_is_exactly_rate_times_gradient(seed: int, rate: float) -> None:
    """Far from the clamp each weight moves by minus rate times its gradient; the old one stays."""
    network, (x, y) = made(seed, 0.1), samples(seed, 5)
    before, gradient = network.to_bytes(), network.gradient(x, y)
    moved = network.stepped(gradient, rate)
    wanted = flat(network) - rate * flat(gradient)
    assert np.array_equal(flat(moved), wanted)
    assert network.to_bytes() == before


@given(seed=seeds, rate=st.floats(1, 1e6))
def test_weights_stay_within_the_clamp(seed: int, rate: float) -> None:
    """However large the step, no weight leaves the clamp."""
    network, (x, y) = made(seed, 3.0), samples(seed, 5)
    assert np.abs(flat(network.stepped(network.gradient(x, y), rate))).max() <= CLAMP


@given(seed=seeds)
def test_bytes_bring_the_same_network_back(seed: int) -> None:
    """Reading what was written gives every weight, and so every output, bit for bit."""
    network, (x, _) = made(seed), samples(seed, 5)
    again = Network.from_bytes(network.to_bytes(), INPUTS)
    assert again.to_bytes() == network.to_bytes()
    assert [again.output(row) for row in x] == [network.output(row) for row in x]


def test_a_network_of_another_shape_is_refused() -> None:
    """Weights of another size are an error, never a silent overwrite (2.12 defect 8)."""
    assert flat(Network.born(INPUTS)).size == 369
    with pytest.raises(ValueError, match="185 weights are stored, 21-16-1 has 369"):
        Network.from_bytes(Network.born(INPUTS, 8).to_bytes(), INPUTS)


def test_s12_and_s18_a_newborn_network_adds_nothing_and_is_always_the_same() -> None:
    """Defects 12 and 18: no luck of signs and no optional import decides the first weights."""
    one = Network.born(INPUTS)
    assert one.to_bytes() == Network.born(INPUTS).to_bytes()
    assert [one.output(row) for row in samples(1, 20)[0]] == [0.0] * 20
    assert float(one.w1.std()) == pytest.approx(math.sqrt(2 / INPUTS), rel=0.1)


def test_s16_the_output_reaches_the_ends_of_the_scale() -> None:
    """Defect 16: the output is linear, so a quality of 0 or 1 can be learned."""
    luck = np.random.default_rng(5)
    state = BrainState()
    for _ in range(400):
        x = luck.random(INPUTS)
        x[1] = luck.integers(0, 2)
        state = learned(state, tuple(x), float(x[1]))
    x = np.full(INPUTS, 0.5)
    found = []
    for value in (0.0, 1.0):
        x[1] = value
        found.append(state.predict(tuple(x)))
    assert found == pytest.approx([0, 1], abs=0.1)


@given(seed=seeds)
def test_attribution_is_the_slope_times_the_distance(seed: int) -> None:
    """Each part is the output's finite difference by that input, times how far it is from 1/2."""
    network, x = made(seed), samples(seed, 1)[0][0]
    for i, part in enumerate(network.attribution(x)):
        up, down = x.copy(), x.copy()
        up[i] += 1e-5
        down[i] -= 1e-5
        slope = (network.output(up) - network.output(down)) / 2e-5
        assert part == pytest.approx(slope * (x[i] - 0.5), abs=1e-7)
    assert not network.attribution(np.full(INPUTS, 0.5)).any()


def test_saturation_counts_the_units_that_hardly_move() -> None:
    """A unit at tanh(3) = 0.995 counts, one at tanh(2) = 0.964 does not."""
    network = Network(np.zeros((2, 1)), np.array([3.0, 2.0]), np.zeros(2), 0.0)
    assert network.saturated(np.array([0.5])) == 0.5


# ---------------------------------------------------------------- learning


def lived(seed: int, count: int = 200) -> tuple[float, float]:
    """Learn a quality that hangs on one feature; give the summed loss, and the mean's."""
    luck = np.random.default_rng(seed)
    state, loss, baseline = BrainState(), 0.0, 0.0
    for _ in range(count):
        x = luck.random(INPUTS)
        true = float(np.clip(0.3 + 0.5 * x[1] + luck.normal(0, 0.05), 0, 1))
        guess = state.predict(tuple(x))
        if guess is not None:
            loss += (guess - true) ** 2
            baseline += (state.mean - true) ** 2
        state = learned(state, tuple(x), true)
    return loss, baseline


def test_a_planted_signal_is_found() -> None:
    """The bootstrap interval of the loss's share of the running mean's lies far below 1."""
    shares = np.array([loss / baseline for loss, baseline in map(lived, range(12))])
    luck = np.random.default_rng(1)
    means = luck.choice(shares, (2000, len(shares))).mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    assert 0 < low <= high < 0.7


def test_the_same_life_learns_the_same() -> None:
    """Equal replies give an identical sequence of losses."""
    assert lived(3, 40) == lived(3, 40)


def test_predicting_changes_nothing() -> None:
    """A guess leaves weights and statistics as they were."""
    state = learned(BrainState(), (0.3,) * INPUTS, 0.7)
    before = state.network.to_bytes()
    assert state.predict((0.9,) * INPUTS) == state.predict((0.9,) * INPUTS)
    assert state.network.to_bytes() == before


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the newest replies are gone through again; mean and count are those of all."""
    monkeypatch.setattr(brain, "REPLAYED", 3)
    state = BrainState()
    for i in range(5):
        state = learned(state, (i / 10,) * INPUTS, i / 4)
    assert state.qualities.tolist() == [0.5, 0.75, 1.0]
    assert state.moments[:, 0].tolist() == [0.2, 0.3, 0.4]
    assert (state.count, state.mean) == (5, 0.5)


def test_s15_averaged_losses_are_corrected_for_the_start() -> None:
    """Defect 15: a loss that is always the same is shown as it is, from the first guess on."""
    state = BrainState()
    assert state.corrected() == (None, None)
    for count in range(1, 30):
        known = 1 - brain.MEMORY**count
        state = replace(state, count=count + 1, losses=(0.04 * known, 0.09 * known))
        assert state.corrected() == pytest.approx((0.04, 0.09))
    first = learned(learned(BrainState(), (0.5,) * INPUTS, 0.5), (0.5,) * INPUTS, 0.8)
    assert first.corrected()[1] == pytest.approx(0.09)


def loudest(network: Network) -> Vector:
    """Find, climbing from many moments, the one that moves the hidden units most."""

    def loud(x: Vector) -> float:
        return float((network.hidden(x) ** 2).sum())

    tops: list[Vector] = []
    luck = np.random.default_rng(0)
    for x in luck.integers(0, 2, (60, INPUTS)).astype(float):
        for i in [*range(INPUTS)] * 3:
            other = x.copy()
            other[i] = 1 - other[i]
            x = max(x, other, key=loud)  # noqa: PLW2901  it climbs
        tops.append(x)
    return max(tops, key=loud)


def test_s13_nothing_is_reset_and_nothing_runs_away() -> None:
    """Defect 13: when one loud moment repeats and quality turns over, learning stays stable."""
    x = loudest(Network.born(INPUTS))
    state = BrainState()
    for turn in range(250):
        state = learned(state, tuple(x), float(turn >= 100))
    assert np.abs(flat(state.network)).max() < 2
    assert state.predict(tuple(x)) == pytest.approx(1.0, abs=0.05)


def test_a_step_is_short_enough_for_any_moments() -> None:
    """The steepest the output layer can be, times the rate, stays below 2: it cannot diverge."""
    assert brain.RATE * (2 * (HIDDEN + 1) + DECAY) < 2
