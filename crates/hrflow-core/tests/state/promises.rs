//! What every home of state promises.

use hrflow_core::{
    DataType, ErrorKind, Identity, RunResult, Secret, TargetId, Warning,
    result::Deliveries,
    state::{
        Claim, ClaimRequest, DeadLetter, Entry, Intent, IntentTrace, KnownStep, LetterFilter, MemoryState,
        Passage, Payload, Record, RunStage, SameIdentity, SqliteState, State, StepState, StoredReceipt,
    },
};

use crate::support::{
    at, begin, claimed, granted, info, intent, key, letter, receipt, result, step_trace, target, trace,
    wanted, wanted_as,
};

macro_rules! promises {
    ($($name:ident),* $(,)?) => {
        mod memory {
            $(#[tokio::test]
            async fn $name() {
                super::$name(&super::MemoryState::new()).await;
            })*
        }
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                let directory = tempfile::tempdir().unwrap();
                super::$name(&super::SqliteState::open(directory.path()).unwrap()).await;
            })*
        }
    };
}

promises! {
    an_item_has_one_owner_and_is_free_when_its_run_is_gone,
    an_identity_has_one_owner_at_a_target,
    runs_that_claim_in_different_orders_never_wait_for_each_other,
    a_claim_tells_what_is_known_of_its_identity,
    what_was_not_sent_leaves_no_identity,
    a_trace_stays_until_its_fate_is_known,
    a_receipt_is_found_again_whole,
    an_unconfirmed_receipt_is_listed_until_it_is_checked,
    steps_join_their_receipt,
    a_rejected_step_keeps_its_letter_and_what_was_sent,
    a_letter_is_known_once_a_later_run_has_left_its_step_out,
    a_record_belongs_to_the_item_that_made_it,
    one_letter_for_one_failure_however_often,
    letters_go_when_what_they_are_about_is_delivered,
    letters_of_one_item_share_its_payload,
    a_letter_that_came_later_is_not_about_what_is_delivered,
    what_may_have_arrived_is_forgotten_with_its_letter,
    a_discarded_item_leaves_no_letter_but_where_it_may_have_arrived,
    a_letter_of_another_workflow_stays_until_something_is_delivered,
    letters_are_found_and_dropped_by_what_is_asked_for,
    an_item_is_tried_again_in_its_last_form,
    a_cursor_has_one_owner_and_stays,
    a_run_is_remembered_with_its_result,
    everything_about_one_item_is_told,
    grants_are_kept_and_locked,
}

async fn an_item_has_one_owner_and_is_free_when_its_run_is_gone(state: &dyn State) {
    let (one, two) = (begin(state, "one").await, begin(state, "two").await);
    assert_eq!(claimed(one.as_ref(), "a").await, Default::default());
    assert_eq!(claimed(one.as_ref(), "a").await, Default::default(), "its owner may claim it again");
    assert_eq!(two.claim(&[wanted("a"), wanted("b")]).await.unwrap()[0], Claim::Busy);
    one.record(&[Record::Settled(key("a"), None)]).await.unwrap();
    claimed(two.as_ref(), "a").await;
    assert_eq!(one.claim(&[wanted("a")]).await.unwrap(), [Claim::Busy]);
    drop(two);
    claimed(one.as_ref(), "a").await;
    claimed(one.as_ref(), "b").await;
}

async fn an_identity_has_one_owner_at_a_target(state: &dyn State) {
    let (one, two) = (begin(state, "one").await, begin(state, "two").await);
    granted(one.as_ref(), wanted_as("a", "ada@example.com")).await;
    granted(one.as_ref(), wanted_as("b", "ada@example.com")).await;
    let claim = async |request: ClaimRequest| two.claim(&[request]).await.unwrap().remove(0);
    assert_eq!(claim(wanted_as("c", "ADA@example.com ")).await, Claim::Busy);
    assert_eq!(claim(wanted_as("a", "other@example.com")).await, Claim::Busy, "the key is claimed too");
    let mut elsewhere = wanted_as("c", "ada@example.com");
    elsewhere.key.target = hrflow_core::TargetId("another account".into());
    assert_ne!(claim(elsewhere).await, Claim::Busy);
    let mut job = wanted_as("c", "ada@example.com");
    job.key.data_type = hrflow_core::DataType::Job;
    assert_ne!(claim(job).await, Claim::Busy);
    // It stays claimed until the last item with it is settled.
    one.record(&[Record::Settled(key("a"), None)]).await.unwrap();
    assert_eq!(claim(wanted_as("c", "ada@example.com")).await, Claim::Busy);
    one.record(&[Record::Settled(key("b"), None)]).await.unwrap();
    assert_ne!(claim(wanted_as("c", "ada@example.com")).await, Claim::Busy);
    assert_eq!(one.claim(&[wanted_as("a", "ada@example.com")]).await.unwrap(), [Claim::Busy]);
    drop(two);
    granted(one.as_ref(), wanted_as("a", "ada@example.com")).await;
}

