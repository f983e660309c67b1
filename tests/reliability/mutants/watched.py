"""Which tests watch which file: few and fast ones, that should notice when it is changed."""

from collections.abc import Mapping
from typing import Final

__all__ = ["WATCHED"]


def _without(test: str) -> str:
    """Leave out one test, a slow one, of those that were named before."""
    return f"--deselect={test}"


WATCHED: Final[Mapping[str, tuple[str, ...]]] = {
    "leo/turn.py": (
        "tests/test_turns.py::test_a_reply_is_prose",
        "tests/test_turns.py::test_reply_and_turn_say_the_same",
        "tests/test_turns.py::test_novelty_is_measured_before_the_prompt_is_learned",
        "tests/test_turns.py::test_totals_grow_by_what_was_learned",
        "tests/test_turns.py::test_a_stream_gives_words_and_the_turn_last",
        "tests/test_laws.py::test_law_4_every_learned_ngram_knows_its_source",
        "tests/test_laws.py::test_law_6_a_failing_hook_is_seen_in_the_turn",
        "tests/test_turns.py::test_a_turn_tells_how_long_each_stage_took",
        "tests/test_turns.py::test_a_reply_is_learned_from_a_quality_on",
        "tests/recall/test_school.py::test_x8_the_question_is_never_learned_as_his_own",
    ),
    "leo/async_leo.py": (
        "tests/test_turns.py::test_reply_and_turn_say_the_same",
        "tests/test_turns.py::test_a_temperature_out_of_range_is_refused",
        "tests/test_turns.py::test_a_length_out_of_range_is_refused",
        "tests/test_turns.py::test_observing_teaches_without_answering",
        "tests/test_turns.py::test_a_stream_gives_words_and_the_turn_last",
        "tests/test_turns.py::test_watchers_are_told_in_commit_order_until_they_leave",
        "tests/test_turns.py::test_a_book_is_read_once_in_batches",
        "tests/test_laws.py::test_law_2_imagining_changes_nothing",
        "tests/test_laws.py::test_law_2_a_turn_cancelled_during_the_commit_happened",
        "tests/test_lifecycle.py::test_the_seed_is_stored",
        "tests/test_turns.py::test_what_is_not_said_is_the_same_at_every_door",
        "tests/test_lifecycle.py::test_the_file_has_one_holder",
        "tests/test_around.py::test_what_was_switched_off_stays_off",
        "tests/test_modules.py",
        "tests/test_books.py::test_a_book_goes_on_in_batches_of_another_size",
        "tests/test_books.py::test_the_last_batch_of_a_book_says_so",
    ),
    "leo/settle.py": (
        "tests/test_laws.py::test_law_2_a_turn_cancelled_during_the_commit_happened",
        "tests/test_laws.py::test_law_2_a_failed_commit_changes_nothing",
        "tests/test_settle.py",
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
        "tests/recall/test_santaklaus.py::test_it_can_be_asked",
    ),
    "leo/archive.py": (
        "tests/recall/test_archive.py::test_nothing_is_lost_and_the_index_is_exact",
        "tests/recall/test_archive.py::test_a_question_looks_at_few_places",
        "tests/recall/test_archive.py::test_what_is_forgotten_leaves_nothing_in_the_index",
        "tests/recall/test_archive.py::test_a_larger_archive_brings_more",
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
    "leo/reflection/currents.py": (
        "tests/reflection/test_currents.py",
        "tests/reflection/test_flow.py",
    ),
    "leo/reflection/mathbrain.py": ("tests/reflection/test_mathbrain.py",),
    "leo/reflection/episodic_archive.py": (
        "tests/reflection/test_episodic_archive.py::test_what_is_like_a_moment_is_what_a_scan_finds",
        "tests/reflection/test_episodic_archive.py::test_the_archive_is_asked_in_a_turn_and_alone",
        "tests/reflection/test_episodic_archive.py::test_what_is_forgotten_leaves_nothing_in_the_index",
        "tests/reflection/test_episodic_archive.py::test_a_full_archive_forgets_the_oldest",
        "tests/reflection/test_episodic_archive.py::test_a_prompt_without_words_is_let_go",
        "tests/reflection/test_episodic_archive.py::test_one_rare_word_brings_more_than_two_common_ones",
    ),
    "leo/reflection/judging.py": (
        "tests/reflection/test_judging.py",
        "tests/reflection/test_metaleo.py::test_6_6_1_and_4_the_voice_speaks",
        "tests/reflection/test_metaleo.py::test_it_keeps_quiet_when_it_is_not_clearly_better",
    ),
    "leo/recall/school.py": ("tests/recall/test_school.py",),
    "leo/store/journal.py": (
        "tests/store/test_store.py::test_an_overview_needs_no_whole_turn",
        "tests/store/test_store.py::test_changed_birth_texts_are_noticed",
        "tests/store/test_rows.py",
        "tests/test_laws.py::test_the_journal_shows_the_whole_life_again",
        "tests/test_books.py::test_a_book_goes_on_in_batches_of_another_size",
        "tests/test_books.py::test_a_book_that_an_older_version_left_goes_on",
        "tests/test_books.py::test_a_book_of_which_an_older_version_forgot_is_not_guessed_at",
        "tests/store/test_store.py::test_the_journal_is_read_in_pages",
        "tests/test_around.py",
    ),
    "leo/store/database.py": (
        "tests/store/test_store.py::test_a_new_file_says_what_it_is",
        "tests/store/test_store.py::test_the_log_does_not_stay_as_large_as_the_largest_transaction",
        "tests/store/test_store.py::test_opening_again_changes_nothing",
        "tests/store/test_store.py::test_a_foreign_file_is_refused_and_left_as_it_was",
        "tests/store/test_store.py::test_a_failing_statement_undoes_the_whole_transaction",
        "tests/store/test_store.py::test_large_writes_are_chunked_and_whole",
        "tests/store/test_holder.py::test_a_sleeper_keeps_his_file_in_this_process",
        "tests/store/test_holder.py::test_a_file_that_changed_hands_is_not_taken_back",
        "tests/reliability/test_two_at_once.py::test_a_lock_that_was_taken_away_is_noticed",
    ),
    "leo/store/image.py": (
        "tests/store/test_store.py::test_an_image_gives_the_layer_back",
        "tests/store/test_store.py::test_no_image_is_no_image",
        "tests/store/test_store.py::test_an_image_is_unpacked_in_stretches",
    ),
    "leo/store/holder.py": ("tests/store/test_holder.py",),
    "leo/store/lockfile.py": (
        "tests/store/test_lockfile.py",
        "tests/store/test_holder.py",
        "tests/store/test_store.py::test_another_holder_is_named_and_leaves_no_stale_lock",
    ),
    "leo/store/schema.py": (
        "tests/reliability/test_damage.py::test_an_older_file_is_brought_up_to_date",
        "tests/store/test_store.py::test_a_new_file_says_what_it_is",
        "tests/store/test_store.py::test_opening_again_changes_nothing",
        "tests/store/test_store.py::test_a_foreign_file_is_refused_and_left_as_it_was",
    ),
    "leo/store/reader.py": (
        "tests/store/test_reading.py",
        "tests/store/test_rows.py",
        "tests/perception/test_trauma.py::test_t8_triggers_are_counted",
        "tests/perception/test_trauma.py::test_a_leo_without_origin_has_no_wound",
    ),
    "leo/store/gaps.py": ("tests/store/test_gaps.py",),
    "leo/store/compacting.py": ("tests/test_compacting.py",),
    "leo/store/dormitory.py": (
        "tests/store/test_holder.py",
        "tests/test_hibernation.py::test_sleep_and_what_can_be_asked_meanwhile",
        "tests/test_hibernation.py::test_more_at_once_than_may_be_awake_wait_their_turn",
        "tests/test_hibernation.py::test_who_cannot_sleep_stays_awake",
        "tests/test_hibernation.py::test_too_many_files_are_named",
    ),
    "leo/store/copying.py": (
        "tests/store/test_copying.py",
        "tests/reliability/test_damage.py::test_an_older_file_is_brought_up_to_date",
        "tests/reliability/test_damage.py::test_a_file_that_cannot_be_put_aside_is_not_brought_up_to_date",
        "tests/reliability/test_damage.py::test_what_was_forgotten_is_not_kept_aside",
        "tests/test_around.py::test_a_copy_lives_its_own_life",
    ),
    "leo/store/connecting.py": (
        "tests/store/test_store.py::test_a_foreign_file_is_refused_and_left_as_it_was",
        "tests/store/test_store.py::test_large_writes_are_chunked_and_whole",
        "tests/test_lifecycle.py::test_a_forgotten_leo_does_not_hang_the_interpreter",
        "tests/test_lifecycle.py::test_a_leo_whose_loop_has_ended_says_so_and_can_be_closed",
        "tests/test_lifecycle.py::test_a_loop_that_ended_while_the_disk_was_asked",
    ),
    "leo/store/looking.py": (
        "tests/store/test_looking.py",
        "tests/reliability/test_damage.py::test_a_truncated_file",
        "tests/reliability/test_damage.py::test_random_bytes_at_the_beginning",
        "tests/reliability/test_damage.py::test_an_empty_file_with_a_life_beside_it",
        "tests/reliability/test_damage.py::test_an_empty_file_alone_is_a_new_one",
        "tests/reliability/test_damage.py::test_a_foreign_file",
        "tests/reliability/test_damage.py::test_a_newer_schema_that_is_only_in_the_log",
        "tests/reliability/test_damage.py::test_a_file_that_makes_sense_only_with_its_log",
        "tests/store/test_store.py::test_a_foreign_file_is_refused_and_left_as_it_was",
    ),
    "leo/life.py": (
        "tests/test_laws.py::test_law_2_a_failed_commit_changes_nothing",
        "tests/test_laws.py::test_law_2_memory_is_rebuilt_when_apply_was_interrupted",
        "tests/test_laws.py::test_law_2_one_transaction_per_turn",
        "tests/test_laws.py::test_the_journal_shows_the_whole_life_again",
        "tests/test_lifecycle.py::test_a_leo_can_be_opened_again",
        "tests/test_lifecycle.py::test_the_seed_is_stored",
        "tests/test_compacting.py::test_old_turns_keep_their_texts",
        "tests/test_around.py",
        "tests/test_hibernation.py::test_sleep_and_what_can_be_asked_meanwhile",
        "tests/test_hibernation.py::test_what_he_knows_is_kept_before_he_sleeps",
    ),
    "leo/opened.py": (
        "tests/test_lifecycle.py::test_closing_twice_is_closing_once",
        "tests/test_lifecycle.py::test_a_leo_can_be_opened_again",
        "tests/test_lifecycle.py::test_the_file_has_one_holder",
        "tests/test_lifecycle.py::test_closing_waits_for_the_turns_under_way",
        "tests/test_lifecycle.py::test_the_seed_is_stored",
        "tests/test_lifecycle.py::test_use_from_another_loop_is_refused",
        "tests/test_lifecycle.py::test_a_failed_opening_lets_the_file_go",
        "tests/test_lifecycle.py::test_a_leo_whose_loop_has_ended_says_so_and_can_be_closed",
        "tests/test_lifecycle.py::test_a_forgotten_leo_lets_his_file_go",
        "tests/reliability/test_two_at_once.py::test_a_fork_shares_no_leo_and_keeps_no_lock",
        "tests/test_hibernation.py::test_sleep_and_what_can_be_asked_meanwhile",
        "tests/test_hibernation.py::test_sleeping_changes_no_turn",
    ),
    "leo/perception/impression.py": (
        "tests/perception/test_cues.py",
        "tests/perception/test_perception.py",
    ),
    "leo/reflection/affect.py": ("tests/reflection/test_affect.py",),
    "leo/reflection/features.py": (
        "tests/reflection/test_features.py",
        _without(
            "tests/reflection/test_features.py::test_all_features_stay_in_bounds_through_a_whole_talk"
        ),
    ),
    "leo/reflection/expecting.py": (
        "tests/reflection/test_rhythm.py",
        "tests/reflection/test_game.py",
        _without("tests/reflection/test_game.py::test_what_is_expected_reaches_the_reply"),
        _without("tests/reflection/test_game.py::test_an_expected_acknowledgement_really_shortens"),
        _without("tests/reflection/test_game.py::test_g6_a_restart_loses_nothing"),
    ),
    "leo/reflection/metaleo.py": (
        "tests/reflection/test_judging.py",
        "tests/reflection/test_metaleo.py",
        _without("tests/reflection/test_metaleo.py::test_the_buffer_feeds_the_voice"),
        _without("tests/reflection/test_metaleo.py::test_a_restart_in_the_middle_changes_nothing"),
        _without("tests/reflection/test_metaleo.py::test_without_it_the_same_talk_differs"),
    ),
    "leo/reflection/overthinking.py": (
        "tests/reflection/test_overthinking.py",
        _without(
            "tests/reflection/test_overthinking.py::test_without_it_the_field_grows_less_and_the_talk_differs"
        ),
    ),
    "leo/reflection/dream.py": (
        "tests/reflection/test_dreaming.py",
        "tests/reflection/test_dream.py",
        _without("tests/reflection/test_dream.py::test_d9_the_two_voices_measurably_differ"),
        _without("tests/reflection/test_dream.py::test_without_it_the_talk_differs"),
    ),
    "leo/reflection/dreaming.py": (
        "tests/reflection/test_dreaming.py",
        "tests/reflection/test_dream.py",
        _without("tests/reflection/test_dream.py::test_d9_the_two_voices_measurably_differ"),
        _without("tests/reflection/test_dream.py::test_without_it_the_talk_differs"),
    ),
    "leo/recall/santaklaus.py": (
        "tests/recall/test_santaklaus.py",
        _without("tests/recall/test_santaklaus.py::test_1_7_14_luck_is_seeded"),
        _without("tests/recall/test_santaklaus.py::test_recalled_words_come_into_the_reply"),
    ),
    "leo/reflection/episodes.py": (
        "tests/reflection/test_episodes.py",
        _without(
            "tests/reflection/test_episodes.py::test_the_same_talk_goes_another_way_without_it"
        ),
    ),
}
