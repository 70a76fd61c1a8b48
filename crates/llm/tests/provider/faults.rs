//! One cassette per fault: each becomes a clear error (or a good answer), never a silent success.

use crate::cassette;
use crate::dialects::replay;

macro_rules! faults {
    ($($name:ident),* $(,)?) => {
        $(
            #[tokio::test(start_paused = true)]
            async fn $name() {
                replay(stringify!($name)).await;
            }
        )*

        pub const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

faults! {
    a_bad_key_is_explained_without_repeating_it,
    a_bare_json_error_between_events_is_a_failure,
    a_content_filter_without_text_is_a_refusal,
    a_content_filter_after_text_ends_the_answer,
    a_context_too_long_by_code,
    a_context_too_long_in_words,
    a_cut_before_the_first_token_is_retried,
    a_cut_in_the_middle_of_a_chunked_stream,
    a_cut_in_the_middle_of_an_event,
    a_forbidden_country_is_explained,
    a_gap_between_tokens_that_is_too_long,
    a_long_retry_after_is_not_waited_for,
    a_missing_model_is_explained,
    a_policy_violation_is_a_refusal,
    a_redirect_is_explained_and_not_followed,
    a_refusal_is_a_refusal,
    a_server_error_is_retried_after_half_a_second_and_a_second,
    a_slow_first_token_is_not_waited_for,
    a_spent_quota_is_not_retried,
    a_stream_cut_without_end_marker_is_an_error,
    a_stream_without_end_runs_out_of_time,
    an_empty_body_is_an_error,
    an_empty_stream_with_only_the_end_marker_is_an_error,
    an_error_object_in_a_good_response,
    an_error_object_in_mid_stream,
    an_error_string_in_a_good_response,
    an_overloaded_server_is_retried,
    an_overload_in_the_stream_before_text_is_retried,
    a_rate_limit_is_retried_after_the_time_it_names,
    a_rate_limit_without_a_time_is_retried,
    a_rate_limit_that_stays_is_reported,
    events_that_are_not_json,
    half_a_character_in_each_portion,
    html_with_a_good_status,
    json_cut_in_the_middle,
    json_instead_of_a_stream_is_an_answer,
    json_of_another_kind,
    keep_alives_are_no_tokens,
    no_answer_at_all,
    the_provider_may_forbid_retries,
    whole_answer_that_is_html,
}

#[test]
fn every_cassette_is_played() {
    let mut played: Vec<&str> = NAMES.iter().chain(crate::dialects::NAMES).copied().collect();
    played.sort_unstable();
    assert_eq!(played, cassette::names());
}