async fn runs_that_claim_in_different_orders_never_wait_for_each_other(state: &dyn State) {
    let (one, two) = (begin(state, "one").await, begin(state, "two").await);
    let items = [wanted_as("a", "ada@example.com"), wanted_as("b", "bob@example.com")];
    let reversed = [wanted_as("c", "bob@example.com"), wanted_as("d", "ada@example.com")];
    granted(one.as_ref(), items[0].clone()).await;
    granted(two.as_ref(), reversed[0].clone()).await;
    // Each holds what the other one asks for next, and gets an answer at once.
    assert_eq!(one.claim(&items).await.unwrap()[1], Claim::Busy);
    assert_eq!(two.claim(&reversed).await.unwrap()[1], Claim::Busy);
    // A claim that was not granted holds nothing.
    one.record(&[Record::Settled(key("a"), None)]).await.unwrap();
    granted(two.as_ref(), reversed[1].clone()).await;
    two.record(&[Record::Settled(key("c"), None), Record::Settled(key("d"), None)]).await.unwrap();
    granted(one.as_ref(), items[1].clone()).await;
}

async fn a_claim_tells_what_is_known_of_its_identity(state: &dyn State) {
    let run = begin(state, "one").await;
    let ada = || wanted_as("z", "ada@example.com");
    assert_eq!(granted(run.as_ref(), ada()).await, Entry::default());
    // An intent without an outcome, then a receipt, each of another item.
    run.intend(&[intent("a", "ada@example.com"), intent("b", "bob@example.com")]).await.unwrap();
    let known = granted(run.as_ref(), ada()).await.same_identity;
    assert_eq!((known.receipt, known.traces), (None, vec![trace("ada@example.com")]));
    run.record(&[Record::Receipt(key("a"), receipt("7"))]).await.unwrap();
    let newer = StoredReceipt { at: at(9), ..receipt("8") };
    run.record(&[Record::Receipt(key("c"), newer.clone())]).await.unwrap();
    let known = granted(run.as_ref(), ada()).await.same_identity;
    assert_eq!((known.receipt, known.traces), (Some(newer), vec![]), "the newest");
    // An item without the identity, one that is not unique, and one that has a receipt itself are told nothing.
    let members = ClaimRequest { identity: Some(Identity::members(&["ada"])), ..wanted("y") };
    for request in
        [wanted("x"), members, wanted_as("w", "bea@example.com"), wanted_as("a", "ada@example.com")]
    {
        let known = granted(run.as_ref(), request.clone()).await.same_identity;
        assert_eq!(known, SameIdentity::default(), "{request:?}");
    }
    let mut elsewhere = ada();
    elsewhere.key.target = hrflow_core::TargetId("another account".into());
    assert_eq!(granted(run.as_ref(), elsewhere).await, Entry::default());
}

async fn what_was_not_sent_leaves_no_identity(state: &dyn State) {
    let run = begin(state, "one").await;
    run.record(&[Record::Receipt(key("a"), receipt("7"))]).await.unwrap();
    run.intend(&[intent("a", "new@example.com")]).await.unwrap();
    let known = async |email| granted(run.as_ref(), wanted_as("z", email)).await.same_identity;
    assert_eq!(known("new@example.com").await.traces, [trace("new@example.com")]);
    assert_eq!(known("new@example.com").await.receipt, None, "the receipt has the address before");
    run.record(&[Record::NotSent(key("a"))]).await.unwrap();
    assert_eq!(known("new@example.com").await, SameIdentity::default());
    assert_eq!(known("ada@example.com").await.receipt, Some(receipt("7")));
}

