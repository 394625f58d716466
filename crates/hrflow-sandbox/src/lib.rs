//! Strict mock servers for HrFlow.ai and ATS vendors on loopback, for experiments and tests.
//!
//! [`Sandbox::start`] starts HrFlow.ai, Teamtailor, JobAdder, UKG Pro, Ceipal, a files server (attachments, pictures,
//! signed links) and a control server. Each has its own port on 127.0.0.1. The mock servers use no other crate of this
//! workspace. They are built from public information about the vendors, so that one misread API fact cannot be on both
//! sides of a test.
//!
//! A mock server rejects what the vendor rejects, with the vendor's status and body. If no public source settles a
//! question, a switch decides it ([`hrflow::Switches`], [`teamtailor::Switches`], [`jobadder::Switches`],
//! [`ukgpro::Switches`], [`ceipal::Switches`]). The default is the stricter reading.
//!
//! Faults follow a seeded schedule ([`Faults`]), time can be moved ([`Clock`]) and requests are recorded ([`Journal`]).
//! All operations are available in process, or over HTTP on the control URL (see the README).
//!
//! ```
//! # async fn example() -> std::io::Result<()> {
//! use hrflow_sandbox::{Config, Fault, Rule, Sandbox, Vendor};
//!
//! let sandbox = Sandbox::start(Config::default()).await?;
//! sandbox.faults().add(Rule::new(Vendor::Teamtailor, "candidates.create", Fault::ResetAfter).first(1));
//! // … point a client at sandbox.urls().teamtailor …
//! assert_eq!(sandbox.teamtailor().candidate_count(), 0);
//! # Ok(())
//! # }
//! ```

pub mod ceipal;
mod clock;
mod control;
pub mod documents;
mod email;
mod faults;
mod fetch;
mod files;
mod form;
mod front;
mod generate;
pub mod hrflow;
pub mod jobadder;
mod journal;
mod jwt;
mod random;
mod seed;
mod server;
pub mod teamtailor;
pub mod ukgpro;
mod window;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub use ceipal::Ceipal;
pub use clock::Clock;
pub use faults::{Fault, FaultBody, Faults, Rule, RuleState, Vendor, When};
pub use files::{Document, Files, Manner};
pub use generate::{Generated, generate_profiles};
pub use hrflow::HrFlow;
pub use jobadder::JobAdder;
pub use journal::{Entry, Journal};
pub use teamtailor::Teamtailor;
pub use ukgpro::UkgPro;

use front::Front;
use server::Service;

/// The ports on 127.0.0.1. 0 selects any free port.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ports {
    /// HrFlow.ai.
    pub hrflow: u16,
    /// Teamtailor.
    pub teamtailor: u16,
    /// JobAdder's API.
    pub jobadder: u16,
    /// JobAdder's identity host.
    pub jobadder_identity: u16,
    /// The API of UKG Pro Recruiting.
    pub ukgpro: u16,
    /// The identity server of UKG Pro.
    pub ukgpro_identity: u16,
    /// Ceipal.
    pub ceipal: u16,
    /// The files server: attachments and pictures.
    pub files: u16,
    /// The control server.
    pub control: u16,
}

/// The configuration of a sandbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The ports.
    pub ports: Ports,
    /// The seed of generated keys and of the fault schedule.
    pub seed: u64,
    /// Whether HrFlow.ai starts with the fictional profiles.
    pub seeded: bool,
    /// The number of requests that the journal holds. Older entries are removed.
    pub journal: usize,
    /// The switches of HrFlow.ai.
    pub hrflow: hrflow::Switches,
    /// The switches and rate limit of Teamtailor.
    pub teamtailor: teamtailor::Switches,
    /// The switches and limits of JobAdder.
    pub jobadder: jobadder::Switches,
    /// The switches and rate limit of UKG Pro.
    pub ukgpro: ukgpro::Switches,
    /// The switches and rate limit of Ceipal.
    pub ceipal: ceipal::Switches,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            ports: Ports::default(),
            seed: 1,
            seeded: true,
            journal: 10_000,
            hrflow: hrflow::Switches::default(),
            teamtailor: teamtailor::Switches::default(),
            jobadder: jobadder::Switches::default(),
            ukgpro: ukgpro::Switches::default(),
            ceipal: ceipal::Switches::default(),
        }
    }
}

