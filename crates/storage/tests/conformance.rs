//! What every database must do, proven by one list of cases that runs on each of them.
//!
//! To add one more: 1. a function in the file of its trait under `conformance/`; 2. its name in the list below.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a failing test panics")]

use std::sync::Arc;

use portavoz_storage::Storage;
use portavoz_storage::postgres::PgStorage;
use portavoz_storage::sqlite::{SqliteOptions, SqliteStorage};

#[path = "conformance/alerts.rs"]
mod alerts;
#[path = "conformance/choices.rs"]
mod choices;
#[path = "conformance/conversations.rs"]
mod conversations;
#[path = "conformance/embeddings.rs"]
mod embeddings;
#[path = "conformance/evaluations.rs"]
mod evaluations;
#[path = "conformance/experiments.rs"]
mod experiments;
#[path = "conformance/knowledge.rs"]
mod knowledge;
#[path = "conformance/messages.rs"]
mod messages;
#[path = "conformance/portable.rs"]
mod portable;
#[path = "support/postgres_cluster.rs"]
mod postgres_cluster;
#[path = "conformance/privacy.rs"]
mod privacy;
#[path = "conformance/ratings.rs"]
mod ratings;
#[path = "support/samples.rs"]
mod samples;
#[path = "conformance/secrets.rs"]
mod secrets;
#[path = "conformance/spending.rs"]
mod spending;
#[path = "conformance/spending_at_once.rs"]
mod spending_at_once;
#[path = "conformance/storage.rs"]
mod storage;
#[path = "conformance/traffic.rs"]
mod traffic;
#[path = "conformance/turns.rs"]
mod turns;
#[path = "conformance/turns_at_once.rs"]
mod turns_at_once;

/// One database as two processes see it.
pub struct Database {
    /// The process under test.
    pub storage: Arc<dyn Storage>,
    /// Another process; the same one where a database belongs to one process.
    pub other: Arc<dyn Storage>,
    /// Removed with this value.
    _folder: Option<tempfile::TempDir>,
}

async fn sqlite_memory() -> Option<Database> {
    let storage: Arc<dyn Storage> = Arc::new(SqliteStorage::in_memory().await.unwrap());
    Some(Database { storage: Arc::clone(&storage), other: storage, _folder: None })
}

async fn sqlite_file() -> Option<Database> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portavoz.db");
    let storage = SqliteStorage::open(&path, SqliteOptions::default()).await.unwrap();
    let other = SqliteStorage::open(&path, SqliteOptions::default()).await.unwrap();
    Some(Database { storage: Arc::new(storage), other: Arc::new(other), _folder: Some(folder) })
}

async fn postgres() -> Option<Database> {
    let url = postgres_cluster::fresh_url()?;
    let (storage, other) = tokio::join!(PgStorage::connect(&url), PgStorage::connect(&url));
    Some(Database { storage: Arc::new(storage.unwrap()), other: Arc::new(other.unwrap()), _folder: None })
}

macro_rules! conformance {
    ($($file:ident: $($case:ident),+;)+) => {
        conformance!(@on on_sqlite_memory, sqlite_memory, $($($file $case)+)+);
        conformance!(@on on_sqlite_file, sqlite_file, $($($file $case)+)+);
        conformance!(@on on_postgres, postgres, $($($file $case)+)+);
    };
    (@on $module:ident, $open:ident, $($file:ident $case:ident)+) => {
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let Some(database) = super::$open().await else { return };
                    super::$file::$case(&database).await;
                    database.storage.close().await;
                    database.other.close().await;
                }
            )+
        }
    };
}