async fn a_trace_stays_until_its_fate_is_known(state: &dyn State) {
    let run = begin(state, "one").await;
    claimed(run.as_ref(), "a").await;
    let step = Intent { key: key("a"), trace: IntentTrace::Step(step_trace("resume")) };
    run.intend(&[intent("a", "ada@example.com"), step.clone(), step]).await.unwrap();
    drop(run);
    let run = begin(state, "two").await;
    let entry = claimed(run.as_ref(), "a").await;
    assert_eq!(entry.trace, Some(trace("ada@example.com")));
    assert_eq!(entry.step_traces, [step_trace("resume")]);
    run.record(&[Record::NotSent(key("a")), Record::StepNotSent(key("a"), "resume".into())]).await.unwrap();
    assert_eq!(claimed(run.as_ref(), "a").await, Default::default());
}

async fn a_receipt_is_found_again_whole(state: &dyn State) {
    let run = begin(state, "one").await;
    claimed(run.as_ref(), "a").await;
    run.intend(&[intent("a", "ada@example.com")]).await.unwrap();
    run.record(&[Record::Receipt(key("a"), receipt("7"))]).await.unwrap();
    let entry = claimed(run.as_ref(), "a").await;
    assert_eq!((entry.receipt, entry.trace), (Some(receipt("7")), None));
}

async fn an_unconfirmed_receipt_is_listed_until_it_is_checked(state: &dyn State) {
    let run = begin(state, "one").await;
    let unconfirmed = |id: &str| StoredReceipt { unconfirmed_since: Some(at(5)), ..receipt(id) };
    let stored =
        [("a", unconfirmed("7")), ("b", receipt("8")), ("c", unconfirmed("9")), ("d", unconfirmed("10"))];
    run.record(&stored.map(|(name, receipt)| Record::Receipt(key(name), receipt))).await.unwrap();
    let run = begin(state, "two").await;
    let page = async |after, most| run.unconfirmed(&target(), DataType::Profile, after, most).await.unwrap();
    let first = page(0, 2).await;
    assert_eq!(first.iter().map(|it| it.key.clone()).collect::<Vec<_>>(), ["a", "c"].map(|it| key(it).item));
    assert_eq!(first[0].receipt, unconfirmed("7"));
    let rest = page(first[1].number, 2).await;
    assert_eq!(rest.iter().map(|it| it.key.clone()).collect::<Vec<_>>(), [key("d").item]);
    assert!(run.unconfirmed(&target(), DataType::Job, 0, 9).await.unwrap().is_empty());
    assert!(run.unconfirmed(&TargetId("other".into()), DataType::Profile, 0, 9).await.unwrap().is_empty());

    let missing = Warning::new("resume", "Not confirmed");
    run.record(&[Record::Confirmed(key("a"), Some(missing.clone())), Record::Confirmed(key("c"), None)])
        .await
        .unwrap();
    assert_eq!(page(0, 9).await.len(), 1);
    let warned = StoredReceipt { warnings: [receipt("7").warnings, vec![missing]].concat(), ..receipt("7") };
    assert_eq!(claimed(run.as_ref(), "a").await.receipt, Some(warned));
    assert_eq!(claimed(run.as_ref(), "c").await.receipt, Some(receipt("9")));
}

async fn steps_join_their_receipt(state: &dyn State) {
    let run = begin(state, "one").await;
    run.record(&[Record::Receipt(key("a"), receipt("7"))]).await.unwrap();
    let step = |name: &str, identity: &str| KnownStep {
        name: name.into(),
        identity: identity.into(),
        state: StepState::Sent,
        at: at(6),
    };
    let intended = Intent { key: key("a"), trace: IntentTrace::Step(step_trace("note")) };
    run.intend(&[intended]).await.unwrap();
    run.record(&[
        Record::Step(key("a"), step("note", "digest")),
        Record::Step(key("a"), step("resume", "new.pdf")),
    ])
    .await
    .unwrap();
    let entry = claimed(run.as_ref(), "a").await;
    assert_eq!(entry.receipt.unwrap().steps, [step("note", "digest"), step("resume", "new.pdf")]);
    assert!(entry.step_traces.is_empty());
}

fn resume(identity: &str, state: StepState) -> KnownStep {
    KnownStep { name: "resume".into(), identity: identity.into(), state, at: at(6) }
}

