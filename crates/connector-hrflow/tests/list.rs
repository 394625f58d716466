//! What goes over the wire when the profiles of a source are read, and what each answer means.

use connector_hrflow::{Profile, ProfileList, ProfileListParameters};
use futures::StreamExt;
use hrflow_core::{
    Error, ErrorKind, ItemStream, Options, Origin, ReadOrder, ReadRequest, Rejection, Result, Scope,
    parameters::{fields, read},
    testing::{Reaction, ScriptedServer},
};
use serde_json::{Value, json};

const KEY: &str = "ask_0123456789abcdef0123456789abcdef";
/// What every request for a page ends with, unless the test says otherwise.
const ORDER: &str = "order_by=desc&sort_by=updated_at";

fn parameters(api_url: &str, more: Value) -> ProfileListParameters {
    let mut parameters = json!({
        "api_secret": KEY, "api_user": " me@example.com ", "source_key": " 50u ", "api_url": api_url,
    });
    for (name, value) in more.as_object().cloned().unwrap_or_default() {
        parameters[name] = value;
    }
    read("origin_parameters", &parameters).expect("the parameters are good")
}

/// A profile that changed last in the minute of `time`, such as `09:30`.
fn profile(key: &str, time: &str) -> Value {
    json!({ "key": key, "updated_at": format!("2025-06-02T{time}:00+0000") })
}

fn profiles(keys: &[&str]) -> Vec<Value> {
    let times = keys.iter().enumerate().map(|(index, key)| (key, format!("09:{:02}", 59 - index)));
    times.map(|(key, time)| profile(key, &time)).collect()
}

/// A page of a list of `total`, in pages as long as this one unless `max_page` says otherwise.
fn page(entries: Vec<Value>, max_page: u64, total: u64) -> Reaction {
    let count = entries.len();
    let meta = json!({ "page": 1, "maxPage": max_page, "count": count, "total": total });
    Reaction::json(200, &json!({ "code": 200, "message": "Profiles list", "data": entries, "meta": meta }))
}

/// HrFlow.ai, and a read of its list.
struct Reading {
    server: ScriptedServer,
    parameters: Value,
    options: Value,
    read_from: Option<String>,
}

impl Reading {
    async fn of(script: impl IntoIterator<Item = Reaction>) -> Self {
        let server = ScriptedServer::start(script).await.expect("a port is free");
        Self { server, parameters: json!({}), options: json!({ "attempts": 2 }), read_from: None }
    }

    fn with(mut self, parameters: Value) -> Self {
        self.parameters = parameters;
        self
    }

    fn from(mut self, read_from: &str) -> Self {
        self.read_from = Some(read_from.to_owned());
        self
    }

    async fn open(&self) -> Result<ItemStream<Profile>> {
        let options: Options = read("options", &self.options).expect("the options are good");
        let request = ReadRequest { read_from: self.read_from.clone(), options };
        ProfileList.read(parameters(&self.server.base_url(), self.parameters.clone()), request).await
    }

    /// Everything that comes, an error by its kind.
    async fn all(&self) -> Vec<Result<String, ErrorKind>> {
        let items = self.open().await.expect("it can be read");
        items.map(|item| item.map(|it| it.key.unwrap()).map_err(|it| it.kind())).collect().await
    }

    /// The keys, where all goes well.
    async fn keys(&self) -> Vec<String> {
        self.all().await.into_iter().map(|item| item.expect("a profile")).collect()
    }

    async fn refused(&self) -> Error {
        let error = self.open().await.err().expect("an error");
        let told = format!("{error} {error:?}");
        assert!(!told.contains(KEY), "{told}");
        error
    }

    /// The pages that were asked for.
    fn pages(&self) -> Vec<u64> {
        assert_eq!(self.server.left(), 0, "not all was asked for");
        let number = |query: String| query.split("&page=").nth(1)?.split('&').next()?.parse().ok();
        self.server.requests().into_iter().map(|it| number(it.query).expect("a page is asked for")).collect()
    }
}

