//! The program under test, with its workflow and its state.

use std::{
    fs::{self, File},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use hrflow_core::RunResult;
use hrflow_sandbox::HrFlow;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::Instant;

use super::{
    Plan, Way, check,
    crowd::{Crowd, Person},
};
use crate::{
    program,
    subject::{Outside, World},
};

/// The time after which a run counts as hanging.
const LONGEST_RUN: Duration = Duration::from_secs(300);
/// The interval at which a program is checked.
const LOOK: Duration = Duration::from_millis(3);

pub(super) struct Program {
    home: TempDir,
    hrflow: HrFlow,
    way: Way,
    processes: usize,
}

impl Program {
    pub(super) fn new(world: &dyn World, outside: &Outside<'_>, plan: Plan) -> Result<Self> {
        let Plan { way, processes, .. } = plan;
        let home = TempDir::new()?;
        let (urls, credentials) = (outside.sandbox.urls(), outside.sandbox.credentials().hrflow);
        let (action, read_mode) = match way {
            Way::File => ("push_profile", "sync"),
            Way::List | Way::Changes => ("push_profile_list", "incremental"),
        };
        let changes = way == Way::Changes;
        let workflow = json!({
            "workflow_id": "torture",
            "connector": outside.connector,
            "action": action,
            "action_parameters": { "read_mode": read_mode },
            "origin_parameters": {
                "api_secret": credentials.api_secret,
                "api_user": credentials.api_user,
                "source_key": "source",
                "api_url": urls.hrflow,
            },
            "target_parameters": world.target_parameters(),
            "options": {
                "rate_limit": "off",
                "allow_local_urls": true,
                "timeout": "1s",
                "deadline": if changes { "4s" } else { "60s" },
                "on_existing": if changes { "update" } else { "report" },
            },
        });
        // JSON is YAML.
        fs::write(home.path().join("workflow.yaml"), workflow.to_string())?;
        // At times a second process runs, regardless of the plan.
        let processes = usize::try_from(processes.max(2))?;
        Ok(Self { home, hrflow: outside.sandbox.hrflow().clone(), way, processes })
    }

    /// Runs once without items and without failures, to log in. A consent can be exchanged only once, and a kill during
    /// the exchange would lose it.
    pub(super) fn log_in(&self) -> Result<()> {
        fs::write(self.home.path().join("nobody.jsonl"), "")?;
        let in_sync = ["--set", "action_parameters.read_mode=sync"];
        let run = [&["run", "workflow.yaml", "--json", "--from", "nobody.jsonl"], in_sync.as_slice()];
        self.print(&run.concat()).map(drop)
    }

    /// Writes the profiles of the next run. Files, one for each process, get the last `last` profiles, including some
    /// from earlier waves; HrFlow.ai gets all new ones. Processes read them in nearly the same order, so that they
    /// compete for keys and emails.
    pub(super) fn bring(&self, crowd: &Crowd, last: usize) -> Result<()> {
        let profiles = crowd.people().iter().map(|it| &it.profile);
        match self.way {
            Way::File => {
                let known = crowd.people().len().saturating_sub(last);
                let mut lines: Vec<String> = profiles.skip(known).map(|it| format!("{it}\n")).collect();
                for process in 0..self.processes {
                    fs::write(self.home.path().join(profiles_of(process)), lines.concat())?;
                    // The next process reads each pair of neighbours, some with a shared email, in the opposite order.
                    lines.chunks_mut(2).for_each(<[String]>::reverse);
                }
            }
            Way::List | Way::Changes => {
                let known = self.hrflow.profiles().len();
                profiles.skip(known).for_each(|it| drop(self.hrflow.put_profile(it.clone())));
            }
        }
        Ok(())
    }

    /// Changes existing profiles at HrFlow.ai.
    pub(super) fn change(&self, people: &[&Person]) {
        for person in people {
            let info = &person.profile["info"];
            let changes =
                json!({ "info": { "last_name": info["last_name"], "full_name": info["full_name"] } });
            self.hrflow.change_profile(person.profile["key"].as_str().unwrap_or_default(), changes);
        }
    }

    /// Runs one process for each life, at the same time with one state. With a duration, a process is killed after it
    /// and has no result. Without one, it runs until it ends.
    pub(super) async fn live(&self, lives: &[Option<Duration>]) -> Result<Vec<Option<RunResult>>> {
        let processes = lives.iter().enumerate().map(|(process, life)| self.live_as(process, *life));
        futures::future::try_join_all(processes).await
    }

    async fn live_as(&self, process: usize, life: Option<Duration>) -> Result<Option<RunResult>> {
        let mut living = self.start(process)?;
        let end = Instant::now() + life.unwrap_or(LONGEST_RUN);
        while living.child.try_wait()?.is_none() {
            if Instant::now() >= end {
                living.kill()?;
                ensure!(life.is_some(), "a run that nobody killed does not end");
                return Ok(None);
            }
            tokio::time::sleep(LOOK).await;
        }
        let file = |kind: &str| self.home.path().join(format!("{process}.{kind}"));
        let json = fs::read(file("json"))?;
        let result = serde_json::from_slice(&json).with_context(|| {
            let said = fs::read_to_string(file("stderr")).unwrap_or_default();
            format!("the program ended without a result and said: {said}")
        })?;
        Ok(Some(result))
    }

    fn start(&self, process: usize) -> Result<Living> {
        let mut command = self.command(&["run", "workflow.yaml", "--json"]);
        if self.way == Way::File {
            command.args(["--from", &profiles_of(process)]);
        }
        let file = |kind: &str| File::create(self.home.path().join(format!("{process}.{kind}")));
        Ok(Living { child: command.stdout(file("json")?).stderr(file("stderr")?).spawn()? })
    }

    /// Runs without kills until a run completes without a fatal error.
    pub(super) async fn until_done(&self) -> Result<RunResult> {
        for _ in 0..10 {
            if let Some(result) = self.live_as(0, None).await?
                && !check::is_stopped(&result)
            {
                return Ok(result);
            }
        }
        anyhow::bail!("ten runs in a row were stopped by a vendor without faults")
    }

    pub(super) fn retry(&self) -> Result<()> {
        let result: RunResult =
            serde_json::from_value(self.json(&["dead-letters", "retry", "workflow.yaml", "--json"])?)?;
        check::adds_up(&result)
    }

    /// Returns a command's JSON output.
    pub(super) fn json(&self, arguments: &[&str]) -> Result<Value> {
        Ok(serde_json::from_slice(&self.print(arguments)?)?)
    }

    /// Returns a command's JSON Lines output.
    pub(super) fn json_lines(&self, arguments: &[&str]) -> Result<Vec<Value>> {
        let text = String::from_utf8(self.print(arguments)?)?;
        text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
    }

    fn print(&self, arguments: &[&str]) -> Result<Vec<u8>> {
        let output = self.command(arguments).output()?;
        // A retry that fails only with rejected items is fatal, but has a result.
        let failed = output.status.code().is_none_or(|code| ![0, 1, 3].contains(&code));
        ensure!(!failed, "{arguments:?} failed: {}", String::from_utf8_lossy(&output.stderr));
        Ok(output.stdout)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program::path().unwrap_or_else(|_| "hrflow".into()));
        command.current_dir(self.home.path()).args(arguments).stdin(Stdio::null());
        // A separate directory: other tests use the same fictional keys.
        command.env("HRFLOW_LIMITS_DIR", self.home.path().join(".limits"));
        command
    }
}

fn profiles_of(process: usize) -> String {
    format!("profiles-{process}.jsonl")
}

/// A started run. Dropping this kills it.
struct Living {
    child: Child,
}

impl Living {
    /// Sends SIGKILL, which a program cannot handle.
    fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Living {
    fn drop(&mut self) {
        // It has usually ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