async fn a_rejected_step_keeps_its_letter_and_what_was_sent(state: &dyn State) {
    let run = begin(state, "run").await;
    let sent = receipt("7").steps.remove(0);
    run.record(&[Record::Receipt(key("a"), receipt("7"))]).await.unwrap();
    let intended = Intent { key: key("a"), trace: IntentTrace::Step(step_trace("resume")) };
    run.intend(&[intended]).await.unwrap();
    for identity in ["new.heic", "newer.heic"] {
        let failed = Record::DeadLetter(Box::new(letter("a", "resume", ErrorKind::Invalid)));
        let rejected = resume(identity, StepState::Rejected);
        run.record(&[failed, Record::Step(key("a"), rejected.clone())]).await.unwrap();
        let entry = claimed(run.as_ref(), "a").await;
        assert_eq!(entry.receipt.unwrap().steps, [sent.clone(), rejected]);
        assert!(entry.step_traces.is_empty());
        assert_eq!(letters(state).await, named(&[("a", "resume")]));
    }
    run.record(&[Record::Step(key("a"), resume("new.pdf", StepState::Sent))]).await.unwrap();
    let steps = claimed(run.as_ref(), "a").await.receipt.unwrap().steps;
    assert_eq!(steps, [resume("new.pdf", StepState::Sent)]);
    assert!(letters(state).await.is_empty());
}

async fn a_letter_is_known_once_a_later_run_has_left_its_step_out(state: &dyn State) {
    let history = state.history();
    let flags = async |step: &str| {
        let letters = history.dead_letters(&LetterFilter::default(), 0, 10).await.unwrap();
        let of_item = history.items("a").await.unwrap().remove(0).dead_letters;
        let flags = |it: &hrflow_core::state::StoredLetter| (it.rejected, it.known);
        assert!(letters.iter().map(flags).eq(of_item.iter().map(flags)));
        letters.iter().find(|it| it.letter.step == step).map(flags).unwrap()
    };
    // The letters name this run.
    let run = begin(state, "run").await;
    let failed = |step, kind| Record::DeadLetter(Box::new(letter("a", step, kind)));
    run.record(&[
        Record::Receipt(key("a"), receipt("7")),
        failed("resume", ErrorKind::Invalid),
        Record::Step(key("a"), resume("new.heic", StepState::Rejected)),
        failed("note", ErrorKind::Invalid),
        Record::Settled(key("a"), Some(Passage::Created)),
    ])
    .await
    .unwrap();
    assert_eq!((flags("resume").await, flags("note").await), ((true, false), (false, false)));
    run.record(&[Record::Settled(key("a"), Some(Passage::Unchanged))]).await.unwrap();
    assert_eq!(flags("resume").await, (true, false), "the same run met the item twice");
    let run = begin(state, "two").await;
    run.record(&[failed("write", ErrorKind::Timeout), Record::Settled(key("a"), None)]).await.unwrap();
    assert_eq!(flags("resume").await, (true, false), "it has not got as far as the steps");
    run.record(&[Record::Settled(key("a"), Some(Passage::Unchanged))]).await.unwrap();
    assert_eq!((flags("resume").await, flags("note").await), ((true, true), (false, false)));
    // Another document under the same name failed for a reason that may pass.
    run.record(&[failed("resume", ErrorKind::Timeout)]).await.unwrap();
    assert_eq!(flags("resume").await, (false, false));
}

async fn a_record_belongs_to_the_item_that_made_it(state: &dyn State) {
    let run = begin(state, "one").await;
    let mut seen = receipt("7");
    seen.created_by_us = false;
    run.record(&[Record::Receipt(key("b"), seen), Record::Receipt(key("a"), receipt("7"))]).await.unwrap();
    let owner = async |id: &str| run.owner_of(&target(), key("a").data_type, &id.into()).await.unwrap();
    assert_eq!(owner("7").await, Some(key("a").item));
    assert_eq!(owner("8").await, None);
    // An item that gets another record no longer has the one before.
    run.record(&[Record::Receipt(key("a"), receipt("8"))]).await.unwrap();
    assert_eq!((owner("7").await, owner("8").await), (Some(key("b").item), Some(key("a").item)));
}