#[tokio::test]
async fn a_page_is_asked_for_newest_change_first() {
    let reading = Reading::of([page(profiles(&["a", "b"]), 1, 2)]).await;
    assert_eq!(reading.keys().await, ["a", "b"]);
    let [request] = &reading.server.requests()[..] else { panic!("one request") };
    assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/storing/profiles"));
    let expected = format!("source_keys=%5B%2250u%22%5D&return_profile=True&page=1&limit=30&{ORDER}");
    assert_eq!(request.query, expected);
    assert_eq!(request.header("x-api-key"), Some(KEY));
    assert_eq!(request.header("x-user-email"), Some("me@example.com"));
    assert_eq!(request.header("content-type"), None);
}

#[tokio::test]
async fn filters_go_along_under_hrflows_names() {
    let filters = json!({
        "name": " Ada & Co ", "key": "k", "reference": "R/1", "location_lat": 48.85, "location_lon": "2",
        "location_dist": 10, "created_at_min": "2025-01-31", "created_at_max": "2025-02-01T08:00:00+0000",
        "limit": 7,
    });
    let reading = Reading::of([page(Vec::new(), 1, 0)]).await.with(filters);
    assert_eq!(reading.keys().await, [""; 0]);
    let expected = format!(
        "source_keys=%5B%2250u%22%5D&name=Ada+%26+Co&key=k&reference=R%2F1&location_lat=48.85&location_lon=2\
         &location_dist=10&location_distance=10&created_at_min=2025-01-31\
         &created_at_max=2025-02-01T08%3A00%3A00%2B0000&return_profile=True&page=1&limit=7&{ORDER}"
    );
    assert_eq!(reading.server.requests()[0].query, expected);
}

#[tokio::test]
async fn a_profile_is_known_by_its_source_and_key() {
    let reading = Reading::of([page(
        vec![json!({ "key": "a", "new_member": 1 }), json!({ "key": "b", "source_key": "50u" })],
        1,
        2,
    )])
    .await;
    let items: Vec<Profile> = reading.open().await.unwrap().map(Result::unwrap).collect().await;
    let keys: Vec<String> = items.iter().map(|it| ProfileList.key(it).as_str().to_owned()).collect();
    assert_eq!(keys, ["50u/a", "50u/b"]);
    assert_eq!(items[0].extra["new_member"], 1);
}

#[tokio::test]
async fn a_profile_of_another_source_or_without_a_key_costs_only_itself() {
    let reading = Reading::of([page(
        vec![
            json!({ "key": "a", "source_key": "other" }),
            json!({ "key": "b", "source": { "key": "other" } }),
            json!({ "info": { "full_name": "Ada Byron" } }),
            json!({}),
            json!({ "key": "c" }),
            json!({ "key": null, "reference": "d" }),
        ],
        1,
        6,
    )])
    .await;
    let items: Vec<Result<Profile>> = reading.open().await.unwrap().collect().await;
    let told: Vec<String> = items
        .iter()
        .map(|it| {
            it.as_ref().map_or_else(|e| e.message().to_owned(), |it| ProfileList.key(it).as_str().to_owned())
        })
        .collect();
    let (other, nameless) = (
        "HrFlow.ai returned a profile of the source other, not of 50u",
        "HrFlow.ai lists a profile with neither key nor reference",
    );
    assert_eq!(told, [other, other, nameless, nameless, "50u/c", "50u/d"]);
}

/// A list that is none, and a server that ignores `page`: an error, and not a run without end.
#[tokio::test]
async fn what_is_no_list_and_pages_that_repeat_are_errors() {
    for data in [json!({ "profiles": [] }), json!(null), json!("x"), json!({ "0": { "key": "a" } })] {
        let body = json!({ "code": 200, "message": "Profiles list", "data": data });
        let error = Reading::of([Reaction::json(200, &body)]).await.refused().await;
        assert_eq!((error.kind(), error.vendor_message()), (ErrorKind::Protocol, Some("Profiles list")));
    }
    let body = json!({ "code": "400", "message": "Invalid source fields", "data": [] });
    assert_eq!(Reading::of([Reaction::json(200, &body)]).await.refused().await.kind(), ErrorKind::NotFound);
    for meta in
        [json!({ "maxPage": 2, "total": 4 }), json!({ "maxPage": 9, "total": 1 }), json!(null), json!([])]
    {
        let again = || Reaction::json(200, &json!({ "data": profiles(&["a", "b"]), "meta": meta }));
        let reading = Reading::of((0..11).map(|_| again())).await;
        let all = reading.all().await;
        assert_eq!(all, [Ok("a".to_owned()), Ok("b".to_owned()), Err(ErrorKind::Protocol)], "{meta}");
        assert_eq!(reading.pages(), (1..=11).collect::<Vec<_>>(), "{meta}");
    }
}

