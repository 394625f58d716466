//! `hrflow sandbox`.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use hrflow_sandbox::{Config, Credentials, Ports, Sandbox, Urls};
use serde::Serialize;
use serde_json::Value;

use crate::{
    arguments::Sandbox as Arguments,
    exit::{Exit, Failure},
    output,
};

/// Seed of the invented profiles: everybody gets the same.
const SEED: u64 = 1;

pub(crate) async fn execute(arguments: &Arguments) -> Result<Exit, Failure> {
    let mut signals = super::listen()?;
    let ports = Ports {
        hrflow: arguments.hrflow_port,
        teamtailor: arguments.teamtailor_port,
        files: arguments.files_port,
        control: arguments.control_port,
    };
    let sandbox = Sandbox::start(Config { ports, ..Config::default() })
        .await
        .map_err(|error| Failure::fatal(format!("cannot start the sandbox: {error}")))?;
    let example = workflow(&sandbox);
    sandbox.fill(arguments.generate, SEED);
    if let Some(path) = &arguments.profiles {
        save(path, &sandbox.hrflow().profiles())
            .map_err(|error| Failure::fatal(format!("cannot write {}: {error}", path.display())))?;
    }
    let text = if arguments.json {
        line(&sandbox)?
    } else {
        summary(&sandbox, &example, arguments.profiles.as_deref())
    };
    output::print(&text)?;
    signals.next().await;
    sandbox.stop().await;
    Ok(Exit::Success)
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

/// What people are told: where everything is, and what to do with it in another terminal.
fn summary(sandbox: &Sandbox, workflow: &str, saved: Option<&Path>) -> String {
    let Urls { hrflow, teamtailor, files, control } = sandbox.urls();
    let count = sandbox.hrflow().count();
    let (save, file) = match saved {
        Some(path) => {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            (String::new(), path.display().to_string())
        }
        None => {
            let save = format!(
                "  curl -s {control}/hrflow/profiles > profiles.json    # save all {count} profiles\n"
            );
            (save, "profiles.json".to_owned())
        }
    };
    format!(
        "\
The sandbox is up; Ctrl-C stops it. Nothing in it is real, and nothing leaves this machine.

  HrFlow.ai   {hrflow}    {count} profiles
  Teamtailor  {teamtailor}
  Files       {files}
  Control     {control}

In another terminal, paste this to make a workflow file:

cat > sandbox.yaml <<'EOF'
{workflow}EOF

Then:

  hrflow check sandbox.yaml             # log in at both ends
  hrflow run sandbox.yaml --dry-run     # show what would be sent
  hrflow run sandbox.yaml               # push one profile

{save}  hrflow run sandbox.yaml --from {file}    # push them all
  curl -s {control}/teamtailor/candidates    # see what arrived
"
    )
}

/// A workflow file that pushes the profile with the most to show.
fn workflow(sandbox: &Sandbox) -> String {
    let Urls { hrflow: hrflow_url, teamtailor: teamtailor_url, .. } = sandbox.urls();
    let Credentials { hrflow, teamtailor } = sandbox.credentials();
    let profiles = sandbox.hrflow().profiles();
    let attachments = |profile: &&Value| profile["attachments"].as_array().map_or(0, Vec::len);
    let profile_key = profiles.iter().max_by_key(attachments).and_then(|profile| profile["key"].as_str());
    let profile_key = profile_key.unwrap_or("none");
    format!(
        "\
workflow_id: sandbox-to-teamtailor
connector: teamtailor
action: push_profile
origin_parameters:
  api_secret: {}
  api_user: {}
  source_key: {}
  profile_key: {profile_key}
  api_url: {hrflow_url}
target_parameters:
  Authorization: {}
  X_Api_Version: {}
  api_url: {teamtailor_url}
options:
  allow_local_urls: true    # the sandbox serves résumés on loopback
",
        hrflow.api_secret, hrflow.api_user, hrflow.source_key, teamtailor.key, teamtailor.api_version
    )
}

/// Writes profiles as JSON Lines, for nobody else to read.
fn save(path: &Path, profiles: &[Value]) -> io::Result<()> {
    let mut file = BufWriter::new(private(path)?);
    for profile in profiles {
        writeln!(file, "{profile}")?;
    }
    file.flush()
}

#[cfg(unix)]
fn private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let file = File::options().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    // A file that was there before keeps its mode when it is opened.
    file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    Ok(file)
}

#[cfg(not(unix))]
fn private(path: &Path) -> io::Result<File> {
    File::create(path)
}
