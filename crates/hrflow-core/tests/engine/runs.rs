//! Runs from their beginning to their end.

use std::{
    future::IntoFuture,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::{StreamExt, stream};
use hrflow_core::{
    Action, ActionInfo, ActionType, CancellationToken, DataType, Error, ErrorKind, Finding, FormatName,
    ItemKey, ItemStream, Origin, ReadMode, ReadOrder, ReadRequest, Result, RunResult, Status, TriggerType,
    Warehouse, Warning, async_trait,
    options::{Attachments, OnExisting, Options},
    parameters::NoParameters,
    result::{MAX_WARNINGS, Reason},
    state::{LetterFilter, MemoryState, State},
    testing::target::{Nature, Person, Reaction, ScriptedParameters, ScriptedTarget},
};
use serde_json::json;

use crate::support::{Setup, adds_up, copy, key, names, people, person, with_documents, written};

#[tokio::test(start_paused = true)]
async fn everything_arrives_once() {
    let target = ScriptedTarget::default();
    let result = Setup::new(&target, people(&["ada", "bob", "cyd", "dan", "eve"])).run().await;
    assert_eq!(result.status, Status::Success);
    assert_eq!(written(&result), (5, 0, 0));
    assert_eq!(names(&target), ["ada", "bob", "cyd", "dan", "eve"]);
    assert_eq!(result.action, "push_profile");
}

#[tokio::test(start_paused = true)]
async fn nothing_to_read_is_a_success() {
    let result = Setup::new(&ScriptedTarget::default(), Vec::new()).run().await;
    assert_eq!((result.status, result.reason), (Status::Success, Reason::None));
}

#[tokio::test(start_paused = true)]
async fn a_second_run_sends_nothing_that_is_unchanged() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    Setup::new(&target, people(&["ada", "bob"])).state(&state).run().await;
    let again = Setup::new(&target, people(&["ada", "bob"])).state(&state).run().await;
    assert_eq!(written(&again), (0, 2, 0));
    assert_eq!(target.writes().len(), 2, "the second run wrote nothing");
    let mut setup = Setup::new(&target, people(&["ada"])).state(&state);
    setup.environment.resend = true;
    assert_eq!(written(&setup.run().await), (0, 1, 0));
    assert_eq!(target.writes().len(), 3, "--resend sends all the same");
}