#[tokio::test]
async fn an_empty_list_is_read_in_one_request() {
    let meta = |meta: Value| Reaction::json(200, &json!({ "code": 200, "data": [], "meta": meta }));
    for answer in [
        page(Vec::new(), 0, 0),
        page(Vec::new(), 1, 0),
        meta(Value::Null),
        meta(json!([])),
        meta(json!({ "maxPage": null, "total": null })),
        Reaction::json(200, &json!({ "code": 200, "data": [] })),
    ] {
        let reading = Reading::of([answer]).await;
        assert_eq!(reading.all().await, []);
        assert_eq!(reading.pages(), [1]);
    }
}

#[tokio::test]
async fn pages_are_read_as_they_are_needed() {
    let reading = Reading::of([
        page(profiles(&["a", "b"]), 3, 5),
        page(vec![profile("c", "08:02"), profile("d", "08:01")], 3, 5),
        page(vec![profile("e", "07:00")], 3, 5),
    ])
    .await;
    let mut items = reading.open().await.unwrap();
    assert_eq!(reading.server.requests().len(), 1, "what keeps it from being read shows at once");
    assert_eq!(items.next().await.unwrap().unwrap().key.as_deref(), Some("a"));
    assert_eq!(reading.server.requests().len(), 1);
    let rest: Vec<_> = items.map(|item| item.unwrap().key.unwrap()).collect().await;
    assert_eq!(rest, ["b", "c", "d", "e"]);
    assert_eq!(reading.pages(), [1, 2, 3]);
}

#[tokio::test]
async fn without_numbers_it_ends_at_an_empty_page() {
    let bare = |entries: Vec<Value>| Reaction::json(200, &json!({ "data": entries }));
    let reading =
        Reading::of([bare(profiles(&["a", "b"])), bare(vec![profile("c", "08:00")]), bare(Vec::new())]).await;
    assert_eq!(reading.keys().await, ["a", "b", "c"]);
    assert_eq!(reading.pages(), [1, 2, 3]);
    // Numbers may come as text.
    let text = json!({ "data": profiles(&["a"]), "meta": { "maxPage": "1", "total": "1" } });
    assert_eq!(Reading::of([Reaction::json(200, &text)]).await.keys().await, ["a"]);
}

#[tokio::test]
async fn a_server_that_answers_fewer_than_asked_for_is_followed() {
    // It may count its pages in the size that it answers, or in the one that it was asked for.
    for max_page in [3, 1] {
        let reading = Reading::of([
            page(profiles(&["a", "b"]), max_page, 5),
            page(vec![profile("c", "08:02"), profile("d", "08:01")], max_page, 5),
            page(vec![profile("e", "07:00")], max_page, 5),
        ])
        .await
        .with(json!({ "limit": 1000 }));
        assert_eq!(reading.keys().await, ["a", "b", "c", "d", "e"]);
        assert_eq!(reading.pages(), [1, 2, 3]);
        assert!(reading.server.requests().iter().all(|it| it.query.contains("&limit=1000&")));
    }
}

#[tokio::test]
async fn a_server_that_refuses_so_many_is_explained() {
    let refusal = || {
        Reaction::json(400, &json!({ "code": 400, "message": "Invalid parameters. Invalid value: limit" }))
    };
    let error = Reading::of([refusal()]).await.with(json!({ "limit": 1000 })).refused().await;
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert_eq!(error.vendor_message(), Some("Invalid parameters. Invalid value: limit"));
    let told = error.to_string();
    assert!(
        told.contains("If it is 1000 profiles at once that it refuses, lower limit; 30 is its own"),
        "{told}"
    );
    let other = Reading::of([refusal()]).await.refused().await.to_string();
    assert!(!other.contains("lower limit"), "{other}");
}

