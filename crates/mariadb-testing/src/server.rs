//! A private server.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail};
use mysql_async::{Conn, OptsBuilder, prelude::Queryable};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::OnceCell,
    time::{Instant, sleep},
};

use crate::{
    Database, SHARED_SERVER, certificates, install,
    process::Process,
    template::{self, Template},
};

/// The time limit of a server's start. An idle machine needs about 0.1 s.
const PATIENCE: Duration = Duration::from_secs(90);
const PORTS_TRIED: usize = 5;

/// The settings of a server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server's SQL mode.
    pub sql_mode: String,
    /// Additional command-line options, such as `--lower-case-table-names=1`.
    pub options: Vec<String>,
}

impl Default for Settings {
    /// Returns MariaDB's default SQL mode, which is strict.
    fn default() -> Self {
        let sql_mode =
            "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION";
        Self { sql_mode: sql_mode.to_owned(), options: Vec::new() }
    }
}

/// The address of a server. `root` without a password has all rights there, from this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The port on `127.0.0.1`.
    pub port: u16,
    /// The certificate of the authority that signed the server's certificate.
    pub ca_file: PathBuf,
}

/// A private server. It stops when it is dropped, or when the process that started it ends.
pub struct Server {
    address: Address,
    running: Option<Running>,
}

struct Running {
    directory: PathBuf,
    program: PathBuf,
    settings: Settings,
    process: Option<Process>,
}

static SHARED: OnceCell<Arc<Server>> = OnceCell::const_new();

impl Server {
    /// Returns the server that this process shares with other programs, or else with its own tests.
    ///
    /// # Errors
    ///
    /// If no server can be started. The error names what is missing.
    pub async fn shared() -> anyhow::Result<Arc<Self>> {
        let server = SHARED.get_or_try_init(async || match env::var(SHARED_SERVER) {
            Ok(address) => {
                let address = serde_json::from_str(&address)
                    .with_context(|| format!("{SHARED_SERVER} holds no address"))?;
                anyhow::Ok(Arc::new(Self { address, running: None }))
            }
            Err(_) => Self::start(Settings::default()).await.map(Arc::new),
        });
        server.await.cloned()
    }

    /// Starts a server. Missing programs are installed if possible, and a template of its data directory is kept.
    ///
    /// # Errors
    ///
    /// If no server can be started. The error names what is missing.
    pub async fn start(settings: Settings) -> anyhow::Result<Self> {
        let Template { server: program, data, directory: certificates } =
            tokio::task::spawn_blocking(template::template).await??;
        let directory = tempfile::Builder::new().prefix("mariadb-").tempdir()?.keep();
        template::copy(&data, &directory.join("data"))?;
        template::copy_files(&certificates, &directory)?;
        Self::run(directory, program, settings).await
    }

    /// Starts a server with the installed programs. It installs nothing and leaves no files.
    ///
    /// # Errors
    ///
    /// If no server can be started. The error names what is missing.
    pub async fn at_hand(settings: Settings) -> anyhow::Result<Self> {
        let made = tokio::task::spawn_blocking(|| {
            let programs = install::at_hand()?;
            let directory = tempfile::Builder::new().prefix("mariadb-").tempdir()?;
            template::make(&programs.install, &directory.path().join("data"))?;
            certificates::make(directory.path())?;
            anyhow::Ok((directory, programs.server))
        });
        let (directory, program) = made.await??;
        Self::run(directory.keep(), program, settings).await
    }

    async fn run(directory: PathBuf, program: PathBuf, settings: Settings) -> anyhow::Result<Self> {
        let ca_file = directory.join(certificates::AUTHORITY);
        let running = Running { directory, program, settings, process: None };
        let mut server = Self { address: Address { port: 0, ca_file }, running: Some(running) };
        let mut log = String::new();
        for _ in 0..PORTS_TRIED {
            server.address.port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
            // Another process may use the port before the server does.
            if server.launch().await? {
                return Ok(server);
            }
            log = server.give_up().await?;
        }
        bail!("no server could be started: {log}")
    }

