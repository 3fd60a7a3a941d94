//! The suite that every engine runs: what [`crate::Read`] and [`crate::Commit`] promise, case by case.
//!
//! Each case begins in a [`house`] with two hosts, two developers, two apps and two people, each
//! signed in. It works on the first of each; afterwards the second of each must be as it was.
//! An engine runs them all with [`contract_tests!`](crate::contract_tests), one test a case.

#![allow(clippy::unwrap_used)]
#![deny(dead_code)]

use std::pin::Pin;
use std::sync::Arc;

use crate::Store;

mod agreement;
mod audit;
mod avatar;
mod challenge;
mod client;
mod code;
mod connection;
mod consent;
mod delivery;
mod event;
mod family;
mod house;
mod key;
mod list;
pub mod nodes;
mod open_id;
mod passkey;
mod person;
mod refusals;
mod session;
mod sweep;
mod ticket;
mod value;
mod wechat;

use house::House;

type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// One case of the suite.
#[derive(Clone, Copy)]
pub struct Case {
    /// The file that it stands in.
    pub noun: &'static str,
    /// The sentence that it proves.
    pub name: &'static str,
    run: fn(House) -> Running,
}

impl Case {
    /// Runs the case on an empty store; it panics if the store breaks its promise.
    ///
    /// It has to run on a tokio runtime with several threads, so that races are races.
    pub async fn run(self, store: Arc<dyn Store>) {
        let house = House::furnish(store).await;
        let others = house.others().await;
        (self.run)(house.clone()).await;
        assert_eq!(others, house.others().await, "the other host, developer, app or person was touched");
    }
}

/// The case of this noun and name.
///
/// # Panics
/// If there is none.
pub fn named(noun: &str, name: &str) -> Case {
    all().into_iter().find(|case| case.noun == noun && case.name == name).expect("the suite has this case")
}

