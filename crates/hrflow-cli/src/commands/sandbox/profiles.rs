//! The file with the fictional profiles.

use std::path::Path;

use hrflow_sandbox::{Config, Sandbox};

use super::{SEED, files};
use crate::exit::Failure;

/// Every address of a sandbox begins with this; the port after it differs from run to run.
const LOCAL: &str = "http://127.0.0.1:";

/// All profiles as JSON Lines.
pub(super) fn lines(sandbox: &Sandbox) -> String {
    sandbox.hrflow().profiles().iter().map(|profile| format!("{profile}\n")).collect()
}

/// Fails if the file exists and differs, ports aside, from what a sandbox with as many profiles writes.
pub(super) async fn ensure_unedited(path: &Path) -> Result<(), Failure> {
    let Some(text) = files::existing(path)? else { return Ok(()) };
    // Its ports are any that are free, and it ends here.
    let reference = Sandbox::start(Config::default()).await;
    let reference =
        reference.map_err(|error| Failure::fatal(format!("cannot start the sandbox: {error}")))?;
    let generated = text.lines().count().saturating_sub(reference.hrflow().count());
    reference.fill(generated, SEED);
    let is_unedited = without_ports(&text) == without_ports(&lines(&reference));
    reference.stop().await;
    if is_unedited { Ok(()) } else { Err(files::edited(path)) }
}

fn without_ports(text: &str) -> String {
    let mut parts = text.split(LOCAL);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + LOCAL + part.trim_start_matches(|port: char| port.is_ascii_digit()))
}