    /// Returns the server's address.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Kills the server in the middle of its work, as a crash does.
    ///
    /// # Errors
    ///
    /// If the server is shared or not running.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        let running = self.running.as_mut().context("a shared server is not killed")?;
        running.process.take().context("it does not run")?.kill().await
    }

    /// Restarts the server on its port with its stored data.
    ///
    /// # Errors
    ///
    /// If the server does not start.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        if !self.launch().await? {
            bail!("it could not be started again: {}", self.log());
        }
        Ok(())
    }

    /// Creates a database with AD-MEN's tables, and a user with all rights in it.
    ///
    /// # Errors
    ///
    /// If the server rejects the statements.
    pub async fn database(&self) -> anyhow::Result<Database> {
        Database::create(self.address.clone()).await
    }

    /// Opens a connection of the user with all rights.
    ///
    /// # Errors
    ///
    /// If the connection fails.
    pub async fn connect(&self) -> anyhow::Result<Conn> {
        connect(&self.address).await
    }

    /// Starts the process. Returns whether the server responds; `false` if its process ended.
    async fn launch(&mut self) -> anyhow::Result<bool> {
        let port = self.address.port;
        let running = self.running.as_mut().context("a shared server is not started")?;
        let arguments = running.arguments(port);
        running.process = Some(Process::start(&running.directory, &running.program, &arguments)?);
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Ok(mut connection) = connect(&self.address).await {
                let file: Option<String> = connection.query_first("SELECT @@datadir").await?;
                connection.disconnect().await?;
                // Another server may have acquired the port first.
                let ours = self.running.as_ref().is_some_and(|it| file.is_some_and(|file| it.has(&file)));
                return Ok(ours);
            }
            if self.log().contains("[ERROR] Aborting") {
                break;
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(false)
    }

    /// Stops a server that did not start, and prepares another attempt. Returns the server's log.
    async fn give_up(&mut self) -> anyhow::Result<String> {
        let log = self.log();
        self.kill().await?;
        if let Some(running) = &self.running {
            fs::remove_file(running.directory.join("log"))?;
        }
        Ok(log)
    }

    fn log(&self) -> String {
        let log = self.running.as_ref().map(|it| fs::read_to_string(it.directory.join("log")));
        log.and_then(Result::ok).unwrap_or_default()
    }
}

impl Running {
    fn arguments(&self, port: u16) -> Vec<String> {
        let path = |name: &str| self.directory.join(name).display().to_string();
        let mut arguments = vec!["--no-defaults".to_owned()];
        arguments.extend(template::user().map(str::to_owned));
        arguments.extend([
            format!("--datadir={}", path("data")),
            format!("--socket={}", path("socket")),
            format!("--tmpdir={}", path("data")),
            format!("--pid-file={}", path("pid")),
            format!("--port={port}"),
            "--bind-address=127.0.0.1".to_owned(),
            "--skip-name-resolve".to_owned(),
            "--character-set-server=utf8mb4".to_owned(),
            "--innodb-buffer-pool-size=64M".to_owned(),
            "--performance-schema=off".to_owned(),
            format!("--ssl-ca={}", path(certificates::AUTHORITY)),
            format!("--ssl-cert={}", path(certificates::CERTIFICATE)),
            format!("--ssl-key={}", path(certificates::KEY)),
            format!("--sql-mode={}", self.settings.sql_mode),
        ]);
        arguments.extend(template::STORAGE.map(str::to_owned));
        arguments.extend(self.settings.options.iter().cloned());
        arguments
    }

    fn has(&self, data: &str) -> bool {
        Path::new(data).starts_with(&self.directory)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The shell that watches a process cleans up. Without a process, this does.
        if self.process.is_none() {
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

pub(crate) async fn connect(address: &Address) -> anyhow::Result<Conn> {
    let options = OptsBuilder::default()
        .ip_or_hostname("127.0.0.1")
        .tcp_port(address.port)
        .user(Some("root"))
        .prefer_socket(false);
    Ok(Conn::new(options).await?)
}