async fn one_letter_for_one_failure_however_often(state: &dyn State) {
    let run = begin(state, "one").await;
    run.record(&[Record::DeadLetter(Box::new(letter("a", "write", ErrorKind::Unavailable)))]).await.unwrap();
    let mut again = letter("a", "write", ErrorKind::Invalid);
    (again.at, again.run_id, again.retryable) = (at(50), "later".into(), false);
    let step = letter("a", "resume", ErrorKind::Invalid);
    run.record(&[Record::DeadLetter(Box::new(again)), Record::DeadLetter(Box::new(step))]).await.unwrap();
    let letters = state.history().dead_letters(&LetterFilter::default(), 0, 10).await.unwrap();
    assert_eq!(letters.len(), 2);
    let first = &letters[0];
    assert_eq!((first.letter.kind, first.letter.attempts), (ErrorKind::Invalid, 4));
    assert_eq!((first.first_at, first.letter.at), (at(5), at(50)));
    assert_eq!((first.letter.run_id.as_str(), first.letter.retryable), ("later", false));
    assert_eq!(first.letter.item, letter("a", "", ErrorKind::Invalid).item);
    let rest = state.history().dead_letters(&LetterFilter::default(), first.number, 10).await.unwrap();
    assert_eq!(rest.iter().map(|it| it.letter.step.as_str()).collect::<Vec<_>>(), ["resume"]);
}

async fn letters(state: &dyn State) -> Vec<(String, String)> {
    let letters = state.history().dead_letters(&LetterFilter::default(), 0, 100).await.unwrap();
    letters.into_iter().map(|it| (it.letter.key.to_string(), it.letter.step)).collect()
}

fn named(letters: &[(&str, &str)]) -> Vec<(String, String)> {
    letters.iter().map(|(key, step)| (format!("source/{key}"), (*step).to_owned())).collect()
}

async fn letters_go_when_what_they_are_about_is_delivered(state: &dyn State) {
    let run = begin(state, "one").await;
    let failed = |name, step| Record::DeadLetter(Box::new(letter(name, step, ErrorKind::Invalid)));
    run.record(&[failed("a", "format"), failed("a", "write"), failed("a", "resume"), failed("b", "write")])
        .await
        .unwrap();
    claimed(run.as_ref(), "a").await;
    run.record(&[Record::Settled(key("a"), None)]).await.unwrap();
    assert_eq!(letters(state).await, named(&[("a", "write"), ("a", "resume"), ("b", "write")]));
    claimed(run.as_ref(), "a").await;
    run.record(&[Record::Settled(key("a"), Some(Passage::Created))]).await.unwrap();
    assert_eq!(letters(state).await, named(&[("a", "resume"), ("b", "write")]));
    let step =
        KnownStep { name: "resume".into(), identity: "cv.pdf".into(), state: StepState::Sent, at: at(6) };
    run.record(&[Record::Step(key("a"), step)]).await.unwrap();
    assert_eq!(letters(state).await, named(&[("b", "write")]));
}

async fn letters_of_one_item_share_its_payload(state: &dyn State) {
    let run = begin(state, "one").await;
    let changed = Payload::of(&serde_json::json!({ "key": "a", "text": "changed" }));
    let first = letter("a", "resume", ErrorKind::Invalid).item;
    // Two steps fail; one of them fails again once the item has changed.
    for (step, item) in [("resume", &first), ("note", &first), ("note", &changed)] {
        let letter = DeadLetter { item: item.clone(), ..letter("a", step, ErrorKind::Invalid) };
        run.record(&[Record::DeadLetter(Box::new(letter))]).await.unwrap();
    }
    let held = async || {
        let letters = state.history().dead_letters(&LetterFilter::default(), 0, 10).await.unwrap();
        letters.into_iter().map(|it| (it.letter.step, it.letter.item)).collect::<Vec<_>>()
    };
    assert_eq!(held().await, [("resume".to_owned(), first), ("note".to_owned(), changed.clone())]);
    let resume =
        KnownStep { name: "resume".into(), identity: "cv.pdf".into(), state: StepState::Sent, at: at(6) };
    run.record(&[Record::Step(key("a"), resume)]).await.unwrap();
    assert_eq!(held().await, [("note".to_owned(), changed)]);
}

