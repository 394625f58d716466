//! The behaviours that every target must have.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use futures::future::BoxFuture;
use hrflow_core::{
    CancellationToken, ErrorKind, Retry, RetryDocuments, Status,
    result::Reason,
    state::{LetterFilter, MemoryState},
};
use serde_json::Value;

use crate::{
    people::{profile, profiles, with_email, with_experiences, with_resume},
    run::{Setup, run, written},
    subject::{Abilities, Held, Trouble, World},
};

/// One behaviour, and its test.
pub struct Behaviour {
    /// The behaviour's name.
    pub name: &'static str,
    /// Whether a vendor with these abilities supports it.
    pub possible: fn(Abilities) -> bool,
    /// Tests the behaviour. Panics if it fails.
    pub try_it: fn(Box<dyn World>, Abilities) -> BoxFuture<'static, ()>,
}

macro_rules! behaviours {
    ($($name:ident $(if $possible:expr)?),* $(,)?) => {
        /// Returns all behaviours.
        pub fn all() -> Vec<Behaviour> {
            vec![$(Behaviour {
                name: stringify!($name),
                possible: behaviours!(@possible $($possible)?),
                try_it: |world, abilities| Box::pin(async move { $name(world.as_ref(), abilities).await }),
            }),*]
        }
    };
    (@possible) => { |_| true };
    (@possible $possible:expr) => { $possible };
}

behaviours! {
    everybody_is_created_once,
    who_is_there_already_is_left_alone,
    who_is_there_already_is_updated_when_asked if |it| it.update,
    an_update_is_refused_where_it_cannot_be if |it| !it.update,
    a_second_run_changes_nothing,
    a_second_run_without_state_finds_everybody_there,
    a_refused_item_does_not_cost_the_others if |it| it.troubles,
    two_items_of_one_identity_make_one_record,
    who_has_no_address_arrives_once if |it| it.without_email,
    who_has_no_address_is_refused_where_it_is_needed if |it| !it.without_email,
    refused_credentials_stop_the_run if |it| it.troubles,
    an_expired_token_is_renewed if |it| it.expiring_tokens,
    a_request_to_slow_down_is_obeyed if |it| it.http,
    a_server_error_before_execution_is_got_over if |it| it.troubles,
    a_server_error_after_execution_does_not_double if |it| it.troubles,
    a_reset_before_execution_is_got_over if |it| it.troubles,
    a_reset_after_execution_does_not_double if |it| it.troubles,
    silence_before_execution_is_got_over if |it| it.troubles,
    silence_after_execution_does_not_double if |it| it.troubles,
    a_lost_answer_without_address_does_not_double if |it| it.without_email && it.troubles,
    a_lagging_look_up_does_not_double if |it| it.lag,
    any_script_survives,
    the_longest_item_arrives,
    a_resume_arrives_once if |it| it.documents,
    a_lost_answer_does_not_cost_the_resume if |it| it.documents,
    a_failed_resume_costs_only_itself_and_is_sent_later if |it| it.documents && it.late_resumes,
    a_resume_that_comes_later_keeps_its_candidate_back_where_none_is_taken_later if |it| it.documents && !it.late_resumes,
    a_stopped_run_is_taken_up_again if |it| it.troubles,
    chaos_is_survived_and_accounted_for if |it| it.troubles,
}

/// Returns the number of records by name.
fn by_name(held: &[Held]) -> HashMap<String, usize> {
    held.iter().fold(HashMap::new(), |mut count, record| {
        *count.entry(record.name.clone()).or_default() += 1;
        count
    })
}

fn names(held: &[Held]) -> Vec<String> {
    let mut names: Vec<_> = held.iter().map(|record| record.name.clone()).collect();
    names.sort();
    names
}

async fn everybody_is_created_once(world: &dyn World, _: Abilities) {
    let result = run(world, profiles(25), Setup::default()).await;
    assert_eq!((written(&result), result.status), ((25, 0, 0), Status::Success), "{result:#?}");
    let held = world.held().await;
    assert_eq!(held.len(), 25);
    assert!(by_name(&held).values().all(|count| *count == 1));
}