conformance! {
    storage:
        a_database_answers_a_ping,
        after_close_everything_is_unavailable,
        what_is_pending_at_close_is_finished;
    turns:
        an_admitted_turn_is_open,
        a_conversation_is_made_with_its_first_turn,
        a_settled_turn_reads_back_whole,
        what_is_absent_in_a_settlement_stays_absent,
        a_foreign_conversation_conflicts_and_nothing_is_written,
        a_turn_id_that_exists_conflicts_and_nothing_is_written,
        a_turn_is_settled_once,
        an_unknown_turn_cannot_be_settled,
        a_turn_cannot_be_settled_as_open,
        an_unanswered_question_joins_the_gaps,
        gaps_come_newest_first,
        history_is_the_last_turns_oldest_first,
        turns_are_listed_newest_first,
        a_list_can_be_filtered,
        pages_neither_repeat_nor_skip_turns_of_one_moment,
        a_page_after_an_unknown_turn_conflicts,
        a_limit_is_kept_within_its_bounds,
        sites_do_not_see_each_other,
        any_text_can_be_kept,
        counts_beyond_all_reason_do_not_lose_the_turn;
    conversations:
        a_conversation_tells_the_figures_of_its_turns,
        conversations_come_newest_first_in_pages,
        costs_beyond_all_reason_do_not_hide_a_conversation;
    ratings:
        a_rating_reads_back_whole_with_its_turn,
        only_settled_turns_of_the_visitor_are_rated,
        a_thumb_is_counted_once_however_often_it_changes,
        a_thumb_is_taken_out_of_a_day_that_was_compacted,
        thumbs_given_at_once_are_all_counted,
        turns_are_listed_by_their_thumbs,
        a_rating_goes_with_its_turn_and_the_sums_stay;
    messages:
        a_message_reads_back_whole,
        any_message_text_can_be_kept,
        messages_come_newest_first_in_pages,
        a_message_is_marked_and_counted_and_removed,
        who_was_told_is_kept,
        those_who_tell_at_once_are_all_kept,
        a_message_outlives_the_turn_that_it_came_from,
        an_erasure_takes_the_messages_of_its_scope;
    spending:
        a_reservation_is_kept_until_it_is_settled,
        an_open_charge_can_grow,
        a_charge_that_grows_is_paid_on_the_day_that_judged_it,
        a_charge_is_settled_once,
        each_cap_refuses_what_could_pass_it,
        a_cap_that_is_none_refuses_nothing,
        each_day_and_each_month_pays_for_itself,
        a_visitor_pays_for_a_day,
        nothing_costs_nothing,
        more_than_was_reserved_is_charged_in_truth,
        amounts_beyond_all_reason_can_be_kept,
        sites_have_their_own_money,
        a_turn_comes_with_its_reservation,
        a_turn_that_is_not_written_reserves_nothing,
        a_sweep_leaves_the_living_alone,
        what_a_process_leaves_open_is_orphaned,
        visitors_are_forgotten_and_sums_stay;
    spending_at_once:
        money_of_a_day_is_enough_for_three,
        money_of_a_month_is_enough_for_three,
        money_for_a_visitor_is_enough_for_three,
        money_is_enough_for_three_turns,
        what_comes_and_goes_never_passes_the_cap;
    traffic:
        a_settled_turn_joins_the_traffic,
        traffic_is_told_by_hour_and_day,
        traffic_is_told_apart_by_key,
        compacting_keeps_the_sums,
        a_turn_that_ends_late_joins_its_compacted_day,
        turns_that_settle_together_are_all_counted,
        counts_beyond_all_reason_do_not_break_the_sums;
    turns_at_once:
        all_that_was_acknowledged_exists,
        many_turns_may_open_one_conversation,
        one_of_two_visitors_gets_the_conversation,
        one_of_many_settlements_counts,
        a_refused_turn_does_not_hurt_its_neighbours,
        a_caller_that_leaves_hurts_nobody;
    knowledge:
        a_site_without_documents_has_generation_zero,
        a_document_reads_back_whole,
        a_changed_document_replaces_the_old_one,
        a_deleted_document_goes_with_its_chunks,
        problems_alone_keep_the_generation,
        documents_and_chunks_come_in_order,
        of_a_document_given_twice_the_last_counts,
        a_chunk_of_another_document_conflicts_and_nothing_is_written,
        sites_have_their_own_knowledge,
        another_process_sees_the_change,
        ingests_at_once_get_generations_of_their_own,
        chunks_and_generation_belong_together,
        ten_thousand_chunks_come_back,
        any_document_text_can_be_kept;
    embeddings:
        vectors_read_back_as_they_were,
        vectors_of_two_embedders_never_mix,
        one_wrong_dimension_rejects_all,
        a_vector_that_is_there_stays,
        many_vectors_at_once,
        two_processes_may_keep_the_same_vectors;
    secrets:
        a_secret_is_made_once,
        a_secret_can_be_replaced,
        a_secret_is_its_sites,
        those_who_race_get_the_same_secret;
    alerts:
        an_episode_reads_back_whole,
        of_one_subject_one_episode_is_open_at_a_time,
        those_who_race_open_one_episode,
        those_who_race_close_an_episode_once,
        a_figure_is_that_of_the_open_episode,
        figures_that_are_not_finite_conflict,
        deliveries_are_kept_in_order,
        those_who_deliver_at_once_are_all_kept,
        an_unknown_episode_cannot_be_delivered,
        episodes_come_newest_first,
        sites_have_their_own_alerts,
        any_alert_text_can_be_kept;
    choices:
        a_choice_can_be_made_changed_and_taken_back,
        a_choice_is_its_sites,
        of_choices_at_once_one_stands,
        of_swaps_of_what_was_seen_one_wins;
    evaluations:
        a_run_reads_back_whole,
        a_run_goes_on_and_is_finished,
        runs_come_newest_first_with_their_figures,
        costs_beyond_all_reason_do_not_hide_a_run,
        an_unfinished_run_of_a_plan_is_found,
        a_result_reads_back_whole_and_is_replaced,
        results_of_no_run_conflict_and_nothing_is_written,
        the_newest_result_of_a_key_is_known,
        a_run_goes_with_its_results,
        those_who_record_at_once_are_all_kept;
    experiments:
        an_experiment_reads_back_whole,
        experiments_come_newest_first,
        one_experiment_of_a_site_is_in_force,
        a_name_is_free_once_its_experiment_is_archived,
        of_changes_of_one_version_one_wins,
        a_subject_keeps_the_arm_it_got,
        those_who_race_get_the_same_arm,
        nobody_is_exposed_unless_it_runs,
        nobody_new_is_assigned_by_shares_of_before,
        only_the_first_observation_counts,
        exposures_come_in_the_order_of_their_observation,
        a_subject_can_be_mixed_and_withdrawn,
        forgotten_subjects_leave_figures_and_order,
        figures_of_an_experiment_outlive_its_turns;
    privacy:
        an_erasure_takes_what_its_scope_says,
        what_never_ended_goes_when_nothing_can_run_any_more,
        an_erasure_goes_on_batch_by_batch,
        sites_are_erased_apart,
        a_turn_that_was_erased_cannot_be_settled,
        erased_words_are_nowhere,
        an_erased_visitor_is_in_no_account_and_the_sums_stay,
        an_erasure_beside_new_turns_loses_none_of_them;
    portable:
        a_copy_moves_to_another_database_and_back,
        a_copy_is_of_one_moment,
        a_filled_database_is_replaced_only_if_told,
        a_load_that_fails_changes_nothing,
        a_copy_of_an_older_schema_is_brought_up_to_date,
        a_selection_has_what_hangs_on_its_turns,
        a_copy_that_nobody_takes_ends_quietly;
}