#[tokio::test]
async fn what_was_pushed_down_is_not_handed_out_twice() {
    // One comes while the first page is used: "b" is met again, and the new one is looked for at the end.
    let reading = Reading::of([
        page(profiles(&["a", "b"]), 2, 4),
        page(vec![profile("b", "09:58"), profile("c", "08:02")], 3, 5),
        page(vec![profile("d", "08:01")], 3, 5),
        page(vec![profile("new", "10:00"), profile("a", "09:59")], 3, 5),
        page(vec![profile("b", "09:58"), profile("c", "08:02")], 3, 5),
    ])
    .await;
    assert_eq!(reading.keys().await, ["a", "b", "c", "d", "new"]);
    assert_eq!(reading.pages(), [1, 2, 3, 1, 2]);
}

#[tokio::test]
async fn one_that_really_changed_is_handed_out_again() {
    // "d" changes and moves to the top before it is reached; "a" changes after it was.
    let reading = Reading::of([
        page(profiles(&["a", "b"]), 2, 4),
        page(vec![profile("b", "09:58"), profile("c", "08:02")], 2, 4),
        page(vec![profile("a", "10:01"), profile("d", "10:00")], 2, 4),
        page(vec![profile("b", "09:58"), profile("c", "08:02")], 2, 4),
    ])
    .await;
    assert_eq!(reading.keys().await, ["a", "b", "c", "a", "d"]);
    assert_eq!(reading.pages(), [1, 2, 1, 2]);
}

#[tokio::test]
async fn from_a_position_what_changes_under_way_is_left_to_the_next_run() {
    let reading = Reading::of([
        page(profiles(&["a", "b"]), 2, 4),
        page(vec![profile("b", "09:58"), profile("c", "08:02")], 3, 5),
        page(vec![profile("d", "08:01")], 3, 5),
    ])
    .await
    .from("2020-01-01T00:00:00Z");
    assert_eq!(reading.keys().await, ["a", "b", "c", "d"]);
    assert_eq!(reading.pages(), [1, 2, 3]);
}

#[tokio::test]
async fn what_slipped_past_is_gone_back_for() {
    // "a" goes while the first page is used: "c" slips to the first page, and the list is shorter by one.
    let reading = Reading::of([
        page(profiles(&["a", "b"]), 3, 6),
        page(vec![profile("d", "08:01"), profile("e", "08:00")], 3, 5),
        page(vec![profile("b", "09:58"), profile("c", "08:02")], 3, 5),
        page(vec![profile("d", "08:01"), profile("e", "08:00")], 3, 5),
        page(vec![profile("f", "07:00")], 3, 5),
        // Something moved, so the top is looked at once more.
        page(vec![profile("b", "09:58"), profile("c", "08:02")], 3, 5),
    ])
    .await;
    assert_eq!(reading.keys().await, ["a", "b", "c", "d", "e", "f"]);
    assert_eq!(reading.pages(), [1, 2, 1, 2, 3, 1]);
}

#[tokio::test]
async fn a_last_page_that_vanished_is_gone_back_for() {
    let reading = Reading::of([
        page(profiles(&["a", "b"]), 2, 3),
        page(Vec::new(), 1, 2),
        page(vec![profile("b", "09:58"), profile("c", "08:02")], 1, 2),
    ])
    .await
    .from("2020-01-01T00:00:00Z");
    assert_eq!(reading.keys().await, ["a", "b", "c"]);
    assert_eq!(reading.pages(), [1, 2, 1]);
}

#[tokio::test]
async fn what_slipped_past_is_gone_back_for_before_an_older_one_ends_it() {
    let reading = Reading::of([
        page(profiles(&["a", "b"]), 2, 4),
        page(vec![profile("old", "01:00")], 2, 3),
        page(vec![profile("b", "09:58"), profile("c", "08:02")], 2, 3),
        page(vec![profile("old", "01:00")], 2, 3),
    ])
    .await
    .from("2025-06-02T08:00:00Z");
    assert_eq!(reading.keys().await, ["a", "b", "c"]);
    assert_eq!(reading.pages(), [1, 2, 1, 2]);
}