async fn who_is_there_already_is_left_alone(world: &dyn World, _: Abilities) {
    world.seed("Somebody Else", "p0@example.com").await;
    let result = run(world, profiles(2), Setup::default()).await;
    assert_eq!((written(&result), result.status), ((1, 1, 0), Status::Success), "{result:#?}");
    assert_eq!(names(&world.held().await), ["Ada Example-1", "Somebody Else"]);
}

async fn who_is_there_already_is_updated_when_asked(world: &dyn World, _: Abilities) {
    world.seed("Somebody Else", "p0@example.com").await;
    let result = run(world, profiles(1), Setup::default().option("on_existing", "update")).await;
    assert_eq!((written(&result), result.status), ((1, 0, 0), Status::Success), "{result:#?}");
    assert_eq!(names(&world.held().await), ["Ada Example-0"]);
}

async fn an_update_is_refused_where_it_cannot_be(world: &dyn World, _: Abilities) {
    world.seed("Somebody Else", "p0@example.com").await;
    let result = run(world, Vec::new(), Setup::default().option("on_existing", "update")).await;
    assert_eq!((result.status, result.reason), (Status::Fatal, Reason::BadActionParameters), "{result:#?}");
    assert_eq!(result.failures[0].kind, ErrorKind::Config);
    assert_eq!(names(&world.held().await), ["Somebody Else"]);
}

async fn a_second_run_changes_nothing(world: &dyn World, abilities: Abilities) {
    let state = MemoryState::new();
    run(world, profiles(5), Setup::sharing(&state)).await;
    let writes = world.writes();
    let again = run(world, profiles(5), Setup::sharing(&state)).await;
    assert_eq!(written(&again), (0, 5, 0), "{again:#?}");
    assert_eq!(world.writes(), writes, "what is unchanged is not sent again");
    let resent = run(world, profiles(5), Setup { resend: true, ..Setup::sharing(&state) }).await;
    assert_eq!(written(&resent), (0, 5, 0), "{resent:#?}");
    assert_eq!(world.writes() > writes, !abilities.looks_first, "unless asked");
    assert_eq!(world.held().await.len(), 5);
}

async fn a_second_run_without_state_finds_everybody_there(world: &dyn World, _: Abilities) {
    run(world, profiles(5), Setup::default()).await;
    let again = run(world, profiles(5), Setup::default()).await;
    assert_eq!((written(&again), again.status), ((0, 5, 0), Status::Success), "{again:#?}");
    assert_eq!(world.held().await.len(), 5);
}

async fn a_refused_item_does_not_cost_the_others(world: &dyn World, _: Abilities) {
    world.trouble(Trouble::Refusal, 1);
    let result = run(world, profiles(6), Setup::default().option("concurrency", 1)).await;
    assert_eq!((written(&result), result.status), ((5, 0, 1), Status::SuccessWithFailures), "{result:#?}");
    let failure = &result.failures[0];
    assert_eq!(
        (failure.kind, failure.key.as_str(), failure.step.as_str()),
        (ErrorKind::Invalid, "source/p0", "write")
    );
    assert_eq!(world.held().await.len(), 5);
}

async fn two_items_of_one_identity_make_one_record(world: &dyn World, _: Abilities) {
    let twins = vec![
        with_email(profile("a", "Ann", "Example"), Some("twins@example.com")),
        with_email(profile("b", "Ben", "Example"), Some(" Twins@Example.com")),
        profile("c", "Cyd", "Example"),
    ];
    let result = run(world, twins, Setup::default()).await;
    assert_eq!((written(&result), result.status), ((2, 1, 0), Status::Success), "{result:#?}");
    assert_eq!(
        names(&world.held().await),
        ["Ann Example", "Cyd Example"],
        "the first in reading order stays"
    );
}

async fn who_has_no_address_arrives_once(world: &dyn World, _: Abilities) {
    let state = MemoryState::new();
    let nobody = || {
        vec![
            with_email(profile("a", "Ann", "Example"), None),
            with_email(profile("b", "Ben", "Example"), None),
        ]
    };
    let result = run(world, nobody(), Setup::sharing(&state)).await;
    assert_eq!(written(&result), (2, 0, 0), "{result:#?}");
    let again = run(world, nobody(), Setup::sharing(&state)).await;
    assert_eq!(written(&again), (0, 2, 0), "{again:#?}");
    assert_eq!(names(&world.held().await), ["Ann Example", "Ben Example"]);
}