/// The URLs of all servers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Urls {
    /// HrFlow.ai's base URL, with a trailing `/v1/`.
    pub hrflow: String,
    /// Teamtailor's base URL, without a trailing slash.
    pub teamtailor: String,
    /// JobAdder's base URL as in its token response, with a trailing `/v2/`.
    pub jobadder: String,
    /// JobAdder's identity host, without a trailing slash.
    pub jobadder_identity: String,
    /// UKG Pro's environment, without a trailing slash. The API is `{ukgpro}/{tenant}/api`, or
    /// `{ukgpro}/talent/recruiting/v2/{tenant}/api` (see [`ukgpro::Prefix`]).
    pub ukgpro: String,
    /// UKG Pro's identity server, without a trailing slash. The token endpoint is
    /// `{ukgpro_identity}/signin/oauth2/t/{tenant}/access_token`.
    pub ukgpro_identity: String,
    /// Ceipal's base URL of version 1, with a trailing `/v1`. Version 2 has the same host.
    pub ceipal: String,
    /// The files server, without a trailing slash.
    pub files: String,
    /// The control server, without a trailing slash.
    pub control: String,
}

/// The credentials of all servers. All are fictional.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// HrFlow.ai.
    pub hrflow: HrFlowCredentials,
    /// Teamtailor.
    pub teamtailor: TeamtailorCredentials,
    /// JobAdder.
    pub jobadder: JobAdderCredentials,
    /// UKG Pro.
    pub ukgpro: UkgProCredentials,
    /// Ceipal.
    pub ceipal: CeipalCredentials,
}

/// HrFlow.ai's credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HrFlowCredentials {
    /// `X-API-KEY` with all permissions.
    pub api_secret: String,
    /// `X-USER-EMAIL`.
    pub api_user: String,
    /// The source of the fictional profiles.
    pub source_key: String,
    /// A second source, empty.
    pub second_source_key: String,
    /// A source of another account. Requests for it get 401.
    pub foreign_source_key: String,
    /// `X-API-KEY` that only reads.
    pub read_secret: String,
    /// `X-API-KEY` that only writes.
    pub write_secret: String,
}

/// Teamtailor's credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamtailorCredentials {
    /// A key of Admin scope with read and write access.
    pub key: String,
    /// The current API version, for `X-Api-Version`.
    pub api_version: String,
    /// Every key, including keys with fewer rights and a key of another stack.
    pub keys: Vec<teamtailor::ApiKey>,
}

/// JobAdder's credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobAdderCredentials {
    /// The application's id.
    pub client_id: String,
    /// The application's secret.
    pub client_secret: String,
    /// Its registered redirect URI.
    pub redirect_uri: String,
    /// An authorization code with consent to all scopes. It is replaced when it has been exchanged or has expired.
    pub authorization_code: String,
    /// The account's region, as in the token response.
    pub instance: String,
    /// The account's number.
    pub account: u64,
}

/// UKG Pro's credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UkgProCredentials {
    /// The tenant's name, as in the paths of both servers.
    pub tenant: String,
    /// The `client_id` of a client that is registered for every scope.
    pub client_id: String,
    /// The `client_secret` of that client.
    pub client_secret: String,
    /// Every scope.
    pub scopes: Vec<String>,
    /// Every client, including clients with fewer scopes.
    pub clients: Vec<ukgpro::Client>,
}

/// Ceipal's credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CeipalCredentials {
    /// The user's email.
    pub email: String,
    /// The user's password.
    pub password: String,
    /// The tenant's API key.
    pub api_key: String,
    /// The tenant's time zone (IANA name), which applies to times without an offset.
    pub time_zone: String,
}

