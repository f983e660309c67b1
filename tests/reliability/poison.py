"""Poisoned turns: real ones, every text of which is what an attacker would write.

They are what a Leo's file from somebody else may hold: whatever its records allow.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from leo import Turn, TurnFormatError
from leo.records import Fault
from tests.reliability.fuzz.bending import Place, leaves, value_at, with_value

__all__ = ["EVIL", "PAYLOADS", "poisoned"]

EVIL: Final = "https://evil.example/"

PAYLOADS: Final = {
    "script": "<script data-evil>leoEvil('script')</script>",
    "image": "<img data-evil src=x onerror=\"leoEvil('image')\">",
    "svg": "<svg data-evil onload=leoEvil('svg')><animate onbegin=leoEvil('svg') dur=1s></svg>",
    "frame": "<iframe data-evil srcdoc=\"<script>parent.leoEvil('frame')</script>\"></iframe>",
    "link": "<a data-evil href=\"javascript:leoEvil('link')\" target=_blank>moon</a>",
    "markdown": f"[moon](javascript:leoEvil('markdown')) ![moon]({EVIL}markdown) <{EVIL}auto>",
    "latex": "$\\href{javascript:leoEvil('latex')}{moon}$ \\(\\href{javascript:leoEvil(1)}{x}\\)",
    "latex display": "$$\\require{html}\\cssId{evil}{\\style{background:red}{moon}}$$",
    "end of data": "</script><script data-evil>leoEvil('end')</script><!-- ]]> --> -->",
    "template": "{{constructor.constructor('leoEvil(1)')()}} ${leoEvil('t')} <%= leoEvil('t') %>",
    "style": f"<style data-evil>*{{background:url({EVIL}style)}}</style>",
    "css": f'red;background:url("{EVIL}css")}} body{{background:url({EVIL}css)}}',
    "attribute": "\" onmouseover=\"leoEvil('a')\" data-evil=\"' autofocus onfocus='leoEvil(1)' x='",
    "data": "<object data-evil data=\"data:text/html,<script>parent.leoEvil('d')</script>\">",
    "entities": "&lt;img data-evil src=x onerror=leoEvil('entities')&gt; &#60;img src=x&#62;",
    "escapes": "\\u003cimg data-evil src=x onerror=leoEvil('e')\\u003e \\x3cscript\\x3e",
    "unicode": "＜script＞leoEvil(1)＜/script＞ \u202e<\u200bscript>\u2066 <scr\u00adipt>",
    "plotly": f'<a href="javascript:leoEvil(1)">x</a><b style="background:url({EVIL}p)">x</b>',
    "plotly template": "%{customdata} %{x:leoEvil(1)} <extra><img data-evil src=x></extra><br>",
    "refresh": f'<meta data-evil http-equiv=refresh content="0;url={EVIL}m"><base href={EVIL}>',
    "form": f"<form data-evil action={EVIL}><button autofocus formaction=javascript:leoEvil(1)>",
    "details": "<details data-evil open ontoggle=leoEvil('details')><summary>x</summary></details>",
    "mutation": '<math><mtext><table><mglyph><style><!--</style><img data-evil title="--&gt;&lt;'
    "img src=x onerror=leoEvil('m')&gt;\">",
    "name of a file": "../../<img data-evil src=x onerror=leoEvil('file')>.txt",
}
"""What would run, ask the network, or make an element, if any of it was taken for markup."""


def poisoned(turn: Turn, payloads: Sequence[str]) -> Turn:
    """Replace every text of a turn that its records let be any text.

    Parameters
    ----------
    turn
        A real turn.
    payloads
        What to write, one after the other.
    """
    fault = Fault("mathbrain", "after", payloads[0], payloads[0])
    plain: Any = json.loads(turn.to_json())
    plain["faults"] = [{name: getattr(fault, name) for name in Fault.__slots__}]
    groups: dict[tuple[str, ...], list[Place]] = defaultdict(list)
    for at in leaves(plain):
        if isinstance(value_at(plain, at), str):
            groups[_kind_of(at)].append(at)
    for number, places in enumerate(groups.values()):
        new = plain
        for place, at in enumerate(places):
            new = with_value(new, at, payloads[(number + place) % len(payloads)])
        try:
            Turn.from_json(json.dumps(new))
        except TurnFormatError:
            continue  # one of a few fixed words
        plain = new
    return Turn.from_json(json.dumps(plain))


def _kind_of(at: Place) -> tuple[str, ...]:
    if at[:2] == ("utterance", "words"):  # a list, whose places have meanings
        return ("words", str(at[3]))
    return tuple(step for step in at if isinstance(step, str))