async fn a_letter_that_came_later_is_not_about_what_is_delivered(state: &dyn State) {
    let (run, other) = (begin(state, "one").await, begin(state, "two").await);
    let failed = |kind| Record::DeadLetter(Box::new(letter("a", "write", kind)));
    run.record(&[failed(ErrorKind::Timeout)]).await.unwrap();
    claimed(run.as_ref(), "a").await;
    other.record(&[failed(ErrorKind::Invalid)]).await.unwrap();
    run.record(&[Record::Settled(key("a"), Some(Passage::Created))]).await.unwrap();
    assert_eq!(letters(state).await, named(&[("a", "write")]));
    claimed(run.as_ref(), "a").await;
    run.record(&[Record::Settled(key("a"), Some(Passage::Created))]).await.unwrap();
    assert!(letters(state).await.is_empty());
}

async fn what_may_have_arrived_is_forgotten_with_its_letter(state: &dyn State) {
    let run = begin(state, "one").await;
    let step = Intent { key: key("a"), trace: IntentTrace::Step(step_trace("resume")) };
    claimed(run.as_ref(), "a").await;
    run.intend(&[intent("a", "ada@example.com"), step]).await.unwrap();
    let unknown = |step| Record::DeadLetter(Box::new(letter("a", step, ErrorKind::OutcomeUnknown)));
    run.record(&[unknown("write"), unknown("resume"), Record::Settled(key("a"), None)]).await.unwrap();
    assert_eq!(state.history().drop_dead_letters(&LetterFilter::default()).await.unwrap(), 2);
    assert_eq!(claimed(run.as_ref(), "a").await, Default::default());
}

async fn a_discarded_item_leaves_no_letter_but_where_it_may_have_arrived(state: &dyn State) {
    let run = begin(state, "one").await;
    for (name, kind) in [("a", ErrorKind::Invalid), ("b", ErrorKind::OutcomeUnknown)] {
        run.record(&[Record::DeadLetter(Box::new(letter(name, "write", kind)))]).await.unwrap();
        run.discard(&key(name)).await.unwrap();
        run.discard(&key(name)).await.unwrap();
    }
    assert_eq!(letters(state).await, named(&[("b", "write")]));
}

async fn a_letter_of_another_workflow_stays_until_something_is_delivered(state: &dyn State) {
    let run = begin(state, "one").await;
    for workflow_id in ["workflow", "other"] {
        let letter =
            DeadLetter { workflow_id: workflow_id.into(), ..letter("a", "write", ErrorKind::Invalid) };
        run.record(&[Record::DeadLetter(Box::new(letter))]).await.unwrap();
    }
    claimed(run.as_ref(), "a").await;
    let left = async || {
        let letters = state.history().dead_letters(&LetterFilter::default(), 0, 10).await.unwrap();
        letters.into_iter().map(|it| it.letter.workflow_id).collect::<Vec<_>>()
    };
    assert_eq!(run.open_letters(&key("a")).await.unwrap(), ["write"]);
    run.discard(&key("a")).await.unwrap();
    assert_eq!(left().await, ["other"]);
    for (passage, letters) in [(Passage::Unchanged, 1), (Passage::AlreadyThere, 1), (Passage::Updated, 0)] {
        claimed(run.as_ref(), "a").await;
        run.record(&[Record::Settled(key("a"), Some(passage))]).await.unwrap();
        assert_eq!(left().await.len(), letters, "{passage:?}");
    }
}

async fn letters_are_found_and_dropped_by_what_is_asked_for(state: &dyn State) {
    let run = begin(state, "one").await;
    for name in ["a", "b", "c"] {
        let mut letter = letter(name, "write", ErrorKind::Invalid);
        if name == "c" {
            (letter.workflow_id, letter.run_id) = ("other".into(), "last".into());
            letter.kind = ErrorKind::Timeout;
        }
        run.record(&[Record::DeadLetter(Box::new(letter))]).await.unwrap();
    }
    let history = state.history();
    let any = LetterFilter::default();
    let found = async |filter: LetterFilter| history.dead_letters(&filter, 0, 10).await.unwrap().len();
    assert_eq!(found(LetterFilter { key: Some("source/a".into()), ..any.clone() }).await, 1);
    assert_eq!(found(LetterFilter { key: Some("a".into()), ..any.clone() }).await, 1);
    assert_eq!(found(LetterFilter { key: Some("ource/a".into()), ..any.clone() }).await, 0);
    assert_eq!(found(LetterFilter { workflow_id: Some("workflow".into()), ..any.clone() }).await, 2);
    assert_eq!(found(LetterFilter { kind: Some(ErrorKind::Timeout), ..any.clone() }).await, 1);
    assert_eq!(found(LetterFilter { run_id: Some("last".into()), ..any.clone() }).await, 1);
    let both = LetterFilter { run_id: Some("last".into()), kind: Some(ErrorKind::Invalid), ..any.clone() };
    assert_eq!(history.drop_dead_letters(&both).await.unwrap(), 0);
    let one = LetterFilter { workflow_id: Some("workflow".into()), key: Some("a".into()), ..any.clone() };
    assert_eq!(history.drop_dead_letters(&one).await.unwrap(), 1);
    assert_eq!(letters(state).await, named(&[("b", "write"), ("c", "write")]));
    assert_eq!(history.drop_dead_letters(&any).await.unwrap(), 2);
}

