//! Repeated incremental runs over a source of HrFlow.ai, while profiles are added, changed and removed.

use std::{sync::Arc, time::Duration};

use connector_hrflow::{Profile, ProfileList, ProfileListParameters};
use futures::StreamExt;
use hrflow_connectors::teamtailor;
use hrflow_core::{
    AnyAction, Environment, ErrorKind, ItemStream, JsonRun, Options, Origin, ReadRequest, RunResult, Status,
    parameters::read,
    result::Reason,
    state::{MemoryState, RunInfo, State},
};
use hrflow_e2e::{people::profile, run::written};
use hrflow_sandbox::{Config, Fault, FaultBody, Rule, Sandbox, Vendor, hrflow::OverCap};
use serde_json::{Value, json};

const LIST: &str = "profiles.list";
const WORKFLOW: &str = "source-to-teamtailor";

/// HrFlow.ai, Teamtailor, and the state of a workflow that runs repeatedly.
struct World {
    sandbox: Sandbox,
    state: MemoryState,
    parameters: Value,
}

impl World {
    /// Starts with the profiles `p0`, `p1`, … in the source, each changed one minute after the previous one.
    async fn with_people(count: usize) -> Self {
        let mut config = Config { seeded: false, ..Config::default() };
        config.teamtailor.rate_limit = None;
        let sandbox = Sandbox::start(config).await.expect("the sandbox finds free ports");
        sandbox.clock().set("2025-06-02T08:00:00Z".parse().unwrap());
        let world = Self {
            sandbox,
            state: MemoryState::new(),
            parameters: json!({ "limit": 2, "lookup_lag": "0s" }),
        };
        for index in 0..count {
            world.comes(&format!("p{index}"));
            world.sandbox.clock().advance(Duration::from_secs(60));
        }
        world
    }

    /// Adds origin parameters.
    fn reading(mut self, parameters: Value) -> Self {
        for (name, value) in parameters.as_object().cloned().unwrap_or_default() {
            self.parameters[name] = value;
        }
        self
    }

    fn comes(&self, key: &str) {
        let mut profile = profile(key, "Ada", &format!("Example-{key}"));
        profile["source_key"] = self.sandbox.credentials().hrflow.source_key.into();
        self.sandbox.hrflow().put_profile(profile);
    }

    /// Changes a profile's last name.
    fn changes(&self, key: &str, last_name: &str) {
        let changes = json!({ "info": { "last_name": last_name, "full_name": format!("Ada {last_name}") } });
        assert!(self.sandbox.hrflow().change_profile(key, changes), "{key} is not there");
    }

    /// Returns when a profile changed last, in HrFlow.ai's format.
    fn last_change(&self, key: &str) -> String {
        let profile = self.sandbox.hrflow().profile(key).expect("it is there");
        profile["updated_at"].as_str().expect("a time").to_owned()
    }

    fn goes(&self, key: &str) {
        assert!(self.sandbox.hrflow().remove(key), "{key} is not there");
    }

    fn minute_passes(&self) {
        self.sandbox.clock().advance(Duration::from_secs(60));
    }

    fn origin_parameters(&self) -> Value {
        let credentials = self.sandbox.credentials().hrflow;
        let mut parameters = self.parameters.clone();
        for (name, value) in [
            ("api_secret", credentials.read_secret),
            ("api_user", credentials.api_user),
            ("source_key", credentials.source_key),
            ("api_url", self.sandbox.urls().hrflow),
        ] {
            parameters[name] = value.into();
        }
        parameters
    }

    fn options() -> Value {
        json!({ "rate_limit": "off", "allow_local_urls": true, "on_existing": "update", "attempts": 3 })
    }