macro_rules! suite {
    ($d:tt $($noun:ident { $($name:ident,)+ })+) => {
        /// Every case of the suite.
        pub fn all() -> Vec<Case> {
            vec![$($(Case {
                noun: stringify!($noun),
                name: stringify!($name),
                run: |house| Box::pin($noun::$name(house)),
            },)+)+]
        }

        /// Makes a `#[test]` of each case, in a module for each noun, and runs it with a function
        /// that takes a [`Case`](crate::contract::Case). Attributes before the function are those
        /// of every test.
        #[macro_export]
        macro_rules! contract_tests {
            ($d(#[$d attribute:meta])* $d engine:path) => {
                $(mod $noun {
                    $(#[test]
                    $d(#[$d attribute])*
                    fn $name() {
                        $d engine($d crate::contract::named(stringify!($noun), stringify!($name)));
                    })+
                })+
            };
        }
    };
}

suite! { $
    agreement {
        an_agreement_holds_one_way_until_it_is_ended,
        agreements_come_in_pages_complete_and_in_order,
        an_agreement_goes_with_either_of_its_apps,
    }
    audit {
        the_trail_reads_back_latest_first,
        a_line_goes_with_the_list_that_it_tells_of,
        the_trail_of_one_target_holds_nothing_else,
        the_trail_comes_in_pages_complete_and_in_order,
        a_sweep_leaves_the_trail,
    }
    avatar {
        an_avatar_reads_back_as_it_was_set_and_the_last_one_stands,
        an_avatar_is_removed_and_removing_none_changes_nothing,
        an_avatar_goes_with_its_person_and_none_comes_after,
        an_avatar_and_its_profile_change_together_or_not_at_all,
    }
    client {
        a_client_reads_back_as_it_was_registered,
        a_client_is_rewritten_only_from_the_version_that_was_read,
        of_two_racing_rewrites_of_one_client_one_wins,
        a_removed_client_takes_its_consents_codes_and_families_with_it,
        hosts_and_apps_come_in_pages_complete_and_in_order,
        apps_are_found_by_the_beginning_of_their_id,
        an_origin_counts_while_a_live_client_lists_it,
        a_developer_registered_again_has_its_new_name,
        a_scope_registered_again_has_its_new_words,
    }
    code {
        a_code_reads_back_as_it_was_issued,
        every_kind_of_code_reads_back,
        sixteen_racing_redemptions_of_one_code_have_one_winner,
        a_used_code_says_what_it_gave,
        an_exchange_never_gives_a_token_on_a_session_that_ended_first,
    }
    challenge {
        a_challenge_reads_back_as_it_was_sent,
        of_sixteen_racing_answers_to_a_challenge_one_is_taken,
        of_sixteen_racing_wrong_answers_each_is_counted_by_itself,
        the_challenges_of_an_erased_person_are_gone,
        a_challenge_is_swept_when_it_has_expired,
    }
    connection {
        a_connection_reads_back_with_its_wrapped_secret_and_is_removed_once,
        a_connection_is_rewritten_only_from_the_version_that_was_read,
        connections_come_in_pages_complete_and_in_order,
        a_persons_links_are_theirs_alone_oldest_first,
        an_undone_link_is_kept_as_history_until_its_person_is_erased,
        of_two_links_counted_together_only_one_is_undone,
    }
    consent {
        the_last_decision_stands_and_every_one_is_in_the_history,
        the_history_of_consent_comes_latest_first,
        decisions_about_one_app_say_nothing_about_another,
        a_scope_that_is_reopened_is_undecided_for_everybody_and_nothing_else_is,
        the_apps_of_a_person_are_those_used_or_decided_about,
        only_the_latest_use_of_an_app_is_kept,
        a_question_is_opened_by_one_browser_and_answered_once,
        of_sixteen_browsers_that_open_a_question_one_gets_it,
    }
    delivery {
        a_delivery_is_due_in_the_order_of_its_time,
        a_delivery_that_was_tried_stands_where_it_was_put,
        deliveries_come_in_pages_complete_and_in_order,
        waiting_deliveries_are_counted_up_to_a_bound,
        who_is_not_written_down_as_a_node_has_no_delivery,
    }
    event {
        events_are_numbered_in_the_order_of_their_commits,
        events_after_a_number_are_complete_and_in_order,
        an_event_number_is_never_given_again_after_a_sweep,
        the_last_event_before_a_moment_is_found,
        every_kind_of_event_reads_back,
    }
    family {
        a_family_reads_back_as_it_was_started,
        of_sixteen_racing_rotations_of_one_generation_one_wins,
        a_revoked_family_does_not_rotate,
        revoking_again_keeps_the_first_moment,
        a_rotation_never_follows_the_end_of_its_session,
        a_revoked_token_is_listed_until_it_is_swept,
    }
    key {
        signing_keys_come_oldest_first_and_retire,
        a_secret_is_stored_once,
        of_sixteen_racing_secrets_of_one_name_one_is_stored,
    }
    list {
        a_list_that_is_refused_leaves_nothing_wherever_the_refusal_stands,
        a_list_sees_its_own_earlier_changes,
        a_list_of_guards_that_hold_changes_nothing,
        an_empty_list_is_committed,
        what_was_answered_is_seen_by_every_later_finder,
    }
    open_id {
        an_open_id_from_elsewhere_is_one_of_a_person_at_an_app,
        an_open_id_that_was_undone_is_history_and_makes_room,
        of_sixteen_racing_open_ids_of_one_person_one_is_taken,
        a_guard_knows_where_an_open_id_comes_from,
        an_import_and_a_first_launch_never_both_have_their_way,
        links_under_one_issuer_come_in_pages_complete_and_in_order,
        whom_identities_belong_to_is_told_in_order,
        what_stands_in_the_way_of_an_import_is_told_in_order,
        the_people_of_one_app_are_resolved_to_what_another_knows,
        an_erased_person_is_resolved_no_more,
        the_open_ids_of_a_removed_app_are_gone,
    }
    passkey {
        a_passkey_reads_back_as_it_was_added,
        the_passkeys_of_a_person_come_oldest_first_and_nobody_elses,
        a_credential_belongs_to_one_person,
        of_sixteen_racing_uses_of_one_counter_one_is_taken,
        of_sixteen_racing_additions_under_one_count_one_is_taken,
        a_passkey_is_renamed_and_removed_by_its_person_alone,
        the_passkeys_of_an_erased_person_are_gone,
    }
    person {
        a_person_reads_back_and_is_found_by_each_handle,
        a_handle_of_one_kind_is_not_found_under_another,
        a_verified_newcomer_takes_a_handle_over_from_an_unverified_holder,
        a_verified_handle_is_not_given_away,
        a_verified_handle_moves_in_one_list_that_rewrites_its_holder_first,
        an_unverified_newcomer_takes_no_handle_over,
        of_sixteen_racing_people_one_gets_the_username,
        a_rewritten_profile_has_its_new_handles_and_frees_the_old,
        a_profile_is_rewritten_only_from_the_one_that_was_read,
        an_erased_person_leaves_only_that_there_was_somebody,
        a_blocked_person_is_not_held_until_the_block_is_lifted,
        a_password_is_held_until_another_is_set,
        an_identity_elsewhere_belongs_to_one_person,
        the_identities_of_a_person_come_earliest_first,
        people_come_in_pages_complete_and_in_order,
    }
    session {
        a_session_reads_back_and_is_found_by_its_cookie,
        a_session_ends_once,
        a_guard_holds_until_the_session_expires_or_ends,
        a_touch_moves_a_live_session_forward_and_nothing_else,
        signing_in_again_renews_the_session_and_its_cookie,
        the_clients_of_a_session_come_in_the_order_of_entry,
        an_end_never_misses_a_client_that_entered_before_it,
        a_person_sees_open_sessions_latest_first,
        the_first_session_of_a_person_is_known_although_it_ended,
        sessions_through_a_client_come_in_pages_complete_and_in_order,
        expired_sessions_come_longest_first,
        live_sessions_are_counted,
    }
    sweep {
        a_sweep_clears_what_has_expired_and_keeps_the_rest,
        a_used_code_is_kept_as_long_as_its_token_is_good,
        a_sweep_clears_ended_sessions_with_their_clients_and_families,
        a_sweep_keeps_deliveries_that_are_pending_or_failed,
        a_large_sweep_clears_everything,
    }
    ticket {
        a_link_ticket_reads_back_as_it_was_issued,
        of_sixteen_browsers_that_open_a_link_ticket_one_gets_it,
        identities_are_proved_one_after_the_other_up_to_the_code,
        a_link_ticket_that_is_opened_again_forgets_what_was_proved,
        a_link_ticket_is_used_once_and_nothing_is_done_with_it_after,
        the_link_tickets_of_an_erased_person_are_gone,
        a_link_ticket_is_swept_when_it_and_its_code_have_expired,
    }
    wechat {
        a_session_key_turns_one_generation_at_a_time,
        of_sixteen_racing_turns_of_a_session_key_one_is_taken,
        a_session_key_is_given_while_its_generation_is_current,
        the_two_access_tokens_of_an_app_turn_by_themselves,
        keys_and_tokens_go_with_their_person_and_their_app,
        an_app_is_found_by_its_wechat_style_id,
    }
}