/// The logic of all mock servers, without their listeners.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) config: Config,
    pub(crate) urls: Urls,
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    pub(crate) files: Files,
    pub(crate) hrflow: HrFlow,
    pub(crate) teamtailor: Teamtailor,
    pub(crate) jobadder: JobAdder,
    pub(crate) ukgpro: UkgPro,
    pub(crate) ceipal: Ceipal,
}

impl World {
    /// Restores the initial records, switches, faults, journal and clock.
    pub(crate) fn reset(&self) {
        self.clock.reset();
        self.faults.clear();
        self.faults.set_seed(self.config.seed);
        self.journal.clear();
        self.files.clear();
        self.hrflow.clear();
        self.teamtailor.clear();
        self.jobadder.reset();
        self.ukgpro.reset();
        self.ceipal.reset();
        self.fill();
    }

    fn fill(&self) {
        self.hrflow.set_switches(self.config.hrflow.clone());
        self.teamtailor.set_switches(self.config.teamtailor.clone());
        self.jobadder.set_switches(self.config.jobadder.clone());
        self.ukgpro.set_switches(self.config.ukgpro.clone());
        self.ceipal.set_switches(self.config.ceipal.clone());
        if self.config.seeded {
            seed::fill(&self.hrflow, &self.files);
        }
    }

    pub(crate) fn credentials(&self) -> Credentials {
        Credentials {
            hrflow: HrFlowCredentials {
                api_secret: hrflow::SECRET_ALL.to_owned(),
                api_user: hrflow::API_USER.to_owned(),
                source_key: hrflow::SOURCE_KEY.to_owned(),
                second_source_key: hrflow::SECOND_SOURCE_KEY.to_owned(),
                foreign_source_key: hrflow::FOREIGN_SOURCE_KEY.to_owned(),
                read_secret: hrflow::SECRET_READ.to_owned(),
                write_secret: hrflow::SECRET_WRITE.to_owned(),
            },
            teamtailor: TeamtailorCredentials {
                key: self.teamtailor.keys().first().map(|key| key.token.clone()).unwrap_or_default(),
                api_version: teamtailor::CURRENT.to_owned(),
                keys: self.teamtailor.keys(),
            },
            jobadder: self.jobadder.credentials(),
            ukgpro: self.ukgpro.credentials(),
            ceipal: self.ceipal.credentials(),
        }
    }
}

/// All mock servers, running. Dropping this stops them and aborts requests in flight.
#[derive(Debug)]
pub struct Sandbox {
    world: Arc<World>,
    servers: JoinSet<()>,
}

impl Sandbox {
    /// Starts all servers. Fails if a requested port is in use.
    pub async fn start(config: Config) -> std::io::Result<Sandbox> {
        let (hrflow_listener, hrflow_url) = listen(config.ports.hrflow).await?;
        let (teamtailor_listener, teamtailor_url) = listen(config.ports.teamtailor).await?;
        let (jobadder_listener, jobadder_url) = listen(config.ports.jobadder).await?;
        let (identity_listener, identity_url) = listen(config.ports.jobadder_identity).await?;
        let (ukgpro_listener, ukgpro_url) = listen(config.ports.ukgpro).await?;
        let (ukgpro_identity_listener, ukgpro_identity_url) = listen(config.ports.ukgpro_identity).await?;
        let (ceipal_listener, ceipal_url) = listen(config.ports.ceipal).await?;
        let (files_listener, files_url) = listen(config.ports.files).await?;
        let (control_listener, control_url) = listen(config.ports.control).await?;
        let urls = Urls {
            hrflow: format!("{hrflow_url}/v1/"),
            teamtailor: teamtailor_url,
            jobadder: format!("{jobadder_url}/v2/"),
            jobadder_identity: identity_url,
            ukgpro: ukgpro_url,
            ukgpro_identity: ukgpro_identity_url,
            ceipal: format!("{ceipal_url}/v1"),
            files: files_url,
            control: control_url,
        };
        let clock = Clock::default();
        let files = Files::new(clock.clone(), config.seed);
        files.set_base(&urls.files);
        let world = Arc::new(World {
            urls,
            faults: Faults::new(config.seed),
            journal: Journal::new(config.journal),
            hrflow: HrFlow::new(clock.clone(), files.clone(), config.seed),
            teamtailor: Teamtailor::new(clock.clone(), files.clone()),
            jobadder: JobAdder::new(clock.clone(), files.clone(), config.seed, jobadder_url),
            ukgpro: UkgPro::new(clock.clone(), files.clone(), config.seed),
            ceipal: Ceipal::new(clock.clone(), files.clone(), config.seed),
            files,
            clock,
            config,
        });
        world.fill();

        let mut servers = JoinSet::new();
        servers.spawn(server::serve(hrflow_listener, front(&world, world.hrflow.clone())));
        servers.spawn(server::serve(teamtailor_listener, front(&world, world.teamtailor.clone())));
        servers.spawn(server::serve(jobadder_listener, front(&world, world.jobadder.clone())));
        let identity = jobadder::Identity(world.jobadder.clone());
        servers.spawn(server::serve(identity_listener, front(&world, identity)));
        servers.spawn(server::serve(ukgpro_listener, front(&world, world.ukgpro.clone())));
        let identity = ukgpro::Identity(world.ukgpro.clone());
        servers.spawn(server::serve(ukgpro_identity_listener, front(&world, identity)));
        servers.spawn(server::serve(ceipal_listener, front(&world, world.ceipal.clone())));
        servers.spawn(server::serve(files_listener, front(&world, world.files.clone())));
        servers.spawn(server::serve(control_listener, Arc::new(control::Control(Arc::clone(&world)))));
        Ok(Sandbox { world, servers })
    }