    /// Runs incrementally, and checks that the counts add up.
    async fn run(&self) -> RunResult {
        let credentials = self.sandbox.credentials().teamtailor;
        let run = JsonRun {
            connector: "teamtailor".to_owned(),
            workflow_id: WORKFLOW.to_owned(),
            action_parameters: json!({ "read_mode": "incremental" }),
            origin_parameters: self.origin_parameters(),
            target_parameters: json!({
                "Authorization": credentials.key, "X_Api_Version": credentials.api_version,
                "api_url": self.sandbox.urls().teamtailor,
            }),
            options: Self::options(),
            environment: Environment { state: Some(Arc::new(self.state.clone())), ..Environment::default() },
            ..JsonRun::default()
        };
        let result = AnyAction::run(&teamtailor::push_profile_list(), run).await;
        assert_eq!(result.events.settled(), result.events.read_success, "{result:#?}");
        result
    }

    /// Runs successfully, and returns how many items were read, created or changed, and already existing.
    async fn succeeds(&self) -> (u64, u64, u64) {
        let result = self.run().await;
        assert_eq!(result.status, Status::Success, "{result:#?}");
        let (written, there, _) = written(&result);
        (result.events.read_success, written, there)
    }

    /// Returns the last names at Teamtailor.
    fn held(&self) -> Vec<String> {
        let candidates = self.sandbox.teamtailor().candidates();
        let names = candidates.iter().map(|it| it.attributes["last-name"].as_str().unwrap().to_owned());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    /// Returns the number of requests for an operation so far.
    fn requests(&self, operation: &str) -> usize {
        self.sandbox.journal().of(operation).len()
    }

    /// Reads only the list, for reading profile by profile.
    async fn read(&self, read_from: Option<&str>) -> hrflow_core::Result<ItemStream<Profile>> {
        let parameters: ProfileListParameters =
            read("origin_parameters", &self.origin_parameters()).expect("the parameters are good");
        let options: Options = read("options", &Self::options()).expect("the options are good");
        ProfileList.read(parameters, ReadRequest { read_from: read_from.map(str::to_owned), options }).await
    }
}

/// Returns the next profile's key.
async fn next(items: &mut ItemStream<Profile>) -> Option<String> {
    items.next().await.map(|item| item.expect("a profile").key.expect("it has a key"))
}

async fn rest(mut items: ItemStream<Profile>) -> Vec<String> {
    let mut keys = Vec::new();
    while let Some(key) = next(&mut items).await {
        keys.push(key);
    }
    keys
}

#[tokio::test]
async fn what_is_new_or_changed_is_delivered_once() {
    let world = World::with_people(5).await;
    let first = world.run().await;
    assert_eq!((written(&first), first.status), ((5, 0, 0), Status::Success), "{first:#?}");
    assert_eq!(first.read_from.map(|it| it.replace('Z', "+0000")), Some(world.last_change("p4")));
    assert_eq!(world.requests(LIST), 3, "three pages of two");

    // Without changes, the newest profile is read again, and nothing is sent.
    let writes = world.requests("candidates.create") + world.requests("candidates.update");
    assert_eq!(world.succeeds().await, (1, 0, 1));
    assert_eq!(world.requests(LIST), 4);
    assert_eq!(world.requests("candidates.create") + world.requests("candidates.update"), writes);

    world.changes("p1", "Changed");
    world.minute_passes();
    world.comes("p5");
    // The two new profiles, and the newest of the previous run.
    assert_eq!(world.succeeds().await, (3, 2, 1));
    assert_eq!(
        world.held(),
        ["Changed", "Example-p0", "Example-p2", "Example-p3", "Example-p4", "Example-p5"]
    );
    assert_eq!(world.succeeds().await, (1, 0, 1));
    assert_eq!((world.requests("candidates.create"), world.held().len()), (6, 6));
}

#[tokio::test]
async fn who_comes_in_the_same_second_is_not_missed() {
    let world = World::with_people(2).await;
    assert_eq!(world.succeeds().await, (2, 2, 0));
    // Simulates profiles that were written just after the list was read.
    let source = world.sandbox.credentials().hrflow.source_key;
    for key in ["a", "z"] {
        let mut twin = profile(key, "Ada", &format!("Example-{key}"));
        (twin["source_key"], twin["updated_at"]) =
            (source.as_str().into(), "2025-06-02T08:01:00+0000".into());
        world.sandbox.hrflow().put_profile(twin);
    }
    assert_eq!(world.succeeds().await, (3, 2, 1));
    assert_eq!(world.held(), ["Example-a", "Example-p0", "Example-p1", "Example-z"]);
}

#[tokio::test]
async fn who_shows_late_is_found_as_far_back_as_the_list_may_lag() {
    let lagging = async |lookup_lag: &str| {
        let world = World::with_people(2).await.reading(json!({ "lookup_lag": lookup_lag }));
        world.sandbox.hrflow().switch(|switches| switches.lookup_lag = 60_000);
        world.comes("late");
        world.sandbox.clock().advance(Duration::from_secs(2));
        // A change is shown immediately.
        world.changes("p0", "Changed");
        assert_eq!(world.succeeds().await, (2, 2, 0));
        world.minute_passes();
        world.succeeds().await
    };
    assert_eq!(lagging("60s").await, (2, 1, 1));
    assert_eq!(lagging("0s").await, (1, 0, 1), "who does not say so misses it");
}

#[tokio::test]
async fn archived_profiles_have_left_the_source() {
    let world = World::with_people(3).await;
    let archive = json!({ "archived_at": "2025-06-02T09:00:00+0000" });
    world.sandbox.hrflow().change_profile("p1", archive);
    assert_eq!(world.succeeds().await, (2, 2, 0));
    assert_eq!(world.held(), ["Example-p0", "Example-p2"]);
    world.minute_passes();
    world.sandbox.hrflow().change_profile("p1", json!({ "archived_at": null }));
    assert_eq!(world.succeeds().await, (2, 1, 1), "who comes back is new");
    assert_eq!(world.held(), ["Example-p0", "Example-p1", "Example-p2"]);
}

#[tokio::test]
async fn a_list_that_breaks_off_is_read_again_from_its_start() {
    let world = World::with_people(5).await;
    let broken = Fault::Status { code: 503, body: FaultBody::Html, executed: false };
    // All attempts of the second page.
    world.sandbox.faults().set(vec![Rule::new(Vendor::Hrflow, LIST, broken).nth([2, 3, 4])]);
    let result = world.run().await;
    assert_eq!((result.status, result.read_from), (Status::SuccessWithFailures, None));
    assert_eq!((result.events.read_success, result.events.read_failure), (2, 1));
    assert_eq!(world.succeeds().await, (5, 3, 2));
    assert_eq!((world.requests("candidates.create"), world.held().len()), (5, 5));
}

#[tokio::test]
async fn trouble_on_the_way_and_people_who_come_and_go_lose_and_double_nobody() {
    let world = World::with_people(30).await.reading(json!({ "limit": 3 }));
    let status = |code| Fault::Status { code, body: FaultBody::Html, executed: false };
    let faults = [status(500), status(503), Fault::ResetAfter, Fault::TruncatedBody, Fault::ResetBefore];
    let rules = faults.into_iter().map(|fault| Rule::new(Vendor::Hrflow, LIST, fault).probability(0.06));
    world.sandbox.faults().set_seed(7);
    world.sandbox.faults().set(rules.collect());
    let (result, ()) = tokio::join!(world.run(), async {
        for index in 0..10 {
            tokio::time::sleep(Duration::from_millis(30)).await;
            world.minute_passes();
            world.comes(&format!("q{index}"));
            world.changes(&format!("p{}", 2 * index), "Changed");
            world.goes(&format!("p{}", 29 - index));
        }
    });
    assert_ne!(result.status, Status::Fatal, "{result:#?}");
    // After all changes, an uninterrupted run finds the rest.
    world.sandbox.faults().clear();
    world.succeeds().await;
    let held = world.held();
    let stayed = (0..20).filter(|index| index % 2 == 1).map(|index| format!("Example-p{index}"));
    for name in stayed.chain((0..10).map(|index| format!("Example-q{index}"))) {
        assert_eq!(held.iter().filter(|it| **it == name).count(), 1, "{name} in {held:?}");
    }
    assert_eq!(held.iter().filter(|it| *it == "Changed").count(), 10, "{held:?}");
    let emails =
        world.sandbox.teamtailor().candidates().into_iter().map(|it| it.attributes["email"].to_string());
    let emails: std::collections::HashSet<String> = emails.collect();
    assert_eq!(emails.len(), held.len(), "nobody is there twice");
}

#[tokio::test]
async fn who_goes_while_the_list_is_read_makes_nobody_slip_past() {
    let world = World::with_people(6).await;
    let mut items = world.read(None).await.unwrap();
    assert_eq!(next(&mut items).await.as_deref(), Some("p5"));
    world.goes("p5");
    world.goes("p4");
    // The first page was read before they were removed.
    assert_eq!(rest(items).await, ["p4", "p3", "p2", "p1", "p0"]);
}

#[tokio::test]
async fn who_comes_or_changes_while_the_list_is_read_is_met_once_as_they_are_now() {
    let world = World::with_people(6).await;
    let mut items = world.read(None).await.unwrap();
    assert_eq!(next(&mut items).await.as_deref(), Some("p5"));
    world.comes("new");
    world.changes("p0", "Changed");
    world.changes("p5", "Changed");
    let rest: Vec<Profile> = items.map(|item| item.unwrap()).collect().await;
    let keys: Vec<&str> = rest.iter().filter_map(|it| it.key.as_deref()).collect();
    let stayed = keys.iter().copied().filter(|key| ["p4", "p3", "p2", "p1"].contains(key));
    assert_eq!(stayed.collect::<Vec<_>>(), ["p4", "p3", "p2", "p1"], "what stays comes once, in its order");
    let moved = keys.iter().copied().filter(|key| ["new", "p0", "p5"].contains(key));
    assert_eq!((moved.count(), keys.len()), (3, 7), "what moves comes once more: {keys:?}");
    let changed = rest.iter().filter(|it| it.info.last_name.as_deref() == Some("Changed"));
    assert_eq!(changed.count(), 2);
}

#[tokio::test]
async fn a_large_page_is_clamped_or_refused() {
    let world = World::with_people(0).await.reading(json!({ "limit": 1000 }));
    world.sandbox.fill(250, 7);
    assert_eq!(rest(world.read(None).await.unwrap()).await.len(), 250);
    assert_eq!(world.requests(LIST), 3, "the stand-in answers a hundred at once");

    world.sandbox.hrflow().switch(|switches| switches.over_cap = OverCap::Refuse);
    let result = world.run().await;
    assert_eq!((result.status, result.reason), (Status::Fatal, Reason::ReadFailure));
    let failure = &result.failures[0];
    assert_eq!((failure.step.as_str(), failure.kind), ("read", ErrorKind::Invalid));
    assert!(failure.message.contains("lower limit"), "{}", failure.message);
}

#[tokio::test]
async fn a_position_that_somebody_has_spoiled_is_told() {
    let world = World::with_people(1).await;
    world.succeeds().await;
    let info = RunInfo {
        run_id: "somebody".to_owned(),
        workflow_id: WORKFLOW.to_owned(),
        connector: "teamtailor".to_owned(),
        action: "push_profile_list".to_owned(),
        started_at: "2025-06-02T08:00:00Z".parse().unwrap(),
        cursor: true,
    };
    let target = world.state.history().receipts(0, 1).await.unwrap().remove(0).target;
    world.state.begin_run(&info).await.unwrap().save_cursor(&target, "last Tuesday").await.unwrap();
    let result = world.run().await;
    assert_eq!((result.status, result.reason), (Status::Fatal, Reason::ReadFailure));
    assert!(result.failures[0].message.contains("is no time: \"last Tuesday\""), "{result:#?}");
}

#[tokio::test]
async fn an_empty_source_is_a_success() {
    for empty_max_page in [0, 1] {
        let world = World::with_people(0).await;
        world.sandbox.hrflow().switch(|switches| switches.empty_max_page = empty_max_page);
        assert_eq!(world.succeeds().await, (0, 0, 0));
        world.comes("first");
        assert_eq!(world.succeeds().await, (1, 1, 0));
    }
}
