//! The program as a user runs it.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::{
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use hrflow_sandbox::{Config, Sandbox, teamtailor};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// What is on stdout, with one blank between words.
    pub(crate) fn words(&self) -> String {
        self.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// How often an event happened.
    pub(crate) fn event(&self, name: &str) -> u64 {
        self.json()["events"][name].as_u64().unwrap()
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A directory to run the program in, with nothing in the environment but where rate limits are shared:
/// only with other programs that are run in it.
pub(crate) struct Home(pub(crate) TempDir, TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap())
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The program with arguments that are separated by blanks.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hrflow"));
        command.args(arguments.split_whitespace()).current_dir(self.0.path()).env_clear();
        command.env("HRFLOW_LIMITS_DIR", self.1.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, arguments: &str) -> Ran {
        self.command(arguments).output().unwrap().into()
    }

    /// Runs the program as a user who may read everything here, and write nothing.
    #[cfg(unix)]
    pub(crate) fn run_as_reader(&self, arguments: &str) -> Ran {
        use std::os::unix::{fs::MetadataExt, process::CommandExt};
        let mut command = self.command(arguments);
        // Permissions do not concern root.
        if std::fs::metadata(self.0.path()).unwrap().uid() == 0 {
            command.uid(65_534).gid(65_534);
        }
        let program = format!("{} cannot be started by other users", env!("CARGO_BIN_EXE_hrflow"));
        command.output().expect(&program).into()
    }

    pub(crate) fn run_with_input(&self, arguments: &str, input: &str) -> Ran {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        // The program may have ended before it has read everything.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap().into()
    }
}

/// A sandbox without rate limits, and a workflow file `w.yaml` for it.
pub(crate) struct Playground {
    pub(crate) home: Home,
    pub(crate) sandbox: Sandbox,
    _runtime: Runtime,
}

impl Playground {
    pub(crate) fn new() -> Self {
        let teamtailor = teamtailor::Switches { rate_limit: None, ..Default::default() };
        Self::with(Config { teamtailor, ..Config::default() })
    }

    pub(crate) fn with(config: Config) -> Self {
        let runtime = Runtime::new().unwrap();
        let sandbox = runtime.block_on(Sandbox::start(config)).unwrap();
        let home = Home::new();
        let key = email_profiles(&sandbox)[0]["key"].as_str().unwrap().to_owned();
        home.write("w.yaml", &workflow(&sandbox, &key));
        Self { home, sandbox, _runtime: runtime }
    }

    /// The profiles of the sandbox that have an e-mail address of their own.
    pub(crate) fn profiles(&self) -> Vec<Value> {
        email_profiles(&self.sandbox)
    }

    pub(crate) fn lines(&self) -> String {
        self.profiles().iter().map(|profile| format!("{profile}\n")).collect()
    }
}

fn email_profiles(sandbox: &Sandbox) -> Vec<Value> {
    let mut seen = std::collections::HashSet::new();
    let mut profiles = sandbox.hrflow().profiles();
    profiles.retain(|profile| {
        let email = profile["info"]["email"].as_str().map(str::to_lowercase);
        let has_picture = profile["info"]["picture"].as_str().is_some_and(|url| url.contains("forbidden"));
        !has_picture && email.is_some_and(|email| !email.is_empty() && seen.insert(email))
    });
    profiles
}

fn workflow(sandbox: &Sandbox, profile_key: &str) -> String {
    let (urls, credentials) = (sandbox.urls(), sandbox.credentials());
    format!(
        "workflow_id: test\nconnector: teamtailor\naction: push_profile\n\
         origin_parameters:\n  api_secret: {}\n  api_user: {}\n  source_key: {}\n  profile_key: {profile_key}\n  \
         api_url: {}\n\
         target_parameters:\n  Authorization: {}\n  X_Api_Version: {}\n  api_url: {}\n\
         options:\n  allow_local_urls: true\n  rate_limit: off\n",
        credentials.hrflow.api_secret,
        credentials.hrflow.api_user,
        credentials.hrflow.source_key,
        urls.hrflow,
        credentials.teamtailor.key,
        credentials.teamtailor.api_version,
        urls.teamtailor,
    )
}

/// `count` small profiles with an e-mail address each, as JSON Lines.
pub(crate) fn many(count: usize) -> String {
    let line = |number: usize| {
        serde_json::json!({
            "key": format!("many-{number}"),
            "source": { "key": "source" },
            "info": { "full_name": "Ann Example", "first_name": "Ann", "last_name": "Example",
                      "email": format!("many{number}@example.com") },
        })
    };
    (0..count).map(|number| format!("{}\n", line(number))).collect()
}