async fn who_has_no_address_is_refused_where_it_is_needed(world: &dyn World, _: Abilities) {
    let state = MemoryState::new();
    let some_without = || {
        vec![
            with_email(profile("a", "Ann", "Example"), None),
            with_email(profile("b", "Ben", "Example"), Some("ben at example.com")),
            profile("c", "Cyd", "Example"),
        ]
    };
    for (created, there) in [(1, 0), (0, 1)] {
        let result = run(world, some_without(), Setup::sharing(&state)).await;
        assert_eq!(written(&result), (created, there, 2 - result.events.format_failure), "{result:#?}");
        assert_eq!(result.status, Status::SuccessWithFailures);
        let failed: BTreeMap<_, _> = result.failures.iter().map(|it| (it.key.as_str(), it.kind)).collect();
        assert_eq!(failed, [("source/a", ErrorKind::Invalid), ("source/b", ErrorKind::Invalid)].into());
        for failure in &result.failures {
            let is_explained =
                ["e-mail address", "email address"].iter().any(|it| failure.message.contains(it));
            assert!(is_explained, "it is not said why: {failure:#?}");
        }
    }
    let letters = state.dead_letters();
    assert_eq!(letters.len(), 2, "each is one dead letter, however often it is refused: {letters:#?}");
    assert!(letters.iter().all(|it| !it.retryable));
    assert_eq!(names(&world.held().await), ["Cyd Example"]);
    assert_eq!(world.writes(), 1, "what is refused anyhow is not sent");
}

async fn refused_credentials_stop_the_run(world: &dyn World, _: Abilities) {
    let state = MemoryState::new();
    world.trouble(Trouble::Unauthorized, 2);
    let result = run(world, profiles(4), Setup::sharing(&state).option("concurrency", 1)).await;
    assert_eq!((result.status, result.reason), (Status::Fatal, Reason::WriteFailure), "{result:#?}");
    assert_eq!(result.failures[0].kind, ErrorKind::Unauthorized);
    assert_eq!(written(&result), (0, 0, 0), "what was not sent is no dead letter");
    assert!(state.dead_letters().is_empty());
    world.trouble(Trouble::Unauthorized, 0);
    let again = run(world, profiles(4), Setup::sharing(&state)).await;
    assert_eq!(written(&again), (4, 0, 0), "{again:#?}");
}

async fn an_expired_token_is_renewed(world: &dyn World, _: Abilities) {
    let state = MemoryState::new();
    // The parameters are shared, because a consent can be used only once.
    let parameters = world.target_parameters();
    let setup = || Setup { parameters: Some(parameters.clone()), ..Setup::sharing(&state) };
    world.trouble(Trouble::Slow(Duration::from_millis(100)), 100);
    let delivery = run(world, profiles(20), setup().option("concurrency", 2));
    let expiry = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        world.expire_tokens()
    };
    let (result, expired) = tokio::join!(delivery, expiry);
    assert!(expired, "there are no tokens that expire");
    assert_eq!((written(&result), result.status), ((20, 0, 0), Status::Success), "{result:#?}");
    world.expire_tokens();
    let later = run(world, profiles(22), setup()).await;
    assert_eq!((written(&later), later.status), ((2, 20, 0), Status::Success), "{later:#?}");
    assert_eq!(world.held().await.len(), 22);
}

async fn a_request_to_slow_down_is_obeyed(world: &dyn World, _: Abilities) {
    let wait = Duration::from_secs(1);
    world.trouble(Trouble::TooManyRequests(wait), 2);
    let started = std::time::Instant::now();
    let result = run(world, profiles(3), Setup::default()).await;
    assert!(started.elapsed() >= wait, "it did not wait");
    assert_eq!((written(&result), result.status), ((3, 0, 0), Status::Success), "{result:#?}");
    world.trouble(Trouble::TooManyRequests(Duration::from_secs(3600)), 1);
    let later = profile("later", "Lea", "Example");
    let stopped = run(world, vec![later], Setup::default()).await;
    assert_eq!(stopped.failures[0].kind, ErrorKind::RateLimited, "{stopped:#?}");
    assert_eq!((stopped.failures[0].step.as_str(), written(&stopped)), ("run", (0, 0, 0)));
}

