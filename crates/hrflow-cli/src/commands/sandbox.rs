//! `hrflow sandbox`.

mod files;
mod profiles;
mod summary;
pub(crate) mod workflow;

use hrflow_core::CancellationToken;
use hrflow_sandbox::{Config, Credentials, Ports, Sandbox, Urls};
use serde::Serialize;

use crate::{
    arguments::Sandbox as Arguments,
    exit::{Exit, Failure},
    output,
    signals::Stop,
};

/// Seed of the invented profiles: each sandbox has the same.
const SEED: u64 = 1;

pub(crate) async fn execute(arguments: &Arguments, stop: &Stop) -> Result<Exit, Failure> {
    let stopped = CancellationToken::new();
    stop.settle_first(stopped.clone(), "");
    // An edited file is found before anything listens.
    if let Some(path) = &arguments.profiles {
        profiles::ensure_unedited(path).await?;
    }
    if let Some(path) = &arguments.workflow {
        files::ensure_free(path, workflow::is_unedited)?;
    }
    let sandbox = start(arguments).await?;
    let workflow = workflow::text(&sandbox);
    sandbox.fill(arguments.generate, SEED);

    // A script may wait for these files, or for what is printed once they are there.
    if let Some(path) = &arguments.profiles {
        files::write(path, &profiles::lines(&sandbox))?;
    }
    if let Some(path) = &arguments.workflow {
        files::write(path, &workflow)?;
    }
    let text = if arguments.json { line(&sandbox)? } else { summary::text(&sandbox, &workflow, arguments) };
    output::print(&text)?;
    stopped.cancelled().await;
    sandbox.stop().await;
    Ok(Exit::Success)
}

async fn start(arguments: &Arguments) -> Result<Sandbox, Failure> {
    let ports = Ports {
        hrflow: arguments.hrflow_port,
        teamtailor: arguments.teamtailor_port,
        jobadder: arguments.jobadder_port,
        jobadder_identity: arguments.jobadder_identity_port,
        ukgpro: arguments.ukgpro_port,
        ukgpro_identity: arguments.ukgpro_identity_port,
        ceipal: arguments.ceipal_port,
        files: arguments.files_port,
        control: arguments.control_port,
    };
    Sandbox::start(Config { ports, ..Config::default() })
        .await
        .map_err(|error| Failure::fatal(format!("cannot start the sandbox: {error}")))
}

/// What programs are told.
fn line(sandbox: &Sandbox) -> Result<String, Failure> {
    #[derive(Serialize)]
    struct Line {
        #[serde(flatten)]
        urls: Urls,
        credentials: Credentials,
    }
    let line = Line { urls: sandbox.urls(), credentials: sandbox.credentials() };
    let json = serde_json::to_string(&line).map_err(|error| Failure::fatal(error.to_string()))?;
    Ok(format!("{json}\n"))
}