    /// Returns the URLs of all servers.
    pub fn urls(&self) -> Urls {
        self.world.urls.clone()
    }

    /// Returns the credentials of all servers.
    pub fn credentials(&self) -> Credentials {
        self.world.credentials()
    }

    /// Returns the clock of all servers.
    pub fn clock(&self) -> &Clock {
        &self.world.clock
    }

    /// Returns the HrFlow.ai mock server.
    pub fn hrflow(&self) -> &HrFlow {
        &self.world.hrflow
    }

    /// Returns the Teamtailor mock server.
    pub fn teamtailor(&self) -> &Teamtailor {
        &self.world.teamtailor
    }

    /// Returns the JobAdder mock server.
    pub fn jobadder(&self) -> &JobAdder {
        &self.world.jobadder
    }

    /// Returns the UKG Pro mock server.
    pub fn ukgpro(&self) -> &UkgPro {
        &self.world.ukgpro
    }

    /// Returns the Ceipal mock server.
    pub fn ceipal(&self) -> &Ceipal {
        &self.world.ceipal
    }

    /// Returns the files server.
    pub fn files(&self) -> &Files {
        &self.world.files
    }

    /// Returns the schedule of faults.
    pub fn faults(&self) -> &Faults {
        &self.world.faults
    }

    /// Returns the journal of requests. Requests to the control server are not recorded.
    pub fn journal(&self) -> &Journal {
        &self.world.journal
    }

    /// Restores the initial records, switches, faults, journal and clock. URLs stay the same.
    pub fn reset(&self) {
        self.world.reset();
    }

    /// Adds `count` invented profiles to the seeded source. The same seed gives the same profiles.
    pub fn fill(&self, count: usize, seed: u64) {
        for profile in generate_profiles(count, seed) {
            self.world.hrflow.put_profile(profile);
        }
    }

    /// Waits indefinitely: the servers run until the sandbox is dropped.
    pub async fn stopped(&mut self) {
        while self.servers.join_next().await.is_some() {}
    }

    /// Stops all servers. Returns when no port is open any more.
    pub async fn stop(mut self) {
        self.servers.shutdown().await;
    }
}

async fn listen(port: u16) -> std::io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((listener, url))
}

fn front<S: front::Stand>(world: &World, stand: S) -> Arc<dyn Service> {
    Arc::new(Front {
        stand: Arc::new(stand),
        faults: world.faults.clone(),
        journal: world.journal.clone(),
        clock: world.clock.clone(),
    })
}

/// A doctest: the README's example compiles.
#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct Readme;