async fn got_over(world: &dyn World, trouble: Trouble) {
    world.trouble(trouble, 2);
    let result = run(world, profiles(4), Setup::default()).await;
    assert_eq!((written(&result), result.status), ((4, 0, 0), Status::Success), "{trouble:?}: {result:#?}");
    assert_eq!(names(&world.held().await).len(), 4, "{trouble:?}");
}

async fn a_server_error_before_execution_is_got_over(world: &dyn World, _: Abilities) {
    got_over(world, Trouble::ServerError { executed: false }).await;
}

async fn a_server_error_after_execution_does_not_double(world: &dyn World, _: Abilities) {
    got_over(world, Trouble::ServerError { executed: true }).await;
}

async fn a_reset_before_execution_is_got_over(world: &dyn World, _: Abilities) {
    got_over(world, Trouble::Reset { executed: false }).await;
}

async fn a_reset_after_execution_does_not_double(world: &dyn World, _: Abilities) {
    got_over(world, Trouble::Reset { executed: true }).await;
}

async fn silence_before_execution_is_got_over(world: &dyn World, _: Abilities) {
    got_over(world, Trouble::Silence { executed: false }).await;
}

async fn silence_after_execution_does_not_double(world: &dyn World, _: Abilities) {
    got_over(world, Trouble::Silence { executed: true }).await;
}

async fn a_lost_answer_without_address_does_not_double(world: &dyn World, _: Abilities) {
    world.trouble(Trouble::Reset { executed: true }, 1);
    let namesakes = vec![
        with_email(profile("a", "Kim", "Example"), None),
        with_email(profile("b", "Kim", "Example"), None),
        with_email(profile("c", "Lou", "Example"), None),
    ];
    let result = run(world, namesakes.clone(), Setup::default().option("concurrency", 1)).await;
    assert_eq!((written(&result), result.status), ((3, 0, 0), Status::Success), "{result:#?}");
    assert_eq!(
        names(&world.held().await),
        ["Kim Example", "Kim Example", "Lou Example"],
        "two of one name are two"
    );
    world.trouble(Trouble::Reset { executed: false }, 1);
    let more = vec![with_email(profile("d", "Kim", "Example"), None)];
    let result = run(world, more, Setup::default()).await;
    // Without the previous run's journal, its Kims cannot be told from this one, so it is not resent.
    let kims = by_name(&world.held().await)["Kim Example"];
    assert!((result.events.handed(), kims) == (1, 2) || kims == 3, "{result:#?}");
}

async fn a_lagging_look_up_does_not_double(world: &dyn World, _: Abilities) {
    world.lag(Duration::from_millis(700));
    world.trouble(Trouble::Reset { executed: true }, 1);
    let result = run(world, profiles(2), Setup::default().option("concurrency", 1)).await;
    assert_eq!((written(&result), result.status), ((2, 0, 0), Status::Success), "{result:#?}");
    assert_eq!(world.held().await.len(), 2);
}

async fn any_script_survives(world: &dyn World, _: Abilities) {
    let people =
        [("Zoë", "Ångström-O’Neill"), ("明", "李"), ("Ольга", "Иванова"), ("علي", "حسن"), ("😀", "Émoji")];
    let profiles: Vec<_> =
        (0..).zip(people).map(|(index, (first, last))| profile(&format!("u{index}"), first, last)).collect();
    let result = run(world, profiles, Setup::default()).await;
    assert_eq!(written(&result), (5, 0, 0), "{result:#?}");
    let mut expected = people.map(|(first, last)| format!("{first} {last}"));
    expected.sort();
    assert_eq!(names(&world.held().await), expected);
}

