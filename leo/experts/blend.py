"""The experts: five ways to speak, blended into one temperature and one semantic weight.

Each starts with a base weight; the moment shifts weight from one to another, and every
shift is kept with its reason. Negative weights are cut to zero *before* the weights are
brought to a sum of one.
"""

from dataclasses import dataclass

from leo.records import Blend, BlendReason, Influence, Percept, TemperatureStep, Weight

__all__ = ["EXPERTS", "Expert", "blended"]


@dataclass(frozen=True, slots=True)
class Expert:
    """A way to speak: its temperature, its weight of meaning against grammar, its start weight."""

    name: str
    temperature: float
    semantic: float
    base: float


EXPERTS = (
    Expert("structural", 0.8, 0.2, 0.3),
    Expert("semantic", 1.0, 0.5, 0.2),
    Expert("creative", 1.3, 0.4, 0.1),
    Expert("precise", 0.6, 0.3, 0.2),
    Expert("wounded", 0.9, 0.6, 0.0),
)
"""The five; `wounded` speaks only as far as the wound is open."""

MIN_TEMPERATURE = 0.3
MAX_TEMPERATURE = 2.0
"""Bounds of the blended temperature, before the user's factor."""


def _shifts(percept: Percept, wound: float) -> list[BlendReason]:
    pulse, themes = percept.pulse, len(percept.themes)
    reasons: list[BlendReason] = []
    if wound > 0.3:
        weight = min(0.5, 0.6 * wound)
        reasons.append(BlendReason("the wound is open", "wounded", weight))
        others = [expert.name for expert in EXPERTS if expert.name != "wounded"]
        reasons.extend(BlendReason("the wound is open", name, -weight / 4) for name in others)
    if pulse.novelty > 0.5:
        b = 0.4 * (pulse.novelty - 0.5)
        reasons += _pair("much is new", "creative", "precise", b)
    if pulse.expected_entropy < 0.4:
        b = 0.5 * (0.4 - pulse.expected_entropy)
        reasons += _pair("the field knows what follows", "precise", "creative", b)
    if themes >= 2:
        reasons += _pair("themes are touched", "semantic", "structural", min(0.2, 0.05 * themes))
    if pulse.arousal > 0.7:
        b = 0.3 * (pulse.arousal - 0.7)
        reasons += _pair("it was said loudly", "precise", "creative", b)
    return reasons


def _pair(why: str, up: str, down: str, change: float) -> list[BlendReason]:
    return [BlendReason(why, up, change), BlendReason(why, down, -change / 2)]


def blended(
    percept: Percept, influence: Influence, *, shift: float, user_temperature: float
) -> Blend:
    """Blend the experts for this moment.

    Parameters
    ----------
    percept
        Novelty, arousal, expected entropy and themes move the weights.
    influence
        What the modules ask for: expert boosts, the wound, a temperature factor.
    shift
        What the first impression adds to the temperature.
    user_temperature
        The caller's factor; it always multiplies.
    """
    reasons = [BlendReason("a module leans", one.expert, one.weight) for one in influence.experts]
    reasons += _shifts(percept, influence.wound)
    weights = {expert.name: expert.base for expert in EXPERTS}
    for reason in reasons:
        weights[reason.expert] += reason.change
    weights = {name: max(0.0, weight) for name, weight in weights.items()}
    total = sum(weights.values())
    if total <= 0:
        reasons.append(BlendReason("nobody was left", "structural", 1.0))
        weights, total = {**weights, "structural": 1.0}, 1.0
    weights = {name: weight / total for name, weight in weights.items()}
    experts = sum(weights[expert.name] * expert.temperature for expert in EXPERTS)
    semantic = sum(weights[expert.name] * expert.semantic for expert in EXPERTS)
    felt = min(MAX_TEMPERATURE, max(MIN_TEMPERATURE, experts + shift))
    leaned = min(MAX_TEMPERATURE, max(MIN_TEMPERATURE, felt * influence.temperature))
    effective = leaned * user_temperature
    steps = (("experts", experts), ("impression", felt), ("modules", leaned), ("user", effective))
    return Blend(
        weights=tuple(Weight(name, round(weight, 6)) for name, weight in weights.items()),
        dominant=max(weights, key=lambda name: weights[name]),
        semantic=round(semantic, 6),
        temperature=round(effective, 6),
        reasons=tuple(BlendReason(r.why, r.expert, round(r.change, 6)) for r in reasons),
        steps=tuple(TemperatureStep(name, round(value, 6)) for name, value in steps),
    )
