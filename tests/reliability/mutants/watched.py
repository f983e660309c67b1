"""Which tests watch which file: few and fast ones, that should notice when it is changed."""

from collections.abc import Mapping
from typing import Final

__all__ = ["WATCHED"]

WATCHED: Final[Mapping[str, tuple[str, ...]]] = {
    "leo/turn.py": (
        "tests/test_turns.py::test_a_reply_is_prose",
        "tests/test_turns.py::test_reply_and_turn_say_the_same",
        "tests/test_turns.py::test_novelty_is_measured_before_the_prompt_is_learned",
        "tests/test_turns.py::test_totals_grow_by_what_was_learned",
        "tests/test_turns.py::test_a_stream_gives_words_and_the_turn_last",
        "tests/test_laws.py::test_law_4_every_learned_ngram_knows_its_source",
        "tests/test_laws.py::test_law_6_a_failing_hook_is_seen_in_the_turn",
    ),
    "leo/async_leo.py": (
        "tests/test_turns.py",
        "tests/test_laws.py::test_law_2_imagining_changes_nothing",
        "tests/test_laws.py::test_law_2_a_turn_cancelled_during_the_commit_happened",
        "tests/test_lifecycle.py::test_the_seed_is_stored",
    ),
    "leo/settle.py": (
        "tests/test_laws.py::test_law_2_a_turn_cancelled_during_the_commit_happened",
        "tests/test_laws.py::test_law_2_a_failed_commit_changes_nothing",
    ),
    "leo/reflection/quality.py": (
        "tests/reflection/test_quality_laws.py",
        "tests/reflection/test_reflection.py",
    ),
    "leo/reflection/external_vocab.py": (
        "tests/reflection/test_quality_laws.py",
        "tests/reflection/test_reflection.py",
    ),
    "leo/experts/blend.py": ("tests/experts",),
    "leo/recall/resonance.py": ("tests/recall/test_resonance.py",),
    "leo/recall/memories.py": (
        "tests/recall/test_resonance.py",
        "tests/recall/test_archive.py::test_the_archive_is_bounded",
        "tests/recall/test_archive.py::test_a_state_says_how_many_there_are",
        "tests/recall/test_archive.py::test_what_comes_from_the_archive_is_marked",
    ),
    "leo/archive.py": (
        "tests/recall/test_archive.py::test_nothing_is_lost_and_the_index_is_exact",
        "tests/recall/test_archive.py::test_a_question_looks_at_few_places",
        "tests/recall/test_archive.py::test_what_is_forgotten_leaves_nothing_in_the_index",
    ),
    "leo/reflection/nearest.py": ("tests/reflection/test_nearest.py",),
    "leo/reflection/remembered.py": (
        "tests/reflection/test_episodes.py::test_planted_clusters_are_told_apart_by_features",
        "tests/reflection/test_episodes.py::test_5_6_5_episodes_are_found_by_their_words",
        "tests/reflection/test_episodes.py::test_words_are_placed_where_they_stand",
        "tests/reflection/test_episodes.py::test_how_the_estimate_fared_is_told",
        "tests/reflection/test_episodes.py::test_5_6_6_memory_is_bounded_and_exact",
        "tests/reflection/test_episodic_archive.py::test_what_is_like_a_moment_is_what_a_scan_finds",
    ),
    "leo/perception/pulse.py": (
        "tests/perception/test_pulse_laws.py",
        "tests/perception/test_perception.py",
    ),
    "leo/perception/trauma.py": ("tests/perception/test_trauma.py",),
    "leo/perception/wound.py": ("tests/perception/test_trauma.py",),
    "leo/reflection/mlp.py": ("tests/reflection/test_mlp.py",),
    "leo/reflection/rhythm.py": (
        "tests/reflection/test_rhythm.py",
        "tests/reflection/test_game.py",
    ),
    "leo/reflection/game.py": ("tests/reflection/test_game.py",),
    "leo/reflection/flow.py": ("tests/reflection/test_flow.py",),
    "leo/reflection/currents.py": ("tests/reflection/test_flow.py",),
    "leo/recall/school.py": ("tests/recall/test_school.py",),
    "leo/store/journal.py": (
        "tests/store/test_store.py",
        "tests/store/test_rows.py",
    ),
    "leo/store/database.py": ("tests/store/test_store.py",),
    "leo/store/image.py": ("tests/store/test_store.py",),
    "leo/store/holder.py": ("tests/store/test_holder.py",),
    "leo/store/lockfile.py": (
        "tests/store/test_holder.py",
        "tests/store/test_store.py",
    ),
    "leo/store/schema.py": ("tests/store/test_store.py",),
    "leo/store/reader.py": (
        "tests/store/test_reading.py",
        "tests/store/test_rows.py",
    ),
    "leo/store/gaps.py": ("tests/store/test_gaps.py",),
    "leo/store/compacting.py": ("tests/test_compacting.py",),
    "leo/store/dormitory.py": ("tests/test_hibernation.py",),
    "leo/store/copying.py": ("tests/test_public_api.py",),
    "leo/store/looking.py": ("tests/terminal/test_doctor.py",),
    "leo/life.py": (
        "tests/store/test_store.py",
        "tests/test_lifecycle.py",
    ),
    "leo/opened.py": ("tests/test_lifecycle.py",),
}