async fn the_longest_item_arrives(world: &dyn World, abilities: Abilities) {
    let mut long = profile("long", &"é".repeat(abilities.longest_name), "Example");
    long["info"]["summary"] = "A sentence of the summary. ".repeat(2_000).into();
    long["tags"] =
        (0..200).map(|index| serde_json::json!({ "name": format!("tag {index}"), "value": null })).collect();
    let result = run(world, vec![long], Setup::default()).await;
    assert_eq!((written(&result), result.status), ((1, 0, 0), Status::Success), "{result:#?}");
}

async fn a_resume_arrives_once(world: &dyn World, _: Abilities) {
    let state = MemoryState::new();
    let url = world.resume_url();
    let everybody = || profiles(4).into_iter().map(|it| with_resume(it, &url, 7)).collect::<Vec<_>>();
    for _ in 0..2 {
        let result = run(world, everybody(), Setup::sharing(&state)).await;
        assert_eq!(result.status, Status::Success, "{result:#?}");
    }
    assert!(world.held().await.iter().all(|record| record.resumes == 1), "{:?}", world.held().await);
    let without = vec![with_resume(profile("q", "Quy", "Example"), &url, 7)];
    run(world, without, Setup::default().option("attachments", false)).await;
    assert_eq!(world.held().await.iter().filter(|record| record.resumes == 0).count(), 1);
}

async fn a_failed_resume_costs_only_itself_and_is_sent_later(world: &dyn World, _: Abilities) {
    let state = MemoryState::new();
    let url = world.resume_url();
    let ada = || vec![with_resume(profile("p", "Ada", "Example"), &url, 7)];
    world.refuse_documents(true);
    let result = run(world, ada(), Setup::sharing(&state)).await;
    assert_eq!((written(&result), result.events.attachment_failure), ((1, 0, 0), 1), "{result:#?}");
    assert_eq!(result.status, Status::SuccessWithFailures);
    assert_eq!(state.dead_letters().len(), 1);
    world.refuse_documents(false);
    let writes = world.writes();
    let again = run(world, ada(), Setup::sharing(&state)).await;
    assert_eq!((written(&again), again.events.attachment_failure), ((0, 1, 0), 0), "{again:#?}");
    assert_eq!(world.held().await[0].resumes, 1);
    assert_eq!(world.writes(), writes, "the candidate itself is not sent again");
}

async fn a_lost_answer_does_not_cost_the_resume(world: &dyn World, _: Abilities) {
    let url = world.resume_url();
    for executed in [true, false] {
        world.trouble(Trouble::Reset { executed }, 1);
        let person = profile(&format!("{executed}"), "Ada", &format!("Example-{executed}"));
        let result = run(world, vec![with_resume(person, &url, 7)], Setup::default()).await;
        assert_eq!((written(&result), result.status), ((1, 0, 0), Status::Success), "{result:#?}");
    }
    let held = world.held().await;
    assert!(held.len() == 2 && held.iter().all(|record| record.resumes == 1), "{held:?}");
}

async fn a_resume_that_comes_later_keeps_its_candidate_back_where_none_is_taken_later(
    world: &dyn World,
    _: Abilities,
) {
    let state = MemoryState::new();
    let url = world.resume_url();
    let people = |keys: &[&str]| -> Vec<Value> {
        keys.iter().map(|key| with_resume(profile(key, "Ada", &format!("Example-{key}")), &url, 7)).collect()
    };
    world.refuse_documents(true);
    let result = run(world, people(&["p", "q"]), Setup::sharing(&state)).await;
    assert_eq!((written(&result), result.events.attachment_failure), ((0, 0, 2), 0), "{result:#?}");
    let letters = state.dead_letters();
    assert!(letters.iter().all(|it| it.step == "write" && it.retryable), "{letters:#?}");
    assert!(world.held().await.is_empty());
    // On request, without it.
    let filter = LetterFilter { key: Some("q".to_owned()), ..LetterFilter::default() };
    let retry = Retry { filter, documents: RetryDocuments::Without };
    let without = run(world, people(&["q"]), Setup { retry: Some(retry), ..Setup::sharing(&state) }).await;
    assert_eq!((written(&without), without.status), ((1, 0, 0), Status::Success), "{without:#?}");
    world.refuse_documents(false);
    let again = run(world, people(&["p"]), Setup::sharing(&state)).await;
    assert_eq!((written(&again), again.status), ((1, 0, 0), Status::Success), "{again:#?}");
    assert!(state.dead_letters().is_empty());
    let mut resumes: Vec<usize> = world.held().await.iter().map(|record| record.resumes).collect();
    resumes.sort_unstable();
    assert_eq!(resumes, [0, 1]);
}