#[tokio::test]
async fn a_position_is_read_on_from_at_its_very_second() {
    let at = |key: &str, second: &str| json!({ "key": key, "updated_at": format!("2025-06-02T08:00:{second}+0000") });
    let answer = || {
        page(
            vec![at("a", "20"), at("b", "10"), at("c", "10"), at("d", "09"), at("e", "08"), at("f", "07")],
            9,
            50,
        )
    };
    for (read_from, lag, expected) in [
        ("2025-06-02T08:00:10Z", "0s", "abc"),
        ("2025-06-02T10:00:10+02:00", "0s", "abc"),
        ("2025-06-02T08:00:11Z", "0s", "a"),
        ("2025-06-02T08:00:21Z", "0s", ""),
        ("2025-06-02T08:00:10Z", "2s", "abcde"),
        ("2025-06-02", "0s", "abcdef"),
    ] {
        let script =
            if expected.len() == 6 { vec![answer(), page(Vec::new(), 9, 50)] } else { vec![answer()] };
        let reading = Reading::of(script).await.with(json!({ "lookup_lag": lag })).from(read_from);
        assert_eq!(reading.keys().await.concat(), expected, "{read_from}, {lag}");
    }
}

#[tokio::test]
async fn by_default_two_seconds_are_read_again() {
    let at = |key: &str, second: &str| json!({ "key": key, "updated_at": format!("2025-06-02T08:00:{second}+0000") });
    let answer = page(vec![at("a", "10"), at("b", "08"), at("c", "07")], 1, 3);
    let reading = Reading::of([answer]).await.from("2025-06-02T08:00:10Z");
    assert_eq!(reading.keys().await, ["a", "b"]);
}