#[tokio::test(start_paused = true)]
async fn a_changed_item_is_updated_when_asked_and_reported_otherwise() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    Setup::new(&target, vec![Ok(with_documents("ada", &[]))]).state(&state).run().await;
    let changed = || vec![Ok(with_documents("ada", &[("note.txt", 3)]))];
    let reported = Setup::new(&target, changed()).attachments(Attachments::Never).state(&state).run().await;
    assert_eq!(written(&reported), (0, 1, 0));
    let updated = Setup::new(&target, changed()).on_existing(OnExisting::Update).state(&state).run().await;
    assert_eq!(written(&updated), (1, 0, 0));
    assert_eq!(target.records()[0].documents, ["note.txt (3 bytes)"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_there_already_is_a_duplicate_or_an_update() {
    let target = ScriptedTarget::default();
    target.seed("somebody", Some("ada@example.com"));
    let reported = Setup::new(&target, people(&["ada"])).run().await;
    assert_eq!((written(&reported), reported.status), ((0, 1, 0), Status::Success));
    let state = MemoryState::new();
    Setup::new(&target, people(&["ada"])).state(&state).run().await;
    let updated =
        Setup::new(&target, people(&["ada"])).state(&state).on_existing(OnExisting::Update).run().await;
    assert_eq!(written(&updated), (1, 0, 0), "it was only looked at before");
    assert_eq!(names(&target), ["ada"]);
}

#[tokio::test(start_paused = true)]
async fn one_identity_is_never_written_twice_at_a_time() {
    let target = ScriptedTarget::default();
    let twin = |name: &str| -> Result<Person, ErrorKind> {
        Ok(serde_json::from_value(json!({ "name": name, "email": "twins@example.com" })).unwrap())
    };
    target.script("ann", [Reaction::Slow(Duration::from_secs(5))]);
    let result = Setup::new(&target, vec![twin("ann"), twin("ben"), Ok(person("cyd"))]).run().await;
    assert_eq!(written(&result), (2, 1, 0));
    assert_eq!(names(&target), ["ann", "cyd"]);
    assert_eq!(target.writes(), [["ann"], ["cyd"]], "ben waits for ann, whose receipt says that he exists");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_looked_up_and_never_doubles() {
    let target = ScriptedTarget::default();
    target.script("ada", [Reaction::Lose { executed: true }]);
    target.script("bob", [Reaction::Lose { executed: false }, Reaction::Lose { executed: true }]);
    target.seed("somebody", Some("cyd@example.com"));
    target.script("cyd", [Reaction::Lose { executed: false }]);
    let result = Setup::new(&target, people(&["ada", "bob", "cyd"])).run().await;
    assert_eq!(written(&result), (2, 1, 0));
    assert_eq!(names(&target), ["ada", "bob", "somebody"]);
    assert_eq!(result.status, Status::Success);
}

#[tokio::test(start_paused = true)]
async fn a_connector_that_leaves_out_an_intent_stops_the_run() {
    let nature = Nature { batch_size: 3, concurrency: 1, loses_an_intent: true, ..Nature::default() };
    let target = ScriptedTarget::new(nature);
    let result = Setup::new(&target, people(&["ada", "bob", "cyd"])).run().await;
    assert_eq!((result.status, result.events.write_success), (Status::Fatal, 0), "{result:?}");
    assert!(result.failures[0].message.contains("one intent for each item"), "{result:?}");
    assert!(target.writes().is_empty(), "nothing is sent without an intent");
}

#[tokio::test(start_paused = true)]
async fn two_people_without_address_and_of_one_name_are_two() {
    let target = ScriptedTarget::default();
    let nameless = |id: u64| -> Result<Person, ErrorKind> {
        let attachments =
            json!([{ "kind": "resume", "name": "cv.pdf", "url": "https://example.com/", "size": id }]);
        Ok(serde_json::from_value(json!({ "name": "kim", "attachments": attachments })).unwrap())
    };
    // The second one's answer is lost: the first one's record must not be taken for it.
    target.script("kim", [Reaction::Work, Reaction::Lose { executed: false }]);
    struct ByDocument(Vec<Result<Person, ErrorKind>>);
    #[async_trait]
    impl Origin for ByDocument {
        type Parameters = NoParameters;
        type Item = Person;
        fn warehouse(&self) -> Warehouse {
            Warehouse { name: "People", data_type: DataType::Profile, endpoints: Vec::new() }
        }
        fn key(&self, item: &Person) -> ItemKey {
            ItemKey::of_content(item)
        }
        async fn read(&self, _: NoParameters, _: ReadRequest) -> Result<ItemStream<Person>> {
            Ok(stream::iter(self.0.clone().into_iter().map(|it| it.map_err(|kind| Error::new(kind, ""))))
                .boxed())
        }
        async fn check(&self, _: NoParameters, _: &Options) -> Result<Vec<Finding>> {
            Ok(Vec::new())
        }
    }
    let info = ActionInfo {
        name: "push_profile",
        description: "",
        trigger_type: TriggerType::Hook,
        action_type: ActionType::Outbound,
    };
    let format = FormatName { name: "copy", source: "" };
    let origin = ByDocument(vec![nameless(1), nameless(2)]);
    let action = Action::new(info, origin, target.clone(), format, copy);
    let result = action.run(NoParameters, ScriptedParameters::default()).await;
    assert_eq!(written(&result), (2, 0, 0), "{result:#?}");
    assert_eq!(names(&target), ["kim", "kim"]);
    let documents: Vec<_> = target.records().into_iter().flat_map(|it| it.documents).collect();
    assert_eq!(documents, ["cv.pdf (1 bytes)", "cv.pdf (2 bytes)"]);
}

#[tokio::test(start_paused = true)]
async fn where_no_look_up_can_tell_it_says_so_and_does_not_send_again() {
    let target = ScriptedTarget::new(Nature { finds_without_email: false, ..Nature::default() });
    let state = MemoryState::new();
    target.script("kim", [Reaction::Lose { executed: false }]);
    let kim: Person = serde_json::from_value(json!({ "name": "kim" })).unwrap();
    let result = Setup::new(&target, vec![Ok(kim.clone())]).state(&state).run().await;
    assert_eq!((result.status, result.reason), (Status::Fatal, Reason::WriteFailure));
    assert_eq!(result.failures[0].kind, ErrorKind::OutcomeUnknown);
    assert_eq!(state.dead_letters().len(), 1);
    let again = Setup::new(&target, vec![Ok(kim)]).state(&state).run().await;
    assert_eq!(again.failures[0].kind, ErrorKind::OutcomeUnknown);
    assert_eq!(target.writes().len(), 1, "it was not sent again");
}

#[tokio::test]
async fn a_look_up_that_lags_is_given_its_time() {
    let target = ScriptedTarget::new(Nature { lag: Duration::from_millis(300), ..Nature::default() });
    target.script("ada", [Reaction::Lose { executed: true }]);
    let result = Setup::new(&target, people(&["ada"])).run().await;
    assert_eq!(written(&result), (1, 0, 0));
    assert_eq!(names(&target), ["ada"]);
    assert!(target.finds() > 1);
}

/// A run may have sent an item long after it traced it, and have been killed at once.
#[tokio::test]
async fn what_a_killed_run_sent_last_is_given_its_time_too() {
    let lag = Duration::from_millis(500);
    let (target, state) = (ScriptedTarget::new(Nature { lag, ..Nature::default() }), MemoryState::new());
    target.script("kim", [Reaction::Lose { executed: false }, Reaction::Lose { executed: true }]);
    let kim = || vec![Ok(serde_json::from_value(json!({ "name": "kim" })).unwrap())];
    tokio::select! {
        result = Setup::new(&target, kim()).state(&state).run() => panic!("nobody killed it: {result:#?}"),
        () = async {
            while target.records().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        } => {}
    }
    let result = Setup::new(&target, kim()).state(&state).run().await;
    assert_eq!((written(&result), result.recovered), ((1, 0, 0), 1), "{result:#?}");
    assert_eq!(names(&target), ["kim"]);
}

#[tokio::test(start_paused = true)]
async fn a_lag_longer_than_the_deadline_cannot_tell() {
    let target = ScriptedTarget::new(Nature { lag: Duration::from_secs(60), ..Nature::default() });
    target.script("ada", [Reaction::Lose { executed: false }]);
    let result = Setup::new(&target, people(&["ada"])).deadline(Duration::from_secs(10)).run().await;
    assert_eq!(result.failures[0].kind, ErrorKind::OutcomeUnknown);
    assert_eq!(target.writes().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_item_is_a_dead_letter_and_the_run_goes_on() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    target.script("bob", [Reaction::Refuse(ErrorKind::Invalid)]);
    target.script("cyd", [Reaction::Refuse(ErrorKind::Unavailable), Reaction::Work]);
    target.script("dan", (0..9).map(|_| Reaction::Refuse(ErrorKind::Unavailable)));
    let result = Setup::new(&target, people(&["ada", "bob", "cyd", "dan"])).state(&state).run().await;
    assert_eq!(written(&result), (2, 0, 2));
    assert_eq!(result.status, Status::SuccessWithFailures);
    let mut letters: Vec<_> = state
        .dead_letters()
        .into_iter()
        .map(|it| (it.key.to_string(), it.step, it.kind, it.attempts))
        .collect();
    letters.sort_by_key(|it| it.0.clone());
    let write = || "write".to_owned();
    assert_eq!(
        letters,
        [
            ("source/bob".to_owned(), write(), ErrorKind::Invalid, 1),
            ("source/dan".to_owned(), write(), ErrorKind::Unavailable, 5),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_hits_every_item_stops_the_run() {
    let (target, state) =
        (ScriptedTarget::new(Nature { concurrency: 1, ..Nature::default() }), MemoryState::new());
    target.script("bob", [Reaction::Fatal(ErrorKind::Unauthorized)]);
    let result = Setup::new(&target, people(&["ada", "bob", "cyd"])).state(&state).run().await;
    assert_eq!(written(&result), (1, 0, 0), "bob and cyd are not settled");
    assert_eq!(result.status, Status::SuccessWithFailures);
    assert_eq!((result.failures[0].step.as_str(), result.failures[0].kind), ("run", ErrorKind::Unauthorized));
    // With those that are named here every item that was read is in one count.
    let left = result.events.read_success - result.events.settled();
    let words = &result.failures[0].message;
    assert!(words.ends_with(&format!("{left} items were read and not sent: run again.")), "{words}");
    assert!(state.dead_letters().is_empty());
    let again = Setup::new(&target, people(&["ada", "bob", "cyd"])).state(&state).run().await;
    assert_eq!(written(&again), (2, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn nothing_delivered_before_the_fault_is_fatal() {
    let target = ScriptedTarget::default();
    target.script("open", [Reaction::Fatal(ErrorKind::Unauthorized)]);
    let result = Setup::new(&target, people(&["ada"])).run().await;
    assert_eq!((result.status, result.reason), (Status::Fatal, Reason::WriteFailure));
    target.script("ada", [Reaction::Wait(Duration::from_secs(3600))]);
    let result = Setup::new(&target, people(&["ada"])).run().await;
    assert_eq!((result.status, result.reason), (Status::Fatal, Reason::WriteFailure));
    assert_eq!(result.failures[0].kind, ErrorKind::RateLimited);
}

#[tokio::test(start_paused = true)]
async fn a_connector_that_panics_costs_its_item_only() {
    let target = ScriptedTarget::default();
    target.script("ada", [Reaction::Panic]);
    let result = Setup::new(&target, people(&["ada", "bob"])).run().await;
    assert_eq!(written(&result), (1, 0, 1));
    assert_eq!(result.failures[0].kind, ErrorKind::Internal);
}

#[tokio::test(start_paused = true)]
async fn batches_are_full_ordered_and_free_of_twins() {
    let target = ScriptedTarget::new(Nature { batch_size: 3, concurrency: 1, ..Nature::default() });
    target.script("bob", [Reaction::Lose { executed: true }]);
    target.script("cyd", [Reaction::Refuse(ErrorKind::Invalid)]);
    let result = Setup::new(&target, people(&["ada", "bob", "cyd", "dan", "ada"])).run().await;
    assert_eq!(written(&result), (3, 1, 1));
    assert_eq!(target.writes(), [vec!["ada", "bob", "cyd"], vec!["dan"]]);
    assert_eq!(names(&target), ["ada", "bob", "dan"]);
}

#[tokio::test(start_paused = true)]
async fn writes_are_concurrent_up_to_the_limit() {
    let target = ScriptedTarget::new(Nature { concurrency: 3, ..Nature::default() });
    let everybody = ["a", "b", "c", "d", "e", "f", "g", "h"];
    for name in everybody {
        target.script(name, [Reaction::Slow(Duration::from_secs(1))]);
    }
    Setup::new(&target, people(&everybody)).run().await;
    assert_eq!(target.most_in_flight(), 3);
    let mut setup = Setup::new(&target, people(&["i", "j"]));
    setup.options.concurrency = std::num::NonZeroU16::new(1);
    target.script("i", [Reaction::Slow(Duration::from_secs(1))]);
    setup.run().await;
    assert_eq!(target.writes().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_failed_document_keeps_the_receipt_and_only_the_document_is_sent_again() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    target.script("ada/cv.pdf", [Reaction::Refuse(ErrorKind::Forbidden)]);
    let ada = || vec![Ok(with_documents("ada", &[("cv.pdf", 7), ("cover.pdf", 9)]))];
    let result = Setup::new(&target, ada()).state(&state).run().await;
    assert_eq!((written(&result), result.events.attachment_failure), ((1, 0, 0), 1));
    assert_eq!(result.status, Status::SuccessWithFailures);
    assert_eq!(state.dead_letters()[0].step, "cv.pdf");
    let again = Setup::new(&target, ada()).state(&state).run().await;
    assert_eq!((written(&again), again.events.attachment_failure), ((0, 1, 0), 0));
    assert_eq!(target.records()[0].documents, ["cover.pdf (9 bytes)", "cv.pdf (7 bytes)"]);
    assert_eq!(target.writes().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_document_whose_answer_is_lost_arrives_once() {
    let target = ScriptedTarget::default();
    target.script("ada/cv.pdf", [Reaction::Lose { executed: true }]);
    target.script("bob/cv.pdf", [Reaction::Lose { executed: false }]);
    let both = ["ada", "bob"].map(|name| Ok(with_documents(name, &[("cv.pdf", 7)])));
    let result = Setup::new(&target, both.into()).run().await;
    assert_eq!((written(&result), result.events.attachment_failure), ((2, 0, 0), 0));
    assert!(target.records().iter().all(|record| record.documents == ["cv.pdf (7 bytes)"]));
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_record_gets_documents_only_when_asked_or_when_they_are_new() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    target.seed("somebody", Some("ada@example.com"));
    let ada = |size| vec![Ok(with_documents("ada", &[("cv.pdf", size)]))];
    Setup::new(&target, ada(1)).state(&state).run().await;
    Setup::new(&target, ada(1)).state(&state).run().await;
    assert!(target.records()[0].documents.is_empty(), "it was there before us, and so may its documents be");
    Setup::new(&target, ada(2)).state(&state).run().await;
    assert_eq!(target.records()[0].documents, ["cv.pdf (2 bytes)"], "this one is new for certain");
    Setup::new(&target, ada(2)).state(&state).run().await;
    assert_eq!(target.records()[0].documents.len(), 1);
    target.seed("another", Some("bob@example.com"));
    let bob = vec![Ok(with_documents("bob", &[("cv.pdf", 1)]))];
    Setup::new(&target, bob).attachments(Attachments::Always).run().await;
    assert_eq!(target.records()[1].documents, ["cv.pdf (1 bytes)"]);
}

#[tokio::test(start_paused = true)]
async fn formats_and_logics_are_counted_and_cannot_break_the_run() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    let result = Setup::new(&target, people(&["ada", "bob", "cyd", "dan", "eve"]))
        .state(&state)
        .prepare()
        .format(|person| match person.name.as_str() {
            "ada" => Err("no".into()),
            "bob" => panic!("scripted"),
            _ => Ok(Person { name: person.name.to_uppercase(), ..person.clone() }),
        })
        .logic(|person| Ok((person.name != "CYD").then_some(person)))
        .logic(|person| if person.name == "DAN" { Err("never".into()) } else { Ok(Some(person)) })
        .await;
    adds_up(&result);
    let events = result.events;
    assert_eq!((events.format_failure, events.logics_discard, events.logics_failure), (2, 1, 1));
    assert_eq!(names(&target), ["EVE"]);
    let mut steps: Vec<_> = state.dead_letters().into_iter().map(|it| it.step).collect();
    steps.sort();
    assert_eq!(steps, ["format", "format", "logics"]);
}

#[tokio::test(start_paused = true)]
async fn an_item_with_nothing_to_send_is_never_written() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    let anonymous = Person { email: None, ..person(" ") };
    let document = Person { email: None, ..with_documents("  ", &[("cv.pdf", 1)]) };
    let some = [person("ada"), person("hollow"), anonymous, document].map(Ok).to_vec();
    let result = Setup::new(&target, some.clone()).state(&state).run().await;
    assert_eq!((result.events.format_failure, result.events.write_success), (2, 2), "{result:#?}");
    assert_eq!(names(&target), ["  ", "ada"]);
    let letters: Vec<_> = state.dead_letters().into_iter().map(|it| (it.step, it.message)).collect();
    let anonymous = "the formatted item has neither a name, nor an email or a phone number, nor a document. Complete the \
                     profile at its source.";
    let expected = [("format", "the person is empty"), ("format", anonymous)];
    assert_eq!(letters, expected.map(|(step, message)| (step.to_owned(), message.to_owned())));

    // A logic may complete an item, and may take from it what made it known.
    let logic = |person: Person| {
        let name = if person.email.is_none() { "cyd" } else { " " };
        Ok(Some(Person { name: name.to_owned(), email: None, ..person }))
    };
    let target = ScriptedTarget::default();
    let result = Setup::new(&target, some).prepare().logic(logic).await;
    assert_eq!((result.events.format_failure, result.events.write_success), (2, 2), "{result:#?}");
    assert_eq!(names(&target), ["cyd", "cyd"]);
}

#[tokio::test(start_paused = true)]
async fn an_item_that_cannot_be_read_is_a_dead_letter_and_no_more() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    let setup = || Setup::new(&target, people(&["ada", "damaged", "bob"])).state(&state);
    let result = setup().run().await;
    let events = result.events;
    assert_eq!((events.read_success, events.read_failure, events.write_success), (2, 1, 2));
    assert_eq!(
        (result.failures[0].key.as_str(), result.failures[0].step.as_str()),
        ("source/damaged", "read")
    );
    let [letter] = &state.dead_letters()[..] else { panic!("one dead letter") };
    assert_eq!((letter.step.as_str(), letter.key.as_str()), ("read", "source/damaged"));

    // Later runs and retries fail again, in place of the first letter; what was read in part is never sent.
    setup().run().await;
    let mut retry = setup();
    retry.environment.retry = Some(LetterFilter::default().into());
    let retried = retry.run().await;
    assert_eq!((retried.events.read_success, retried.events.read_failure), (0, 1), "{retried:#?}");
    assert_eq!((state.dead_letters().len(), names(&target)), (1, vec!["ada".to_owned(), "bob".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_counted() {
    let target = ScriptedTarget::default();
    let some = vec![Ok(person("ada")), Err(ErrorKind::Invalid), Ok(person("bob"))];
    let result = Setup::new(&target, some).run().await;
    assert_eq!((result.events.read_success, result.events.read_failure), (2, 1));
    assert_eq!(result.status, Status::SuccessWithFailures);
    let none = Setup::new(&target, vec![Err(ErrorKind::NotFound)]).run().await;
    assert_eq!((none.status, none.reason), (Status::Fatal, Reason::ReadFailure));
}

#[tokio::test(start_paused = true)]
async fn the_callback_sees_the_result_and_its_failure_counts() {
    let target = ScriptedTarget::default();
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let callback = |result: RunResult| async move {
        sender.send(result).map_err(|_| "nobody listens")?;
        Ok(())
    };
    let result = Setup::new(&target, people(&["ada"])).prepare().callback(callback).await;
    assert_eq!((result.events.callback_executed, result.status), (1, Status::Success));
    assert_eq!(receiver.await.unwrap().events.write_success, 1);
    let failing = |_| async { Err("no".into()) };
    let result = Setup::new(&target, people(&["ada"])).prepare().callback(failing).await;
    assert_eq!((result.events.callback_failure, result.status), (1, Status::SuccessWithFailures));
}

#[tokio::test(start_paused = true)]
async fn a_limit_and_a_dry_run_do_what_they_say() {
    let target = ScriptedTarget::default();
    let mut setup = Setup::new(&target, people(&["ada", "bob", "cyd"]));
    setup.environment.limit = Some(2);
    assert_eq!(setup.run().await.events.read_success, 2);
    let shown = Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = shown.clone();
    let mut setup = Setup::new(&target, people(&["dan", "eve"]));
    setup.environment.dry_run = Some(Arc::new(move |body| sink.lock().unwrap().push(body)));
    let result = setup.prepare().await;
    assert_eq!((result.events.read_success, written(&result)), (2, (0, 0, 0)));
    assert_eq!(shown.lock().unwrap()[0], json!({ "name": "dan", "email": "dan@example.com" }));
    assert_eq!(names(&target), ["ada", "bob"]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_settles_what_is_in_flight_and_nothing_else() {
    let (target, state) =
        (ScriptedTarget::new(Nature { concurrency: 2, ..Nature::default() }), MemoryState::new());
    for name in ["ada", "bob"] {
        target.script(name, [Reaction::Slow(Duration::from_secs(5))]);
    }
    let cancel = CancellationToken::new();
    let mut setup = Setup::new(&target, people(&["ada", "bob", "cyd", "dan"])).state(&state);
    setup.environment.cancel = cancel.clone();
    let (result, ()) = tokio::join!(setup.run(), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        cancel.cancel();
    });
    assert_eq!(written(&result), (2, 0, 0));
    assert_eq!((result.failures[0].kind, result.status), (ErrorKind::Cancelled, Status::Cancelled));
    assert_eq!(result.reason, Reason::None);
    assert_eq!(names(&target), ["ada", "bob"]);
    let rest = Setup::new(&target, people(&["ada", "bob", "cyd", "dan"])).state(&state).run().await;
    assert_eq!(written(&rest), (2, 2, 0));
}

/// On one thread, so that anything that blocks the engine's task blocks the request to stop too.
#[tokio::test]
async fn a_stop_does_not_wait_for_a_format() {
    for dry_run in [false, true] {
        let target = ScriptedTarget::default();
        let cancel = CancellationToken::new();
        let (ended, shown) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let mut setup = Setup::new(&target, people(&["ada", "bob", "cyd"]));
        setup.environment.cancel = cancel.clone();
        if dry_run {
            let shown = shown.clone();
            setup.environment.dry_run = Some(Arc::new(move |_| {
                shown.fetch_add(1, Ordering::Relaxed);
            }));
        }
        let hangs = {
            let (ended, cancel) = (ended.clone(), cancel.clone());
            move |person: &Person| {
                if person.name == "bob" {
                    cancel.cancel();
                    let begun = std::time::Instant::now();
                    while !ended.load(Ordering::Relaxed) && begun.elapsed() < Duration::from_secs(10) {
                        std::thread::park_timeout(Duration::from_millis(5));
                    }
                }
                Ok(person.clone())
            }
        };
        let begun = std::time::Instant::now();
        let run = setup.prepare().format(hangs).into_future();
        let result = tokio::time::timeout(Duration::from_secs(10), run).await;
        ended.store(true, Ordering::Relaxed);
        let result = result.expect("the run goes on");
        assert!(begun.elapsed() < Duration::from_secs(5));
        assert_eq!(result.failures[0].kind, ErrorKind::Cancelled, "{result:#?}");
        assert!(target.writes().len() <= 1 && shown.load(Ordering::Relaxed) <= 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_does_not_wait_for_the_log_in() {
    let target = ScriptedTarget::default();
    target.script("open", [Reaction::Hang]);
    let cancel = CancellationToken::new();
    let mut setup = Setup::new(&target, people(&["ada"]));
    setup.environment.cancel = cancel.clone();
    let (result, ()) = tokio::join!(setup.run(), async { cancel.cancel() });
    assert_eq!((result.failures[0].kind, result.events.read_success), (ErrorKind::Cancelled, 0));
    assert_eq!(result.status, Status::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_settle_in_time_is_recovered_by_the_next_run() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    target.script("ada", [Reaction::Hang]);
    let cancel = CancellationToken::new();
    let mut setup = Setup::new(&target, people(&["ada"])).state(&state);
    setup.environment.cancel = cancel.clone();
    setup.environment.grace = Duration::from_secs(2);
    let (result, ()) = tokio::join!(setup.run(), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        cancel.cancel();
    });
    assert_eq!(result.events.settled(), 0);
    // The request was executed after all.
    let arrived = ScriptedTarget::clone(&target);
    Setup::new(&arrived, vec![Ok(person("ada"))]).run().await;
    let next = Setup::new(&target, people(&["ada"])).state(&state).run().await;
    assert_eq!((next.recovered, written(&next)), (1, (1, 0, 0)), "{next:#?}");
    assert_eq!(names(&target), ["ada"]);
}

/// A trace tells when the first try began. The last one may have left the moment before the run ended.
#[tokio::test]
async fn the_last_try_of_another_run_is_given_its_time_to_be_found() {
    let nature = Nature { lag: Duration::from_millis(300), ..Nature::default() };
    let (target, state) = (ScriptedTarget::new(nature), MemoryState::new());
    target.script("ada", [Reaction::Lose { executed: false }, Reaction::Lose { executed: true }]);
    // The first look comes too early, the second finds nobody, the third is never answered.
    target.script("find:ada", [Reaction::Work, Reaction::Work, Reaction::Hang]);
    let cancel = CancellationToken::new();
    let mut setup = Setup::new(&target, people(&["ada"])).state(&state);
    setup.environment.cancel = cancel.clone();
    setup.environment.grace = Duration::ZERO;
    let (ended, ()) = tokio::join!(setup.run(), async {
        while target.finds() < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        cancel.cancel();
    });
    assert_eq!((ended.events.settled(), target.writes().len()), (0, 2), "{ended:#?}");
    let next = Setup::new(&target, people(&["ada"])).state(&state).run().await;
    assert_eq!((next.recovered, written(&next)), (1, (1, 0, 0)), "{next:#?}");
    assert_eq!(target.writes().len(), 2, "it was sent again");
}

#[tokio::test(start_paused = true)]
async fn incremental_runs_read_on_and_pass_nothing_unsettled() {
    let (target, state) =
        (ScriptedTarget::new(Nature { concurrency: 1, ..Nature::default() }), MemoryState::new());
    let incremental = |names: &[&str]| {
        let mut setup = Setup::new(&target, people(names)).state(&state);
        setup.order = Some(ReadOrder::OldestFirst);
        setup.prepare().read_mode(hrflow_core::ReadMode::Incremental)
    };
    target.script("cyd", [Reaction::Fatal(ErrorKind::Unauthorized)]);
    let first = incremental(&["ada", "bob", "cyd", "dan"]).await;
    assert_eq!(first.read_from.as_deref(), Some("bob"));
    let second = incremental(&["ada", "bob", "cyd", "dan"]).await;
    assert_eq!((second.events.read_success, second.read_from.as_deref()), (2, Some("dan")));
    assert_eq!(state.last_result("workflow").await.unwrap().unwrap().run_id, second.run_id);
}

#[tokio::test(start_paused = true)]
async fn positions_count_in_incremental_runs_only() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    let sync = Setup::new(&target, people(&["undated"])).state(&state).run().await;
    assert_eq!((sync.status, sync.events.item_to_read_from_failure), (Status::Success, 0));
    let mut setup = Setup::new(&target, people(&["undated"])).state(&state);
    setup.order = Some(ReadOrder::OldestFirst);
    let incremental = setup.prepare().read_mode(ReadMode::Incremental).await;
    assert_eq!(incremental.events.item_to_read_from_failure, 1);
}

#[tokio::test(start_paused = true)]
async fn newest_first_the_cursor_moves_when_all_is_read_and_settled() {
    let target = ScriptedTarget::default();
    let incremental = async |state: &MemoryState, people: Vec<Result<Person, ErrorKind>>, limit| {
        let mut setup = Setup::new(&target, people).state(state);
        setup.order = Some(ReadOrder::NewestFirst);
        setup.environment.limit = limit;
        setup.prepare().read_mode(hrflow_core::ReadMode::Incremental).await
    };
    let state = MemoryState::new();
    let broken = || Err(ErrorKind::Unavailable);
    // The rest could not be read, a limit cut it short, a fault stopped it: the next run begins where this one did.
    let cut = [people(&["dan", "cyd"]), vec![broken()]].concat();
    assert_eq!(incremental(&state, cut, None).await.read_from, None);
    assert_eq!(incremental(&state, people(&["dan", "cyd"]), Some(1)).await.read_from, None);
    target.script("bob", [Reaction::Fatal(ErrorKind::Unauthorized)]);
    assert_eq!(incremental(&state, people(&["dan", "bob"]), None).await.read_from, None);
    // One that cannot be read, or delivered, does not hold it up.
    target.script("bob", [Reaction::Refuse(ErrorKind::Invalid)]);
    let one_broken = [people(&["dan"]), vec![broken()], people(&["cyd", "bob", "ada"])].concat();
    let whole = incremental(&state, one_broken, None).await;
    assert_eq!((whole.read_from.as_deref(), whole.events.read_failure), (Some("dan"), 1));
    assert_eq!((written(&whole), state.dead_letters().len()), ((1, 2, 1), 1));
    // Nothing new leaves it where it is.
    let nothing = incremental(&state, people(&["dan"]), None).await;
    assert_eq!((nothing.events.read_success, nothing.read_from.as_deref()), (0, Some("dan")));
    let more = incremental(&state, people(&["eve", "dan"]), None).await;
    assert_eq!((more.events.read_success, more.read_from.as_deref()), (1, Some("eve")));
}

#[tokio::test(start_paused = true)]
async fn incremental_is_refused_with_the_reason() {
    let target = ScriptedTarget::default();
    let refused = |order, state: Option<MemoryState>, workflow: &'static str| {
        let mut setup = Setup::new(&target, people(&["ada"]));
        setup.order = order;
        setup.environment.state = state.map(|it| Arc::new(it) as Arc<dyn State>);
        setup.prepare().workflow_id(workflow).read_mode(hrflow_core::ReadMode::Incremental)
    };
    let order = Some(ReadOrder::OldestFirst);
    let cases = [
        (refused(None, Some(MemoryState::new()), "w").await, Reason::OriginDoesNotSupportIncremental),
        (refused(order, None, "w").await, Reason::BackendNotConfiguredInIncrementalMode),
        (refused(order, Some(MemoryState::new()), "").await, Reason::WorkflowIdNotFound),
    ];
    for (result, reason) in cases {
        assert_eq!((result.status, result.reason), (Status::Fatal, reason));
    }
    assert!(target.writes().is_empty());
}

#[tokio::test(start_paused = true)]
async fn only_one_run_owns_a_cursor_and_an_item() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    target.script("ada", [Reaction::Slow(Duration::from_secs(5))]);
    let run = |mode| {
        let mut setup = Setup::new(&target, people(&["ada"])).state(&state);
        setup.order = Some(ReadOrder::OldestFirst);
        setup.prepare().read_mode(mode)
    };
    let (first, second, hook) = tokio::join!(
        run(hrflow_core::ReadMode::Incremental).into_future(),
        run(hrflow_core::ReadMode::Incremental).into_future(),
        run(hrflow_core::ReadMode::Sync).into_future(),
    );
    assert_eq!((second.status, second.failures[0].kind), (Status::Fatal, ErrorKind::Unavailable));
    // Either run may claim the item first. The other one waits, and finds the item delivered.
    let mut outcomes = [written(&first), written(&hook)];
    outcomes.sort_unstable();
    assert_eq!(outcomes, [(0, 1, 0), (1, 0, 0)]);
    assert_eq!(names(&target), ["ada"]);
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_hits_every_item_leaves_a_step_to_the_next_run() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    target.script("ada/cv.pdf", [Reaction::Fatal(ErrorKind::Unauthorized)]);
    let run = || Setup::new(&target, vec![Ok(with_documents("ada", &[("cv.pdf", 7)]))]).state(&state).run();
    let stopped = run().await;
    assert_eq!((written(&stopped), stopped.events.attachment_failure), ((1, 0, 0), 0), "{stopped:#?}");
    assert_eq!(
        (stopped.failures[0].step.as_str(), stopped.failures[0].kind),
        ("run", ErrorKind::Unauthorized)
    );
    assert!(state.dead_letters().is_empty(), "it says nothing of this document");
    let again = run().await;
    assert_eq!((written(&again), again.status), ((0, 1, 0), Status::Success));
    assert_eq!(target.records()[0].documents, ["cv.pdf (7 bytes)"]);
}

#[tokio::test(start_paused = true)]
async fn who_cannot_be_recognised_is_not_sent_a_second_time() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    let run = || {
        let nobody = serde_json::from_value(json!({ "name": "nobody" })).unwrap();
        let mut setup = Setup::new(&target, vec![Ok(nobody), Ok(person("ada"))]).state(&state);
        setup.environment.resend = true;
        setup.run()
    };
    assert_eq!(written(&run().await), (2, 0, 0));
    assert_eq!(written(&run().await), (0, 2, 0));
    assert_eq!((names(&target).len(), target.writes().len()), (2, 3));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_after_an_item_while_it_is_unknown_what_went_along() {
    let nature = Nature { documents_along: true, ..Nature::default() };
    let (target, state) = (ScriptedTarget::new(nature), MemoryState::new());
    target.script("ada", [Reaction::Lose { executed: true }]);
    target.script("along:ada", vec![Reaction::Refuse(ErrorKind::Timeout); 2]);
    let run = || Setup::new(&target, vec![Ok(with_documents("ada", &[("cv.pdf", 7)]))]).state(&state).run();
    for _ in 0..2 {
        let lost = run().await;
        assert_eq!((written(&lost), lost.failures[0].kind), ((0, 0, 1), ErrorKind::OutcomeUnknown));
    }
    let found = run().await;
    assert_eq!((written(&found), found.recovered), ((1, 0, 0), 1), "{found:#?}");
    assert_eq!(target.records()[0].documents, ["cv.pdf (7 bytes)"]);
    assert!(state.dead_letters().is_empty());
}

/// A person whose format dropped the phone number.
fn warned(name: &str) -> Result<Person, ErrorKind> {
    Ok(Person { warnings: vec![Warning::new("phone", "Not a number")], ..person(name) })
}

fn warnings_of(result: &RunResult) -> Vec<String> {
    result.warnings.iter().map(|it| format!("{}: {}", it.key, it.warning)).collect()
}

#[tokio::test(start_paused = true)]
async fn warnings_are_counted_listed_and_kept_in_the_receipt() {
    let state = MemoryState::new();
    let target = ScriptedTarget::new(Nature { cuts_names: true, concurrency: 1, ..Nature::default() });
    let first = Setup::new(&target, vec![warned("ada"), Ok(person("bob"))]).state(&state).run().await;
    let cut = "Cut to 3 characters";
    assert_eq!(
        warnings_of(&first),
        [
            "source/ada: phone: Not a number".to_owned(),
            format!("source/ada: name: {cut}"),
            format!("source/bob: name: {cut}")
        ]
    );
    assert_eq!((first.events.warnings, first.status), (3, Status::Success));
    let receipt = state.entry(&key("ada")).unwrap().receipt.unwrap();
    let kept = [Warning::new("phone", "Not a number"), Warning::new("name", cut)];
    assert_eq!(receipt.warnings, kept);

    let again = Setup::new(&target, vec![warned("ada"), Ok(person("bob"))]).state(&state).run().await;
    assert_eq!((written(&again), again.events.warnings, again.warnings.len()), ((0, 2, 0), 0, 0));
    assert_eq!(state.entry(&key("ada")).unwrap().receipt.unwrap().warnings, kept);
}

#[tokio::test(start_paused = true)]
async fn items_that_fail_have_their_warnings_in_the_result() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    target.script("ada", [Reaction::Refuse(ErrorKind::Invalid)]);
    let result = Setup::new(&target, vec![warned("ada"), warned("bob"), warned("cyd")])
        .state(&state)
        .prepare()
        .logic(|person| if person.name == "bob" { Err("never".into()) } else { Ok(Some(person)) })
        .logic(|person| Ok((person.name != "cyd").then_some(person)))
        .await;
    assert_eq!(
        (result.events.write_failure, result.events.logics_failure, result.events.logics_discard),
        (1, 1, 1)
    );
    let mut listed = warnings_of(&result);
    listed.sort();
    assert_eq!(listed, ["source/ada: phone: Not a number", "source/bob: phone: Not a number"]);
}

#[tokio::test(start_paused = true)]
async fn an_item_that_a_later_run_finds_again_is_counted_with_its_warnings() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    target.script("ada", [Reaction::Lose { executed: true }]);
    target.script("find:ada", [Reaction::Fatal(ErrorKind::Unauthorized)]);
    let lost = Setup::new(&target, vec![warned("ada")]).state(&state).run().await;
    assert_eq!((written(&lost), lost.events.warnings), ((0, 0, 0), 0), "it is not settled");
    let found = Setup::new(&target, vec![warned("ada")]).state(&state).run().await;
    assert_eq!((written(&found), found.recovered, found.events.warnings), ((1, 0, 0), 1, 1));
    assert_eq!(state.entry(&key("ada")).unwrap().receipt.unwrap().warnings.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn all_warnings_are_counted_and_the_first_are_listed() {
    let target = ScriptedTarget::default();
    let names: Vec<String> = (0..130).map(|number| format!("p{number}")).collect();
    let people = || names.iter().map(|name| warned(name)).collect();
    let result = Setup::new(&target, people()).run().await;
    assert_eq!((result.events.warnings, result.warnings.len()), (130, MAX_WARNINGS));
    let mut dry = Setup::new(&ScriptedTarget::default(), people());
    dry.environment.dry_run = Some(Arc::new(|_| {}));
    let result = dry.prepare().await;
    assert_eq!((result.events.warnings, result.warnings.len()), (130, MAX_WARNINGS));
    assert_eq!(warnings_of(&result)[0], "source/p0: phone: Not a number");
}

#[tokio::test(start_paused = true)]
async fn what_reading_repaired_comes_before_what_formatting_dropped() {
    let target = ScriptedTarget::default();
    let repaired = Person { name: "repaired".to_owned(), ..warned("ada").unwrap() };
    let result = Setup::new(&target, vec![Ok(repaired)]).run().await;
    assert_eq!(
        warnings_of(&result),
        ["source/repaired: name: A control character was removed", "source/repaired: phone: Not a number"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_fatal_for_another_reason_is_not_cancelled() {
    let target = ScriptedTarget::new(Nature { concurrency: 1, ..Nature::default() });
    target.script("ada", [Reaction::Refuse(ErrorKind::Invalid)]);
    target.script("bob", [Reaction::Slow(Duration::from_secs(5))]);
    let cancel = CancellationToken::new();
    let mut setup = Setup::new(&target, people(&["ada", "bob", "cyd"]));
    setup.environment.cancel = cancel.clone();
    setup.environment.grace = Duration::from_secs(1);
    let (result, ()) = tokio::join!(setup.run(), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        cancel.cancel();
    });
    assert_eq!((written(&result), result.status), ((0, 0, 1), Status::Fatal), "{result:#?}");
    assert_eq!(result.reason, Reason::WriteFailure);
}

#[tokio::test(start_paused = true)]
async fn deliveries_tell_created_from_updated_and_unchanged_from_existing() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    target.seed("somebody", Some("bob@example.com"));
    let first = Setup::new(&target, people(&["ada", "bob"])).state(&state).run().await;
    let deliveries = first.deliveries;
    assert_eq!((deliveries.created, deliveries.existing, deliveries.unchanged), (1, 1, 0));
    let update = Setup::new(&target, people(&["ada", "bob"])).state(&state).on_existing(OnExisting::Update);
    let deliveries = update.run().await.deliveries;
    assert_eq!((deliveries.updated, deliveries.unchanged, deliveries.existing), (1, 1, 0));
}
