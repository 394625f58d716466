//! `hrflow sandbox`.

mod files;
mod summary;
pub(crate) mod workflow;

use hrflow_sandbox::{Config, Credentials, Ports, Sandbox, Urls};
use serde::Serialize;

use crate::{
    arguments::Sandbox as Arguments,
    exit::{Exit, Failure},
    output,
};

/// Seed of the invented profiles: everybody gets the same.
const SEED: u64 = 1;

pub(crate) async fn execute(arguments: &Arguments) -> Result<Exit, Failure> {
    let mut signals = super::listen()?;
    let sandbox = start(arguments).await?;
    let workflow = workflow::text(&sandbox);
    sandbox.fill(arguments.generate, SEED);

    // A script may wait for these files, or for what is printed once they are there.
    if let Some(path) = &arguments.profiles {
        let source_key = sandbox.credentials().hrflow.source_key;
        let lines = files::lines(&sandbox.hrflow().profiles());
        files::write(path, &lines, |text| files::are_of(&source_key, text))?;
    }
    if let Some(path) = &arguments.workflow {
        files::write(path, &workflow, workflow::is_ours)?;
    }
    let text = if arguments.json { line(&sandbox)? } else { summary::text(&sandbox, &workflow, arguments) };
    output::print(&text)?;
    signals.next().await;
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
