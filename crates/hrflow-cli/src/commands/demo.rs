//! `hrflow demo`: fictional profiles pushed by every connector, and what became of each.

mod cast;
mod page;
mod stage;

use std::{sync::Arc, time::Instant};

use hrflow_core::{
    Connector, Environment, Events, JsonRun, RunResult, Status,
    state::{MemoryState, State},
};
use hrflow_sandbox::{Config, Sandbox};
use serde::Serialize;
use serde_json::{Value, json};

use self::{
    cast::{Fate, Person},
    stage::{Arrived, Demonstration},
};
use crate::{
    arguments::Demo,
    exit::{Exit, Failure},
    output,
};

/// The action that every connector is shown by.
const ACTION: &str = "push_profile";

pub(crate) async fn execute(arguments: &Demo) -> Result<Exit, Failure> {
    let (shows, missing) = show_all().await?;
    if arguments.json {
        missing.iter().for_each(|it| output::tell(&it.sentence()));
        output::print_json(&shows.iter().map(Line::of).collect::<Vec<_>>())?;
    } else {
        output::print(&page::text(&shows, &missing))?;
    }
    match shows.iter().flat_map(Show::surprises).collect::<Vec<_>>().join("\n") {
        surprises if surprises.is_empty() => Ok(Exit::Success),
        surprises => Err(Failure::fatal(surprises)),
    }
}

/// What one connector's part of the demo came to.
struct Show {
    connector: Connector,
    demonstration: &'static Demonstration,
    scenes: Vec<Scene>,
    events: Events,
    milliseconds: u128,
}

/// A connector that cannot be shown on this machine.
struct Missing {
    connector: Connector,
    why: String,
}

impl Missing {
    fn sentence(&self) -> String {
        format!("{} is not shown: {}.", self.connector.name, self.why.trim_end_matches('.'))
    }
}

/// One profile, what was to become of it, and what did.
struct Scene {
    person: Person,
    fate: Fate,
    /// Why it was refused.
    reason: Option<String>,
    /// The record that the vendor holds now.
    arrived: Option<Arrived>,
}

impl Show {
    /// What did not go as the demo means it to.
    fn surprises(&self) -> impl Iterator<Item = String> {
        let surprising = self.scenes.iter().filter(|scene| scene.fate != scene.person.fate);
        surprising.map(|scene| {
            let Scene { person, fate, reason, .. } = scene;
            let reason = reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
            let (name, met, meant) = (self.connector.name, fate.word(), person.fate.word());
            format!("{name}: {} was to be {meant}, but was {met}{reason}", person.name)
        })
    }
}

/// What programs are told of a connector.
#[derive(Serialize)]
struct Line {
    connector: &'static str,
    action: &'static str,
    status: Status,
    events: Events,
    milliseconds: u128,
}

impl Line {
    fn of(show: &Show) -> Self {
        let (status, _) = show.events.status(false);
        Self {
            connector: show.connector.id,
            action: ACTION,
            status,
            events: show.events,
            milliseconds: show.milliseconds,
        }
    }
}

async fn show_all() -> Result<(Vec<Show>, Vec<Missing>), Failure> {
    let (mut shows, mut missing) = (Vec::new(), Vec::new());
    for connector in hrflow_connectors::catalogue() {
        if let Some(demonstration) = stage::of(connector.id) {
            match show(connector, demonstration).await? {
                Ok(show) => shows.push(show),
                Err(it) => missing.push(it),
            }
        }
    }
    Ok((shows, missing))
}

/// Brings up the stand-ins, pushes one profile after the other as a hook would, and takes everything down again.
async fn show(
    connector: Connector,
    demonstration: &'static Demonstration,
) -> Result<Result<Show, Missing>, Failure> {
    let failed = |error| Failure::fatal(format!("cannot start the stand-ins: {error}"));
    let sandbox = Sandbox::start(Config::default()).await.map_err(failed)?;
    let people = cast::people(&sandbox, (demonstration.refused)(), demonstration.takes_addressless);
    let stand_in = match demonstration.set_up(&sandbox).await {
        Ok(stand_in) => stand_in,
        Err(why) => return Ok(Err(Missing { connector, why })),
    };
    let target_parameters = stand_in.target_parameters();
    // What was granted for the first push is there for the others.
    let state: Arc<dyn State> = Arc::new(MemoryState::new());
    let start = Instant::now();
    let mut show =
        Show { connector, demonstration, scenes: Vec::new(), events: Events::default(), milliseconds: 0 };
    for person in people {
        let result = push(&show.connector, &target_parameters, &state, &sandbox, &person).await?;
        let fate = Fate::of(&result.events);
        let arrived = stand_in.find(&sandbox, &person).await;
        let reason = result.failures.first().map(|failure| output::line(&failure.message).into_owned());
        show.events += result.events;
        show.scenes.push(Scene { person, fate, reason, arrived });
    }
    show.milliseconds = start.elapsed().as_millis();
    sandbox.stop().await;
    Ok(Ok(show))
}

async fn push(
    connector: &Connector,
    target_parameters: &Value,
    state: &Arc<dyn State>,
    sandbox: &Sandbox,
    person: &Person,
) -> Result<RunResult, Failure> {
    let Some(action) = connector.action(ACTION) else {
        return Err(Failure::fatal(format!("{} has no {ACTION}", connector.id)));
    };
    let run = JsonRun {
        connector: connector.id.to_owned(),
        workflow_id: "demo".to_owned(),
        origin_parameters: origin_parameters(sandbox, &person.key),
        target_parameters: target_parameters.clone(),
        // Résumés are on loopback too, and no vendor's pace has to be kept here.
        options: json!({ "allow_local_urls": true, "rate_limit": "off" }),
        environment: Environment { state: Some(state.clone()), ..Environment::default() },
        ..JsonRun::default()
    };
    Ok(action.run(run).await)
}

fn origin_parameters(sandbox: &Sandbox, profile_key: &str) -> Value {
    let credentials = sandbox.credentials().hrflow;
    json!({
        "api_secret": credentials.api_secret,
        "api_user": credentials.api_user,
        "source_key": credentials.source_key,
        "profile_key": profile_key,
        "api_url": sandbox.urls().hrflow,
    })
}