async fn an_item_is_tried_again_in_its_last_form(state: &dyn State) {
    let run = begin(state, "one").await;
    let mut letters = [
        letter("a", "write", ErrorKind::Invalid),
        letter("a", "resume", ErrorKind::Timeout),
        letter("b", "write", ErrorKind::Invalid),
        letter("c", "write", ErrorKind::Timeout),
    ];
    letters[2].target.0 = "another target".into();
    letters[3].workflow_id = "another".into();
    for letter in letters {
        run.record(&[Record::DeadLetter(Box::new(letter))]).await.unwrap();
    }
    let history = state.history();
    let undelivered = async |kind, workflow: &str, after| {
        let workflow_id = Some(workflow.to_owned());
        let filter = LetterFilter { kind, workflow_id, ..LetterFilter::default() };
        let found = history.undelivered(&filter, &target(), after, 10).await.unwrap();
        found.into_iter().map(|it| (it.letter.key.to_string(), it.letter.step)).collect::<Vec<_>>()
    };
    assert_eq!(undelivered(None, "workflow", 0).await, named(&[("a", "resume")]));
    let invalid = undelivered(Some(ErrorKind::Invalid), "workflow", 0).await;
    assert_eq!(invalid, named(&[("a", "resume")]), "in its last form, whichever letter is meant");
    assert!(undelivered(Some(ErrorKind::NotFound), "workflow", 0).await.is_empty());
    assert!(undelivered(None, "workflow", 2).await.is_empty());
    assert_eq!(undelivered(None, "another", 0).await, named(&[("c", "write")]));
    let mut open = run.open_letters(&key("a")).await.unwrap();
    open.sort();
    assert_eq!(open, ["resume", "write"]);
}

async fn a_cursor_has_one_owner_and_stays(state: &dyn State) {
    let owner = state.begin_run(&info("one", true)).await.unwrap();
    let refused = state.begin_run(&info("two", true)).await.err().unwrap();
    assert_eq!(refused.kind(), ErrorKind::Unavailable);
    begin(state, "hooks may run at the same time").await;
    owner.save_cursor(&crate::support::target(), "then").await.unwrap();
    owner.save_cursor(&crate::support::target(), "here").await.unwrap();
    drop(owner);
    let next = state.begin_run(&info("two", true)).await.unwrap();
    let elsewhere = hrflow_core::TargetId("another account".into());
    assert_eq!(next.cursor(&elsewhere).await.unwrap(), None, "another account starts from the beginning");
    assert_eq!(next.cursor(&crate::support::target()).await.unwrap().as_deref(), Some("here"));
}

async fn a_run_is_remembered_with_its_result(state: &dyn State) {
    let history = state.history();
    assert!(state.last_result("workflow").await.unwrap().is_none());
    let run = begin(state, "run-1").await;
    assert_eq!(history.run("run-1").await.unwrap()[0].stage, RunStage::Running);
    let deliveries = Deliveries { created: 3, updated: 1, recovered: 0, unchanged: 5, existing: 2 };
    let result = RunResult { deliveries, ..result("run-1") };
    run.finish(&result).await.unwrap();
    drop(run);
    drop(begin(state, "run-2").await);
    let runs = history.runs(Some("workflow"), 10).await.unwrap();
    let stages: Vec<_> = runs.iter().map(|run| (run.run_id.as_str(), run.stage)).collect();
    assert_eq!(stages, [("run-2", RunStage::BrokenOff), ("run-1", RunStage::Finished)]);
    assert_eq!((&runs[1].result, runs[1].deliveries), (&Some(result.clone()), Some(deliveries)));
    assert_eq!((&runs[0].result, runs[0].deliveries), (&None, None));
    assert_eq!((runs[1].connector.as_str(), runs[1].started_at), ("connector", at(0)));
    assert_eq!(history.runs(None, 1).await.unwrap().len(), 1);
    assert!(history.runs(Some("another"), 10).await.unwrap().is_empty());
    assert_eq!(history.run("run-").await.unwrap().len(), 2);
    for number in 3..=22 {
        drop(begin(state, &format!("run-{number}")).await);
    }
    let found = history.run("run-").await.unwrap();
    assert_eq!((found.len(), found[0].run_id.as_str()), (20, "run-1"), "the oldest twenty");
    assert_eq!(state.last_result("workflow").await.unwrap(), Some(result));
}

