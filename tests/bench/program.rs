//! The program `hrflow`, started as by a user.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use hrflow_core::{RunResult, Status};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::vendor::Access;

/// The interval at which a running program's memory is read. The kernel records the peak, so only growth after the last
/// reading is missed.
const LOOK: Duration = Duration::from_millis(2);

pub(crate) struct Program {
    path: PathBuf,
    /// The directory of shared rate limits, separate from the user's own.
    limits: TempDir,
}

/// The cost of one run of the program.
pub(crate) struct Ran {
    pub(crate) wall: Duration,
    /// The peak memory, in bytes.
    pub(crate) peak: u64,
}

impl Program {
    pub(crate) fn new(path: PathBuf) -> Result<Self> {
        Ok(Self { path, limits: tempfile::tempdir()? })
    }

    pub(crate) fn exists(&self) -> bool {
        self.path.is_file()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.env("HRFLOW_LIMITS_DIR", self.limits.path());
        command
    }

    /// Runs `hrflow run WORKFLOW --from PROFILES`, which must deliver `count` profiles. State is in a directory, or
    /// disabled.
    pub(crate) async fn run(
        &self,
        workflow: &Path,
        profiles: &Path,
        state: Option<&Path>,
        count: usize,
    ) -> Result<Ran> {
        let answer = workflow.with_extension("result.json");
        let started = Instant::now();
        let mut child = self
            .command()
            .arg("run")
            .arg(workflow)
            .arg("--from")
            .arg(profiles)
            .arg("--json")
            .args(match state {
                Some(directory) => vec!["--state-dir".as_ref(), directory.as_os_str()],
                None => vec!["--no-state".as_ref()],
            })
            .stdin(Stdio::null())
            .stdout(fs::File::create(&answer)?)
            .spawn()?;
        let (status, peak) = watch(&mut child).await?;
        let wall = started.elapsed();
        let result: RunResult = serde_json::from_slice(&fs::read(&answer)?)
            .with_context(|| format!("{self} ended with {status} and no result"))?;
        check(&result, count)?;
        ensure!(peak > 0, "the memory of {self} cannot be read");
        Ok(Ran { wall, peak })
    }
}

/// Builds a workflow file for a vendor, with or without its own format.
pub(crate) fn workflow(access: &Access, in_flight: usize, format: Option<&str>) -> String {
    workflow_with(access, format, json!({ "rate_limit": "off", "concurrency": in_flight }))
}

/// Builds the same workflow file with any options.
pub(crate) fn workflow_with(access: &Access, format: Option<&str>, options: Value) -> String {
    json!({
        "workflow_id": "bench",
        "connector": "teamtailor",
        "action": "push_profile",
        "action_parameters": { "format": format },
        "target_parameters": access.target_json(),
        "options": options,
    })
    .to_string()
}

/// Checks that all `count` profiles were read and created, without any other event.
pub(crate) fn check(result: &RunResult, count: usize) -> Result<()> {
    let events = result.events;
    ensure!(
        result.status == Status::Success
            && events.read_success == count as u64
            && events.write_success == count as u64
            && result.failures.is_empty(),
        "{count} profiles should have been created: {}",
        serde_json::to_string_pretty(result)?
    );
    Ok(())
}

async fn watch(child: &mut Child) -> Result<(std::process::ExitStatus, u64)> {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        // The file is gone when the program has ended, even before the process is waited for.
        let now = fs::read_to_string(&status).unwrap_or_default();
        if let Some(kibibytes) = now.lines().find_map(|line| line.strip_prefix("VmHWM:")) {
            peak = kibibytes.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1024;
        }
        if let Some(status) = child.try_wait()? {
            return Ok((status, peak));
        }
        tokio::time::sleep(LOOK).await;
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())
    }
}