async fn a_stopped_run_is_taken_up_again(world: &dyn World, abilities: Abilities) {
    let everybody = (10 * abilities.batch).max(30);
    let state = MemoryState::new();
    world.trouble(Trouble::Slow(Duration::from_millis(400)), 100);
    let cancel = CancellationToken::new();
    let setup = Setup { cancel: cancel.clone(), ..Setup::sharing(&state) }.option("concurrency", 3);
    let (stopped, ()) = tokio::join!(run(world, profiles(everybody), setup), async {
        tokio::time::sleep(Duration::from_millis(900)).await;
        cancel.cancel();
    });
    assert_eq!(stopped.failures[0].kind, ErrorKind::Cancelled, "{stopped:#?}");
    let delivered = stopped.events.write_success;
    assert!(delivered > 0 && delivered < everybody as u64, "{stopped:#?}");
    assert_eq!(world.held().await.len() as u64, delivered, "what was in flight is settled");
    world.heal();
    let rest = run(world, profiles(everybody), Setup::sharing(&state)).await;
    assert_eq!(written(&rest), (everybody as u64 - delivered, delivered, 0), "{rest:#?}");
    assert_eq!(world.held().await.len(), everybody);
}

async fn chaos_is_survived_and_accounted_for(world: &dyn World, abilities: Abilities) {
    for seed in 1..=3 {
        world.chaos(seed);
        let url = world.resume_url();
        let has_email = |index: usize| index % 10 != 3;
        let has_resume = |index: usize| abilities.documents && index.is_multiple_of(3);
        let people: Vec<_> = (0..40)
            .map(|index| {
                let person = profile(&format!("s{seed}-{index}"), "Ada", &format!("Example-{seed}-{index}"));
                let person = if has_email(index) { person } else { with_email(person, None) };
                let person = if abilities.experiences { with_experiences(person) } else { person };
                if has_resume(index) { with_resume(person, &url, 7) } else { person }
            })
            .collect();
        // About 1 of 3 attempts at AD-MEN's database fails. With 5 attempts, one batch of 200 would stop the run.
        let setup =
            Setup::default().option("timeout", "500ms").option("concurrency", 8).option("attempts", 8);
        let result = run(world, people, setup).await;
        let held = world.held().await;
        for index in 0..40 {
            let name = format!("Ada Example-{seed}-{index}");
            let records: Vec<_> = held.iter().filter(|record| record.name == name).collect();
            let (count, resumes) = (records.len(), records.iter().map(|it| it.resumes).sum::<usize>());
            let key = format!("source/s{seed}-{index}");
            let failure = |steps: &[&str]| {
                result.failures.iter().find(|it| it.key == key && steps.contains(&it.step.as_str()))
            };
            match failure(&["format", "write"]).map(|it| it.kind) {
                None => {
                    assert!(has_email(index) || abilities.without_email, "{key}: {result:#?}");
                    assert_eq!(count, 1, "{key} arrived {count} times: {result:#?}");
                    let failed = failure(&["resume"]).map(|it| it.kind);
                    match (has_resume(index), failed) {
                        (wanted, None) => assert_eq!(resumes, usize::from(wanted), "{key}: {result:#?}"),
                        (_, Some(ErrorKind::OutcomeUnknown)) => assert!(resumes <= 1, "{key}: {resumes}"),
                        (_, Some(_)) => assert_eq!(resumes, 0, "{key}: {result:#?}"),
                    }
                }
                Some(ErrorKind::OutcomeUnknown) => assert!(count <= 1, "{key} arrived {count} times"),
                Some(_) => assert_eq!(count, 0, "{key} is a dead letter and arrived: {result:#?}"),
            }
        }
    }
    assert!(world.held().await.iter().all(|record| record.resumes <= 1), "a résumé was doubled");
    assert!(world.torn().await.is_empty(), "{:?}", world.torn().await);
}