async fn everything_about_one_item_is_told(state: &dyn State) {
    let run = begin(state, "one").await;
    let failed = Record::DeadLetter(Box::new(letter("a", "resume", ErrorKind::Invalid)));
    let step = Intent { key: key("a"), trace: IntentTrace::Step(step_trace("note")) };
    claimed(run.as_ref(), "a").await;
    run.record(&[Record::Receipt(key("a"), receipt("7")), failed]).await.unwrap();
    run.intend(&[step]).await.unwrap();
    run.record(&[Record::Settled(key("a"), Some(Passage::Created))]).await.unwrap();
    for _ in 0..2 {
        run.record(&[Record::Settled(key("a"), Some(Passage::Unchanged))]).await.unwrap();
    }
    claimed(run.as_ref(), "b").await;
    run.intend(&[intent("b", "bob@example.com")]).await.unwrap();
    let bob = Some(Identity::email("bob@example.com"));
    let delivered = StoredReceipt { identity: bob, ..receipt("8") };
    run.record(&[Record::Receipt(key("b"), delivered), Record::Settled(key("b"), None)]).await.unwrap();
    let history = state.history();
    let found = history.items("Bob@example.com").await.unwrap();
    assert_eq!(found.iter().map(|it| it.key.clone()).collect::<Vec<_>>(), [key("b").item], "delivered");
    let digest = key("a").item.short();
    for wanted in ["source/a", "a", "7", "Ada@example.com", &digest] {
        let found = history.items(wanted).await.unwrap();
        assert_eq!(found.len(), 1, "{wanted}");
        let item = &found[0];
        assert_eq!((&item.key, &item.target), (&key("a").item, &target()));
        assert_eq!(item.receipt, Some(receipt("7")));
        assert_eq!(item.unanswered, [("note".to_owned(), at(4))]);
        let passages: Vec<_> = item.passages.iter().map(|it| (it.step.as_str(), it.passage)).collect();
        assert_eq!(passages[..2], [("resume", Passage::Failed), ("write", Passage::Created)]);
        assert_eq!(
            passages[2..],
            [("write", Passage::Unchanged)],
            "the last of those that repeat themselves"
        );
        assert_eq!(item.passages[0].kind, Some(ErrorKind::Invalid));
        assert_eq!(item.passages[0].run_id, "one");
        assert_eq!(item.dead_letters.len(), 1);
    }
    assert!(history.items("nobody").await.unwrap().is_empty());
    assert!(history.items(&digest[..11]).await.unwrap().is_empty(), "a digest is given whole");
    // Part of an address is nobody's.
    assert!(history.items("da@example.com").await.unwrap().is_empty());
    let receipts = history.receipts(0, 1).await.unwrap();
    assert_eq!((receipts[0].key.clone(), receipts[0].receipt.clone()), (key("a").item, receipt("7")));
    let rest = history.receipts(receipts[0].number, 10).await.unwrap();
    assert_eq!(rest.iter().map(|it| it.key.clone()).collect::<Vec<_>>(), [key("b").item]);
}

async fn grants_are_kept_and_locked(state: &dyn State) {
    let grants = state.grants();
    assert!(grants.load("client").await.unwrap().is_none());
    for token in ["refresh-1", "refresh-2"] {
        grants.store("client", &Secret::new(token)).await.unwrap();
        assert_eq!(state.grants().load("client").await.unwrap().unwrap().expose(), token);
    }
    let lock = grants.lock("client").await.unwrap();
    let other = state.grants();
    let waiting = tokio::spawn(async move { other.lock("client").await.map(drop) });
    grants.lock("another").await.unwrap();
    assert!(!waiting.is_finished());
    drop(lock);
    waiting.await.unwrap().unwrap();
}
