//! A directory for commands, with a sandbox as the account.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fs::{self, File},
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use serde_json::Value;
use tempfile::TempDir;

use hrflow_e2e::program;

use crate::{database::Database, workflow};

/// The time limit of a command. For a background command, until its first line of output.
const PATIENCE: Duration = Duration::from_secs(60);
/// An address without a server, so that no request leaves this machine.
const NOWHERE: &str = "http://127.0.0.1:1";

/// The file of the sandbox's profiles.
const PROFILES: &str = ".profiles.jsonl";

/// `cargo run -- …` runs the program. No other cargo command is run.
const CARGO: &str = "#!/bin/sh
[ \"$1 $2\" = 'run --' ] || { echo \"no rule covers cargo $*\" >&2; exit 99; }
shift 2
exec hrflow \"$@\"
";

pub(crate) struct Playground {
    directory: TempDir,
    bin: TempDir,
    /// The user's environment variables.
    pub(crate) variables: BTreeMap<String, String>,
    /// The workflow files that a document's sandbox wrote.
    pub(crate) sandbox_files: BTreeSet<String>,
    /// The addresses of HrFlow.ai and the vendors.
    addresses: Value,
    /// AD-MEN's database, if a document needs it.
    pub(crate) database: Option<Database>,
    running: Vec<Running>,
}

/// The result of a command.
pub(crate) struct Ran {
    pub(crate) status: ExitStatus,
    /// The output: stdout followed by stderr.
    pub(crate) told: String,
}

/// A shell with its child processes. Dropping this kills all of them.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.0.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "there is no runtime here to block")]
fn pause() {
    std::thread::sleep(Duration::from_millis(20));
}

impl Playground {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let mut playground = Self {
            directory: tempfile::tempdir()?,
            bin: tempfile::tempdir()?,
            variables: BTreeMap::new(),
            sandbox_files: BTreeSet::new(),
            addresses: Value::Null,
            database: None,
            running: Vec::new(),
        };
        playground.install()?;
        let line = playground.start(&format!("hrflow sandbox --json --profiles {PROFILES}"))?;
        playground.addresses = serde_json::from_str(&line).context("the sandbox says something else")?;
        playground.variables = playground.accounts()?;
        Ok(playground)
    }

    #[cfg(unix)]
    fn install(&self) -> anyhow::Result<()> {
        use std::os::unix::fs::{PermissionsExt, symlink};
        symlink(program::path()?, self.bin.path().join("hrflow"))?;
        let cargo = self.bin.path().join("cargo");
        fs::write(&cargo, CARGO)?;
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755))?;
        Ok(())
    }

    #[cfg(not(unix))]
    fn install(&self) -> anyhow::Result<()> {
        bail!(
            "the documents' commands are for a Unix shell; run this test on Linux or macOS, or in WSL ({CARGO})"
        )
    }

    /// Returns the parameters' variables as `hrflow init` names them, with the sandbox's values.
    fn accounts(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let credentials = &self.addresses["credentials"];
        let [hrflow, teamtailor, jobadder, ukgpro, ceipal] =
            ["hrflow", "teamtailor", "jobadder", "ukgpro", "ceipal"].map(|vendor| &credentials[vendor]);
        let authorization_url = Value::from(format!(
            "{}/connect/authorize",
            self.addresses["jobadder_identity"].as_str().unwrap_or_default()
        ));
        let profiles = fs::read_to_string(self.path().join(PROFILES))?;
        let profiles = profiles.lines().map(serde_json::from_str::<Value>).collect::<Result<Vec<_>, _>>()?;
        let with_email =
            |profile: &&Value| profile["info"]["email"].as_str().is_some_and(|it| !it.is_empty());
        let profile = profiles.iter().find(with_email).context("no profile has an address")?;
        let event_secret = Value::from("whsec_example");
        let accounts = [
            ("HRFLOW_EVENT_SECRET", &event_secret),
            ("HRFLOW_API_SECRET", &hrflow["api_secret"]),
            ("HRFLOW_API_USER", &hrflow["api_user"]),
            ("HRFLOW_SOURCE_KEY", &hrflow["source_key"]),
            ("HRFLOW_PROFILE_KEY", &profile["key"]),
            ("TEAMTAILOR_API_KEY", &teamtailor["key"]),
            ("TEAMTAILOR_AUTHORIZATION", &teamtailor["key"]),
            ("TEAMTAILOR_X_API_VERSION", &teamtailor["api_version"]),
            ("JOBADDER_AUTHORIZATION_URL", &authorization_url),
            ("JOBADDER_CLIENT_ID", &jobadder["client_id"]),
            ("JOBADDER_CLIENT_SECRET", &jobadder["client_secret"]),
            ("JOBADDER_AUTHORIZATION_CODE", &jobadder["authorization_code"]),
            ("JOBADDER_REDIRECT_URI", &jobadder["redirect_uri"]),
            ("UKGPRO_AUTH_DATA_IDENTITY_SERVER", &self.addresses["ukgpro_identity"]),
            ("UKGPRO_AUTH_DATA_TENANT", &ukgpro["tenant"]),
            ("UKGPRO_AUTH_DATA_CLIENT_ID", &ukgpro["client_id"]),
            ("UKGPRO_AUTH_DATA_CLIENT_SECRET", &ukgpro["client_secret"]),
            ("UKGPRO_DOMAIN_ENVIRONMENT", &self.addresses["ukgpro"]),
            ("UKGPRO_DOMAIN_TENANT", &ukgpro["tenant"]),
            ("CEIPAL_EMAIL", &ceipal["email"]),
            ("CEIPAL_PASSWORD", &ceipal["password"]),
            ("CEIPAL_API_KEY", &ceipal["api_key"]),
        ];
        accounts
            .into_iter()
            .map(|(name, value)| {
                let value = value.as_str().with_context(|| format!("the sandbox has no {name}"))?;
                Ok((name.to_owned(), value.to_owned()))
            })
            .collect()
    }

    /// Starts AD-MEN's database if it is not running.
    pub(crate) fn set_up_database(&mut self) -> anyhow::Result<()> {
        if self.database.is_none() {
            let database = Database::start()?;
            self.variables.extend(database.variables());
            self.database = Some(database);
        }
        Ok(())
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> anyhow::Result<PathBuf> {
        let path = self.path().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, text)?;
        Ok(path)
    }

    /// Runs a shell command until it ends.
    pub(crate) fn run(&self, command: &str) -> anyhow::Result<Ran> {
        self.lead_to_the_sandbox()?;
        let [stdout, stderr] = ["stdout", "stderr"].map(|name| self.bin.path().join(name));
        let mut shell = self.shell(command)?;
        shell.stdout(File::create(&stdout)?).stderr(File::create(&stderr)?);
        let mut running = Running(shell.spawn().context("sh cannot be started")?);
        let until = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = running.0.try_wait()? {
                break status;
            }
            ensure!(Instant::now() < until, "it does not end; is it one for `test: background`?");
            pause();
        };
        Ok(Ran { status, told: format!("{}\n{}", fs::read_to_string(stdout)?, fs::read_to_string(stderr)?) })
    }

    /// Starts a background command and returns its first line of output.
    pub(crate) fn start(&mut self, command: &str) -> anyhow::Result<String> {
        let mut child = self.shell(&format!("exec {command}"))?.spawn().context("sh cannot be started")?;
        let stdout = child.stdout.take().context("it has no stdout")?;
        self.running.push(Running(child));
        first_line(stdout).with_context(|| format!("{command} did not come up"))
    }

    fn shell(&self, command: &str) -> anyhow::Result<Command> {
        let path = env::var_os("PATH").unwrap_or_default();
        let path = [self.bin.path().to_owned()].into_iter().chain(env::split_paths(&path));
        let mut shell = Command::new("sh");
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut shell, 0);
        shell.args(["-c", command]).current_dir(self.path()).env_clear();
        shell.env("PATH", env::join_paths(path)?).env("HOME", self.path()).env("HTTPS_PROXY", NOWHERE);
        shell.env("HRFLOW_LIMITS_DIR", self.bin.path().join("limits"));
        shell.envs(&self.variables).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Ok(shell)
    }

    /// Adds the sandbox's addresses to workflow files without addresses, which would otherwise use the real systems.
    fn lead_to_the_sandbox(&self) -> anyhow::Result<()> {
        for entry in fs::read_dir(self.path())? {
            let path = entry?.path();
            if path.extension().is_some_and(|it| it == "yaml") {
                let text = fs::read_to_string(&path)?;
                let vendor = workflow::connector(&text).context("a .yaml file is no workflow file")?;
                let address = |name: &str| {
                    let address = self.addresses[name].as_str();
                    address.with_context(|| format!("there is no sandbox of {name}"))
                };
                let target = match vendor {
                    // The required parameters of these contain the addresses.
                    "admen" | "jobadder" | "ukgpro" => Vec::new(),
                    vendor => vec![("api_url", address(vendor)?.to_owned())],
                };
                fs::write(&path, workflow::lead(&text, address("hrflow")?, &target))?;
            }
        }
        Ok(())
    }
}

fn first_line(stdout: ChildStdout) -> anyhow::Result<String> {
    let (said, heard) = mpsc::channel();
    std::thread::spawn(move || {
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        let read = stdout.read_line(&mut line).map(|_| line);
        // After a timeout, nothing receives this.
        let _ = said.send(read);
        // The rest is ignored, but must be read: a full pipe would block the command.
        let _ = stdout.read_to_end(&mut Vec::new());
    });
    let line = heard.recv_timeout(PATIENCE).context("it says nothing")??;
    ensure!(!line.is_empty(), "it ended at once");
    Ok(line)
}
