"""Hypothesis strategies: texts of every kind, and scripts of a talk."""

from hypothesis import strategies as st

__all__ = ["babble", "prose", "scripts", "texts"]

_WORDS = (
    "the cat sat Mila's don’t ding-dong 3.14 RAIN привет Мир naïve été 你好 かな हिन्दी "
    "Ünïcödé leo İstanbul ß straße ﬁ e\u0301t\u00e9 x² ½ a-b-c '' -- — … ... . , ! ? ; : 😀 🎉"
).split()

texts = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from(_WORDS), max_size=20).map(" ".join),
    st.text(alphabet=st.sampled_from("ab .,!?'-—…’\u0301你 \ud800\x00"), max_size=40),
)
"""Anything that can be typed, and a few things that cannot."""

prose = st.lists(
    st.sampled_from(
        "the a cat dog moon lamp was is warm small red and in on under of garden . . , ?".split()
    ),
    max_size=30,
).map(" ".join)
"""Small-vocabulary prose, so that the same words meet again."""

scripts = st.lists(prose, max_size=6)
"""Texts heard one after the other."""

babble = st.lists(
    st.lists(
        st.sampled_from("the a cat dog moon lamp was is red in . . , ? ! — ; …".split()),
        min_size=1,
        max_size=14,
    ).map(" ".join),
    min_size=1,
    max_size=6,
)
"""Texts of a field in which anything follows anything, marks too."""