#[tokio::test]
async fn a_position_that_is_no_time_is_told() {
    let reading = Reading::of([]).await.from("half past\neight");
    let error = reading.refused().await;
    let told = error.to_string();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(told.contains(r#"the position to read on from is no time: "half past\neight""#), "{told}");
    assert!(told.contains("Set read_from in the state to a time such as"), "{told}");
    assert!(reading.server.requests().is_empty());
}

#[test]
fn the_position_of_a_profile_is_its_last_change() {
    assert_eq!(ProfileList.incremental(), Some(ReadOrder::NewestFirst));
    let position = |updated_at: Value| {
        ProfileList
            .read_from(&serde_json::from_value(json!({ "key": "k", "updated_at": updated_at })).unwrap())
    };
    for updated_at in [
        json!("2025-06-02T08:00:10+0000"),
        json!(" 2025-06-02T08:00:10"),
        json!({ "iso8601": "2025-06-02T10:00:10+02:00" }),
    ] {
        assert_eq!(position(updated_at).unwrap().as_deref(), Some("2025-06-02T08:00:10Z"));
    }
    for updated_at in [Value::Null, json!(""), json!("yesterday"), json!(7)] {
        let error = position(updated_at).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.message().contains("updated_at"), "{error}");
    }
}

#[tokio::test]
async fn a_profile_without_a_readable_time_is_handed_out_and_ends_nothing() {
    let entries =
        vec![profile("a", "09:00"), json!({ "key": "b" }), profile("c", "08:00"), profile("d", "01:00")];
    let reading = Reading::of([page(entries, 1, 4)]).await.from("2025-06-02T08:00:00Z");
    assert_eq!(reading.keys().await, ["a", "b", "c"]);
}

#[tokio::test]
async fn a_bad_value_costs_its_profile_at_most() {
    let entries = [
        &br#"{"key": "a", "info": {"last_name": "A", "summary": "cut \ud83d"}}"#[..],
        br#"{"key": "b", "info": {"last_name": "B", "location": {"lat": NaN}}}"#,
        b"{\"key\": \"c\", \"source\": {\"key\": \"50u\"}, \"info\": {\"email\": \"c\xff@example.com\"}}",
        br#"{"key": "d\udc00", "info": {"last_name": "D"}}"#,
        b"{\"key\": \"e\", \"text\": \"a\x01b\", \"info\": {}}",
        br#"{"key": "f", "info": {"last_name": "F"}}"#,
    ];
    let body =
        [br#"{"code": 200, "data": ["#, &entries.join(&b", "[..])[..], br#"], "meta": {"maxPage": 1}}"#]
            .concat();
    let reading = Reading::of([Reaction::answer(200, body)]).await;
    let items: Vec<Profile> = reading.open().await.unwrap().map(Result::unwrap).collect().await;
    let keys: Vec<String> = items.iter().map(|it| ProfileList.key(it).as_str().to_owned()).collect();
    assert_eq!(keys, ["50u/a", "50u/b", "50u/c", "page 1, item 4", "50u/e", "50u/f"]);
    let told: Vec<String> = items
        .iter()
        .map(|it| match ProfileList.vet(it) {
            Err(Rejection::Unreadable(error)) => error.message().to_owned(),
            Err(Rejection::Empty(error)) => panic!("{error}"),
            Ok(()) => ProfileList.warnings(it).iter().map(ToString::to_string).collect(),
        })
        .collect();
    let expected = [
        "info.summary: Replaced half of a surrogate pair by U+FFFD",
        "info.location.lat: Replaced NaN, an infinity or a number that is too large by null",
        "info.email has bytes that are not UTF-8, and keys, emails and URLs are not repaired",
        "key has half of a surrogate pair, and keys, emails and URLs are not repaired",
        "text: Replaced a control character that is not escaped by U+FFFD",
        "",
    ];
    assert_eq!(told, expected);

    let broken = br#"{"code": 200, "data": [{"key": "a", "info": {"summary": "\ud83d"}}, {"key": "b""#;
    let error = Reading::of([Reaction::answer(200, &broken[..])]).await.refused().await;
    assert_eq!(error.kind(), ErrorKind::Protocol);
}

#[tokio::test]
async fn what_is_no_profile_costs_only_itself() {
    for broken in [json!(null), json!(7), json!("profile"), json!(["k"]), json!(true)] {
        // In the midst, in front, and at the very end: an error at the end would mean that the rest is missing.
        for position in 0..3 {
            let mut entries = profiles(&["a", "b"]);
            entries.insert(position, broken.clone());
            let reading = Reading::of([page(entries, 1, 3)]).await;
            let all = reading.all().await;
            let good: Vec<&str> = all.iter().flatten().map(String::as_str).collect();
            assert_eq!(good, ["a", "b"], "{broken} at {position}");
            let errors: Vec<ErrorKind> = all.iter().filter_map(|it| it.as_ref().err().copied()).collect();
            assert_eq!(errors, [ErrorKind::Protocol], "{broken} at {position}");
            assert!(all.last().unwrap().is_ok(), "{broken} at {position}");
        }
    }
    let nothing_else = Reading::of([page(vec![json!(7), json!(7)], 1, 2)]).await;
    assert_eq!(nothing_else.all().await, [Err(ErrorKind::Protocol)]);
}

#[tokio::test]
async fn what_is_no_profile_is_told_once_and_not_shown() {
    let reading = Reading::of([
        page(vec![json!("ada@example.com"), profile("a", "09:00")], 2, 4),
        page(vec![profile("c", "07:00")], 2, 3),
        page(vec![json!("ada@example.com"), profile("b", "08:00")], 2, 3),
        page(vec![profile("c", "07:00")], 2, 3),
    ])
    .await
    .from("2020-01-01");
    let all: Vec<Result<Profile>> = reading.open().await.unwrap().collect().await;
    let errors: Vec<String> =
        all.iter().filter_map(|it| it.as_ref().err().map(ToString::to_string)).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("HrFlow.ai returned text where a profile was expected"), "{errors:?}");
    assert!(!errors[0].contains("ada"), "{errors:?}");
}

#[tokio::test]
async fn a_page_that_fails_is_tried_again() {
    for loss in [
        Reaction::answer(503, "<html>"),
        Reaction::reset_after_reading(),
        Reaction::truncated(9, 200, r#"{"data": []}"#),
    ] {
        let reading =
            Reading::of([page(profiles(&["a", "b"]), 2, 3), loss, page(vec![profile("c", "08:02")], 2, 3)])
                .await;
        assert_eq!(reading.keys().await, ["a", "b", "c"]);
        assert_eq!(reading.pages(), [1, 2, 2]);
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_read_is_the_last_word() {
    for (answers, kind) in [
        (vec![Reaction::answer(500, ""), Reaction::answer(502, "")], ErrorKind::Unavailable),
        (vec![Reaction::json(200, &json!({ "code": 200 }))], ErrorKind::Protocol),
        (vec![Reaction::json(200, &json!({ "data": { "profiles": [] } }))], ErrorKind::Protocol),
        (vec![Reaction::answer(200, r#"{"data": [{"key""#)], ErrorKind::Protocol),
        (vec![Reaction::json(402, &json!({ "message": "Over quota" }))], ErrorKind::Forbidden),
    ] {
        let script = [vec![page(profiles(&["a", "b"]), 2, 3)], answers].concat();
        let reading = Reading::of(script).await;
        assert_eq!(reading.all().await, [Ok("a".to_owned()), Ok("b".to_owned()), Err(kind)]);
        assert_eq!(reading.server.left(), 0);
    }
}

#[tokio::test]
async fn what_cannot_be_read_at_all_shows_before_the_first_profile() {
    let refusal =
        |status, message: &str| Reaction::json(status, &json!({ "code": status, "message": message }));
    let unknown = "Invalid parameters. Unable to find object: source";
    let error = Reading::of([refusal(400, unknown)]).await.with(json!({ "limit": 500 })).refused().await;
    assert_eq!((error.kind(), error.message()), (ErrorKind::NotFound, "HrFlow.ai has no such source"));
    assert!(error.to_string().ends_with("Check source_key."), "{error}");

    let error =
        Reading::of([refusal(401, &format!("Unauthorized. Invalid secret key: {KEY} for permission: read"))])
            .await
            .refused()
            .await;
    assert_eq!((error.kind(), error.scope()), (ErrorKind::Unauthorized, Scope::Run));
    let error = Reading::of([refusal(401, "Unauthorized Access to source key: 50u")]).await.refused().await;
    assert!(error.message().contains("belongs to another HrFlow.ai account"), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_too_long_says_how_to_make_it_shorter() {
    // Announced is enough.
    let long = || Reaction::truncated(0, 200, vec![b' '; 17 * 1024 * 1024]);
    let answers = [long(), long()];
    let error = Reading::of(answers).await.refused().await;
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert!(error.to_string().ends_with("Lower limit, to ask for fewer profiles at once."), "{error}");
}

#[tokio::test]
async fn archived_profiles_are_left_out_unless_asked_for() {
    let archived = |key: &str, time: &str| {
        let mut profile = profile(key, time);
        profile["archived_at"] = "2025-06-01T00:00:00+0000".into();
        profile
    };
    let script = || {
        [
            page(vec![archived("a", "09:00"), profile("b", "08:00")], 2, 4),
            page(vec![archived("c", "07:00"), archived("d", "06:00")], 2, 4),
        ]
    };
    assert_eq!(Reading::of(script()).await.keys().await, ["b"]);
    let all = Reading::of(script()).await.with(json!({ "include_archived": true }));
    assert_eq!(all.keys().await, ["a", "b", "c", "d"]);
    // An archived one that is too old ends the reading like any other.
    let [first, _] = script();
    let reading = Reading::of([first]).await.from("2025-06-02T08:30:00Z");
    assert_eq!(reading.keys().await, [""; 0]);
}

#[tokio::test]
async fn a_check_asks_for_one_profile() {
    let check = async |answer: Reaction| {
        let server = ScriptedServer::start([answer]).await.unwrap();
        let parameters = parameters(&server.base_url(), json!({ "name": "Ada", "limit": 500 }));
        let found = ProfileList.check(parameters, &Options::default()).await;
        (found, server.requests()[0].query.clone())
    };
    let (found, query) = check(page(vec![json!({ "key": "a" })], 73, 73)).await;
    assert_eq!(found.unwrap(), ["the key may read the source; there are 73 profiles".into()]);
    let expected =
        format!("source_keys=%5B%2250u%22%5D&name=Ada&return_profile=False&page=1&limit=1&{ORDER}");
    assert_eq!(query, expected);
    let (found, _) = check(page(vec![json!({ "key": "a" })], 1, 1)).await;
    assert_eq!(found.unwrap(), ["the key may read the source; there is 1 profile".into()]);
    let (found, _) = check(Reaction::json(200, &json!({ "data": [] }))).await;
    assert_eq!(found.unwrap(), ["the key may read the source".into()]);
    let unknown = json!({ "code": 400, "message": "Invalid parameters. Unable to find object: source" });
    let (found, _) = check(Reaction::json(400, &unknown)).await;
    assert_eq!(found.unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn three_parameters_are_required() {
    let fields = fields::<ProfileListParameters>();
    let names: Vec<&str> = fields.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "api_secret",
            "api_user",
            "source_key",
            "name",
            "key",
            "reference",
            "location_lat",
            "location_lon",
            "location_dist",
            "created_at_min",
            "created_at_max",
            "limit",
            "include_archived",
            "lookup_lag",
            "api_url"
        ]
    );
    assert!(fields.iter().all(|it| it.required == (names[..3].contains(&it.name.as_str()))));
    assert!(fields.iter().all(|it| !it.description.is_empty() && it.secret == (it.name == "api_secret")));
    let default = |name: &str| fields.iter().find(|it| it.name == name).unwrap().default.clone();
    assert_eq!((default("limit"), default("include_archived")), (json!(30), json!(false)));
    assert_eq!(
        (default("lookup_lag"), default("api_url")),
        (json!("2s"), json!("https://api.hrflow.ai/v1/"))
    );
}

#[test]
fn faults_name_the_field_and_never_the_key() {
    let faults = |more: Value| {
        let mut all = json!({ "api_secret": KEY, "api_user": "u", "source_key": "s" });
        for (name, value) in more.as_object().cloned().unwrap_or_default() {
            all[name] = value;
        }
        let read = read::<ProfileListParameters>("origin_parameters", &all);
        read.err().map(|it| it.to_string()).unwrap_or_default()
    };
    for good in [
        json!({ "limit": "1000", "created_at_min": "2025-01-31", "created_at_max": "2025-01-31T08:00:00Z" }),
        json!({ "location_lat": -90, "location_lon": 180 }),
        json!({ "location_lat": "48.85", "location_lon": 2.35, "location_dist": 0 }),
        json!({ "name": null, "lookup_lag": "0s" }),
    ] {
        assert_eq!(faults(good), "");
    }
    for (more, part) in [
        (json!({ "api_secret": " " }), "origin_parameters.api_secret: expected text that is not blank"),
        (json!({ "source_key": " " }), "origin_parameters.source_key"),
        (json!({ "profile_key": "p" }), "origin_parameters.profile_key: unknown"),
        (
            json!({ "name": " " }),
            "origin_parameters.name: expected text that is not blank, came \" \"; leave it out",
        ),
        (json!({ "reference": "" }), "origin_parameters.reference"),
        (json!({ "limit": 0 }), "origin_parameters.limit: expected a whole number from 1 to 1000, came 0"),
        (json!({ "limit": 1001 }), "origin_parameters.limit"),
        (
            json!({ "location_lat": 91, "location_lon": 0 }),
            "origin_parameters.location_lat: expected a number from -90 to 90",
        ),
        (json!({ "location_lat": 1 }), "origin_parameters.location_lat: needs location_lon"),
        (json!({ "location_lon": 1 }), "origin_parameters.location_lon: needs location_lat"),
        (
            json!({ "location_dist": 1 }),
            "origin_parameters.location_dist: needs location_lat and location_lon",
        ),
        (
            json!({ "created_at_min": "soon" }),
            "origin_parameters.created_at_min: expected a date such as 2025-01-31, or a time such as \
             2025-01-31T08:00:00Z, came \"soon\"",
        ),
        (
            json!({ "created_at_min": "2025-02-01", "created_at_max": "2025-01-31T23:00:00Z" }),
            "origin_parameters.created_at_min: is after created_at_max",
        ),
        (json!({ "lookup_lag": "soon" }), "origin_parameters.lookup_lag: expected a duration"),
        (
            json!({ "api_url": "http://api.hrflow.ai/v1/" }),
            "origin_parameters.api_url: expected an https URL",
        ),
    ] {
        let faults = faults(more);
        assert!(faults.contains(part) && !faults.contains(KEY), "{faults}\nlacks {part}");
    }
}
