//! Vendors, each in its own process, so that their CPU time is not counted as ours.

use std::{
    env,
    io::{BufRead, BufReader, Read, Write, stdin, stdout},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use hrflow_connectors::{hrflow::ProfileParameters, teamtailor};
use hrflow_sandbox::{Config, Fault, Rule, Sandbox};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{people, plain};

/// The addresses and credentials of a vendor.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Access {
    pub(crate) hrflow: String,
    pub(crate) teamtailor: String,
    pub(crate) control: String,
    pub(crate) api_secret: String,
    pub(crate) api_user: String,
    pub(crate) key: String,
    pub(crate) api_version: String,
}

/// The kinds of vendors.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Prepared responses.
    Canned,
    /// The strict mock servers.
    Sandbox,
}

/// The requests that a vendor received since its last reset. Equal runs give equal values.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Tally {
    pub(crate) requests: u64,
    /// The bytes of request lines, headers and bodies. The sandbox does not count them.
    #[serde(default)]
    pub(crate) bytes: u64,
}

/// A running vendor. Dropping this stops it.
pub(crate) struct Vendor {
    pub(crate) kind: Kind,
    pub(crate) access: Access,
    process: Child,
    control: reqwest::Client,
}

impl Vendor {
    /// Starts a vendor with this many profiles.
    pub(crate) fn start(kind: Kind, people: usize) -> Result<Self> {
        let name = match kind {
            Kind::Canned => "serve-canned",
            Kind::Sandbox => "serve-sandbox",
        };
        let mut process = Command::new(env::current_exe()?)
            .args([name, &people.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the vendor cannot be started")?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let access = serde_json::from_str(&line).context("the vendor does not say where it is")?;
        Ok(Self { kind, access, process, control: plain::client()? })
    }

    /// Removes the vendor's records and sets its latency.
    pub(crate) async fn reset(&self, latency: Duration) -> Result<()> {
        let milliseconds = u64::try_from(latency.as_millis())?;
        match self.kind {
            Kind::Canned => self.ask("PUT", "bench/latency", milliseconds.to_string()).await.map(drop),
            Kind::Sandbox => {
                let rule = |vendor| Rule::new(vendor, "*", Fault::Latency { milliseconds });
                let rules = [rule(hrflow_sandbox::Vendor::Hrflow), rule(hrflow_sandbox::Vendor::Teamtailor)];
                let rules = if milliseconds == 0 { json!([]) } else { json!(rules) };
                self.ask("PUT", "faults", rules.to_string()).await?;
                self.ask("DELETE", "teamtailor/candidates", String::new()).await?;
                self.ask("DELETE", "journal", String::new()).await.map(drop)
            }
        }
    }

    pub(crate) async fn tally(&self) -> Result<Tally> {
        match self.kind {
            Kind::Canned => Ok(serde_json::from_value(self.ask("GET", "bench/tally", String::new()).await?)?),
            Kind::Sandbox => {
                let counts = self.ask("GET", "journal/counts", String::new()).await?;
                let counts = counts.as_object().context("counts are an object")?;
                Ok(Tally { requests: counts.values().filter_map(Value::as_u64).sum(), bytes: 0 })
            }
        }
    }

    async fn ask(&self, method: &str, path: &str, body: String) -> Result<Value> {
        let url = format!("{}/{path}", self.access.control);
        let answer = self.control.request(method.parse()?, url).body(body).send().await?;
        ensure!(answer.status().is_success(), "{method} {path}: {}", answer.status());
        Ok(serde_json::from_slice(&answer.bytes().await?)?)
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        // The process also ends by itself when its standard input is closed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Access {
    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        let (urls, credentials) = (sandbox.urls(), sandbox.credentials());
        Self {
            hrflow: urls.hrflow,
            teamtailor: urls.teamtailor,
            control: urls.control,
            api_secret: credentials.hrflow.api_secret,
            api_user: credentials.hrflow.api_user,
            key: credentials.teamtailor.key,
            api_version: credentials.teamtailor.api_version,
        }
    }

    pub(crate) fn origin_parameters(&self, key: &str) -> Result<ProfileParameters> {
        Ok(serde_json::from_value(json!({
            "api_secret": self.api_secret,
            "api_user": self.api_user,
            "source_key": people::SOURCE,
            "profile_key": key,
            "api_url": self.hrflow,
        }))?)
    }

    pub(crate) fn target_parameters(&self) -> Result<teamtailor::Parameters> {
        Ok(serde_json::from_value(self.target_json())?)
    }

    pub(crate) fn target_json(&self) -> Value {
        json!({ "Authorization": self.key, "X_Api_Version": self.api_version, "api_url": self.teamtailor })
    }
}

/// Sends the vendor's addresses to the parent process.
pub(crate) fn announce(access: &Access) -> Result<()> {
    let mut stdout = stdout();
    writeln!(stdout, "{}", serde_json::to_string(access)?)?;
    stdout.flush().map_err(Into::into)
}

/// Serves on one thread until the parent process ends.
pub(crate) fn until_abandoned(serve: impl Future<Output = Result<()>>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let abandoned = async {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            let _ = stdin().read_to_end(&mut Vec::new());
            let _ = sender.send(());
        });
        let _ = receiver.await;
    };
    let served = runtime.block_on(async {
        tokio::select! {
            served = serve => served,
            () = abandoned => Ok(()),
        }
    });
    runtime.shutdown_background();
    served
}

/// Serves the strict mock servers without Teamtailor's rate limit. HrFlow.ai has this many profiles.
pub(crate) async fn serve_sandbox(people: usize) -> Result<()> {
    let mut config = Config { seeded: false, journal: 0, ..Config::default() };
    config.teamtailor.rate_limit = None;
    let mut sandbox = Sandbox::start(config).await?;
    people::people(people).for_each(|person| drop(sandbox.hrflow().put_profile(person)));
    announce(&Access::of(&sandbox))?;
    sandbox.stopped().await;
    Ok(())
}
