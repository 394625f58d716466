//! Answers that never came, or that do not tell what was created: nothing is lost, nothing comes twice.

use connector_ukgpro::Candidates;
use hrflow_core::{
    ContentHash, ErrorKind, Found, OpenContext, Options, Status, Target, Trace,
    state::{MemoryState, State},
    testing::Reaction,
};
use serde_json::{Value, json};

use crate::vendor::*;

const READ: &str = "GET candidates/c-9";
const LIST: &str = "GET candidates";

/// Every way to lose the answer to a creation.
fn losses() -> Vec<Reaction> {
    let whole = json!({ "id": "c-9" }).to_string();
    vec![
        Reaction::answer(500, ""),
        Reaction::answer(503, "<html></html>"),
        Reaction::answer(504, ""),
        Reaction::reset_after_reading(),
        Reaction::close_after_reading(),
        Reaction::hang(),
        Reaction::truncated(5, 201, whole),
        Reaction::answer(201, ""),
        Reaction::answer(201, "{}"),
        Reaction::answer(201, r#"{"id": null}"#),
        Reaction::answer(200, "<html>maintenance</html>"),
    ]
}

fn found(more: Value) -> Reaction {
    json(200, candidate("c-9", more))
}

#[tokio::test]
async fn what_arrived_is_found_and_not_sent_again() {
    for loss in losses() {
        let what = format!("{loss:?}");
        let vendor = Vendor::new([no_match(), loss, somebody("c-9"), found(json!({}))]).await;
        let result = vendor.push(json!({}), json!({ "timeout": "1s" }), &[ada()]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{what}: {result:?}");
        assert_eq!(vendor.calls(), [LOOK_UP, CREATE, LOOK_UP, READ], "{what}");
    }
}

#[tokio::test]
async fn what_did_not_arrive_is_sent_again() {
    let again = [
        Reaction::answer(500, ""),
        Reaction::answer(503, ""),
        Reaction::reset_after_reading(),
        Reaction::close_after_reading(),
        Reaction::hang(),
        Reaction::truncated(5, 201, r#"{"id": "c-9"}"#),
    ];
    for loss in again {
        let what = format!("{loss:?}");
        // One look for what was lost, and one before creating again.
        let vendor = Vendor::new([no_match(), loss, no_match(), no_match(), created("c-9")]).await;
        let result = vendor.push(json!({}), json!({ "timeout": "1s" }), &[ada()]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{what}: {result:?}");
        assert_eq!(vendor.calls(), [LOOK_UP, CREATE, LOOK_UP, LOOK_UP, CREATE], "{what}");
    }
}

/// UKG Pro said that it created a candidate, and then nobody is there: sending it again is not for us to decide.
#[tokio::test]
async fn a_creation_without_an_id_that_nobody_finds_is_of_unknown_outcome() {
    for loss in
        [Reaction::answer(201, ""), Reaction::answer(201, "{}"), Reaction::answer(200, "<html></html>")]
    {
        let vendor = Vendor::new([no_match(), loss, no_match()]).await;
        let result = vendor.push(json!({}), json!({}), &[ada()]).await;
        let failure = &result.failures[0];
        assert_eq!((result.events.write_failure, failure.kind), (1, ErrorKind::OutcomeUnknown), "{result:?}");
        assert_eq!(vendor.calls(), [LOOK_UP, CREATE, LOOK_UP]);
    }
}

#[tokio::test]
async fn a_record_that_was_there_before_or_bears_another_name_is_somebody_elses() {
    let theirs = [
        json!({ "updated_at": ago(3_600), "created_at": ago(3_600) }),
        json!({ "updated_at": null, "created_at": ago(3_600) }),
        json!({ "updated_at": just_now(), "created_at": ago(3_600) }),
        json!({ "name": { "first": "Eve" } }),
    ];
    for theirs in theirs {
        let vendor =
            Vendor::new([no_match(), Reaction::answer(500, ""), somebody("c-9"), found(theirs.clone())])
                .await;
        let result = vendor.push(json!({}), json!({}), &[ada()]).await;
        assert_eq!(
            (result.status, result.events.write_duplicate),
            (Status::Success, 1),
            "{theirs}: {result:?}"
        );
        assert_eq!(vendor.calls(), [LOOK_UP, CREATE, LOOK_UP, READ]);
    }
}

#[tokio::test]
async fn the_time_that_a_candidate_was_given_tells_nothing() {
    // What is sent as the time of making comes back as the time of the record.
    let profile = ada_with(json!({ "created_at": "2020-01-01T00:00:00+0000" }));
    let ours = [
        json!({ "created_at": "2020-01-01T00:00:00Z", "updated_at": just_now() }),
        json!({ "created_at": "2020-01-01T00:00:00.000Z", "updated_at": null }),
        json!({ "created_at": null, "updated_at": null }),
        json!({ "name": [{ "first": " ADA", "last": "byron " }] }),
    ];
    for ours in ours {
        let vendor =
            Vendor::new([no_match(), Reaction::answer(500, ""), somebody("c-9"), found(ours.clone())]).await;
        let result = vendor.push(json!({}), json!({}), std::slice::from_ref(&profile)).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{ours}: {result:?}");
        vendor.calls();
    }
}

#[tokio::test]
async fn without_the_right_to_read_the_address_that_nobody_had_has_to_do() {
    let vendor =
        Vendor::new([no_match(), Reaction::answer(500, ""), somebody("c-9"), Reaction::answer(403, "")])
            .await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE, LOOK_UP, READ]);
}

/// The token names its scopes: without the one to read candidates, no candidate is requested.
#[tokio::test]
async fn a_token_that_cannot_read_makes_no_request_to_read() {
    let token = |scope: Value| {
        json(
            200,
            json!({ "access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600, "scope": scope }),
        )
    };
    let imports = "recruiting.domain.candidate-import.create recruiting.domain.candidate-import.read";
    let reads = format!("{imports} recruiting.domain.candidates.read");
    for (scope, calls) in [
        (json!(imports), vec![LOOK_UP, CREATE, LOOK_UP]),
        // A response without scopes grants the requested ones: the default are those for imports.
        (json!(null), vec![LOOK_UP, CREATE, LOOK_UP]),
        (json!(reads), vec![LOOK_UP, CREATE, LOOK_UP, READ]),
    ] {
        let vendor = Vendor::bare([token(scope.clone()), levels(), no_match()]).await;
        vendor.then([Reaction::answer(500, ""), somebody("c-9")]);
        if calls.len() == 4 {
            vendor.then([found(json!({}))]);
        }
        let result = vendor.push(json!({}), json!({}), &[ada()]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{scope}: {result:?}");
        assert_eq!(vendor.calls(), calls, "{scope}");
    }
    // Nor is there one for an email whose holder the lookup does not tell.
    let vendor = Vendor::bare([token(json!(imports)), levels(), no_match()]).await;
    vendor.then([Reaction::answer(500, ""), unclear()]);
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!(result.failures[0].kind, ErrorKind::OutcomeUnknown, "{result:?}");
    assert!(result.failures[0].message.contains("recruiting.domain.candidates.read"), "{result:?}");
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE, LOOK_UP]);
}

/// Whoever has appeared under the address since an old trace may have come by themselves.
#[tokio::test]
async fn an_old_trace_does_not_make_a_record_ours_unseen() {
    for (minutes, ours) in [(5, true), (50, true), (70, false), (60 * 24 * 7, false)] {
        let vendor = Vendor::new([no_match(), somebody("c-9"), Reaction::answer(403, "")]).await;
        let context = OpenContext {
            options: Options::default(),
            rate_limit: None,
            grants: MemoryState::new().grants(),
        };
        let writer = Candidates.open(vendor.parameters(json!({})), context).await.unwrap();
        let item = connector_ukgpro::format_hrflow_profile(&serde_json::from_value(ada()).unwrap()).unwrap();
        let trace = Trace {
            at: writer.now() - jiff::SignedDuration::from_mins(minutes),
            sent_until: None,
            hash: ContentHash::of(&item).unwrap(),
            identity: writer.identity(&item),
            details: writer.trace(&[&item]).await.unwrap().remove(0),
        };
        match writer.find(&trace).await.unwrap() {
            Found::Ours(ids) => assert!(ours && ids == ["c-9".into()], "{minutes}"),
            Found::CannotTell(why) => {
                assert!(!ours && why.contains("recruiting.domain.candidates.read"), "{why}")
            }
            other => panic!("{minutes}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_new_record_without_account_is_found_among_those_that_changed() {
    let others = json!([
        candidate("c-1", json!({ "contact_info": { "email": "x@example.com" } })),
        candidate("c-2", json!({ "contact_info": null })),
        candidate("c-9", json!({})),
    ]);
    let end = json(200, json!([]));
    let vendor =
        Vendor::new([no_match(), Reaction::reset_after_reading(), unclear(), json(200, others), end]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE, LOOK_UP, LIST, LIST]);
    let query = vendor.request(3).query;
    let (since, rest) = query.split_once('&').unwrap();
    let since = since.strip_prefix("updated_after=").unwrap().replace("%3A", ":");
    let since: jiff::Timestamp = since.parse().expect("a time");
    let ago = jiff::Timestamp::now().duration_since(since).as_secs();
    assert!((60..120).contains(&ago), "{query}");
    assert_eq!(rest, "per_page=100&page=1");
    assert_eq!(vendor.request(4).query.rsplit_once('&').unwrap().1, "page=2");
}

#[tokio::test]
async fn among_those_that_changed_another_name_is_somebody_elses() {
    let other = json(200, json!([candidate("c-7", json!({ "name": { "first": "Eve" } }))]));
    let vendor =
        Vendor::new([no_match(), Reaction::answer(500, ""), unclear(), other, json(200, json!([]))]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    vendor.calls();
}

#[tokio::test]
async fn what_nobody_can_place_is_of_unknown_outcome() {
    let empty = || json(200, json!([]));
    let scripts = [
        (vec![unclear(), empty(), empty()], "nobody who has it changed since"),
        (vec![unclear(), Reaction::answer(403, "")], "recruiting.domain.candidates.read"),
        (vec![Reaction::answer(400, "no")], "HTTP 400"),
    ];
    for (script, part) in scripts {
        let vendor = Vendor::new([no_match(), Reaction::answer(500, "")]).await;
        vendor.then(script);
        let result = vendor.push(json!({}), json!({}), &[ada()]).await;
        let failure = &result.failures[0];
        assert_eq!((result.events.write_failure, failure.kind), (1, ErrorKind::OutcomeUnknown), "{result:?}");
        assert!(failure.message.contains(part), "{}", failure.message);
        assert_eq!(vendor.calls().iter().filter(|it| *it == CREATE).count(), 1);
    }
}

/// A run may have ended between the trace and the receipt of somebody who was there before.
#[tokio::test]
async fn a_trace_of_what_was_never_sent_is_absent_without_another_look() {
    let vendor = Vendor::new([somebody("c-9"), unclear(), no_match(), no_match()]).await;
    let context =
        OpenContext { options: Options::default(), rate_limit: None, grants: MemoryState::new().grants() };
    let writer = Candidates.open(vendor.parameters(json!({})), context).await.unwrap();
    let item = connector_ukgpro::format_hrflow_profile(&serde_json::from_value(ada()).unwrap()).unwrap();
    let trace = async || {
        let details = writer.trace(&[&item]).await.unwrap().remove(0);
        Trace {
            at: writer.now(),
            sent_until: None,
            hash: ContentHash::of(&item).unwrap(),
            identity: writer.identity(&item),
            details,
        }
    };
    for _ in ["somebody", "unclear"] {
        assert_eq!(writer.find(&trace().await).await.unwrap(), Found::Absent);
    }
    assert_eq!(vendor.server.requests().len(), 4);
    assert_eq!(writer.find(&trace().await).await.unwrap(), Found::Absent);
    assert_eq!(vendor.calls(), [LOOK_UP, LOOK_UP, LOOK_UP, LOOK_UP]);
}

#[tokio::test]
async fn while_the_lookup_may_lag_absence_proves_nothing() {
    let vendor =
        Vendor::new([no_match(), Reaction::answer(500, ""), no_match(), somebody("c-9"), found(json!({}))])
            .await;
    let result = vendor.push(json!({ "lookup_lag": "100ms" }), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE, LOOK_UP, LOOK_UP, READ]);
}

/// What is there after a lost answer is perhaps ours, although the look-up right after it found nobody.
#[tokio::test]
async fn a_late_record_of_our_own_is_no_duplicate() {
    let lost = || Reaction::answer(500, "");
    let scripts = [
        (vec![somebody("c-9")], vec![LOOK_UP]),
        (vec![no_match(), taken()], vec![LOOK_UP, CREATE]),
        (vec![Reaction::answer(429, "").header("retry-after", "0"), somebody("c-9")], vec![LOOK_UP, LOOK_UP]),
    ];
    for (script, calls) in scripts {
        for (more, counts) in [(json!({}), (1, 0)), (json!({ "name": { "first": "Eve" } }), (0, 1))] {
            let vendor = Vendor::new([no_match(), lost(), no_match()]).await;
            vendor.then(script.clone());
            vendor.then([somebody("c-9"), found(more)]);
            let result = vendor.push(json!({}), json!({}), &[ada()]).await;
            let events = &result.events;
            assert_eq!((events.write_success, events.write_duplicate), counts, "{result:?}");
            let all = [&[LOOK_UP, CREATE, LOOK_UP], calls.as_slice(), &[LOOK_UP, READ]].concat();
            assert_eq!(vendor.calls(), all);
        }
    }
}
