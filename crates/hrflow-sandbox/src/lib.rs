//! Strict stand-ins for HrFlow.ai and ATS vendors on loopback, for playing and testing.
//!
//! [`Sandbox::start`] brings up HrFlow.ai, Teamtailor, JobAdder, UKG Pro, Ceipal, a files server
//! (attachments, pictures, signed links) and a control server, each on its own port of 127.0.0.1. They
//! know each other and nothing else of this workspace: they are built from what is published about the
//! vendors, so that a misreading of an API cannot sit on both sides of a test.
//!
//! What a vendor would refuse, a stand-in refuses, with the vendor's status and body. Where nothing
//! public settles a question, a switch decides it ([`hrflow::Switches`], [`teamtailor::Switches`],
//! [`jobadder::Switches`], [`ukgpro::Switches`], [`ceipal::Switches`]); the default is the stricter reading. Faults come
//! by a seeded schedule ([`Faults`]), time can be moved ([`Clock`]), requests are kept ([`Journal`]). Everything can be
//! done in process, or over HTTP on the control URL (see the README).
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

/// Where to listen on 127.0.0.1; 0 is any free port.
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
    /// Attachments and pictures.
    pub files: u16,
    /// The control server.
    pub control: u16,
}

/// How a sandbox starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where to listen.
    pub ports: Ports,
    /// Seed of made-up keys and of the faults' schedule.
    pub seed: u64,
    /// Whether HrFlow.ai starts with the fictional profiles.
    pub seeded: bool,
    /// Requests that the journal holds; older ones are forgotten.
    pub journal: usize,
    /// How HrFlow.ai decides open questions.
    pub hrflow: hrflow::Switches,
    /// How Teamtailor decides open questions, and its rate limit.
    pub teamtailor: teamtailor::Switches,
    /// How JobAdder decides open questions, and its limits.
    pub jobadder: jobadder::Switches,
    /// How UKG Pro decides open questions, and its rate limit.
    pub ukgpro: ukgpro::Switches,
    /// How Ceipal decides open questions, and its rate limit.
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

/// Where everything is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Urls {
    /// HrFlow.ai's base URL, with `/v1/` at its end.
    pub hrflow: String,
    /// Teamtailor's base URL, without a slash at its end.
    pub teamtailor: String,
    /// JobAdder's base URL as its token answer says, with `/v2/` at its end.
    pub jobadder: String,
    /// JobAdder's identity host, without a slash at its end.
    pub jobadder_identity: String,
    /// UKG Pro's environment, without a slash at its end: the API is `{ukgpro}/{tenant}/api`, or
    /// `{ukgpro}/talent/recruiting/v2/{tenant}/api` (see [`ukgpro::Prefix`]).
    pub ukgpro: String,
    /// UKG Pro's identity server, without a slash at its end: tokens are at
    /// `{ukgpro_identity}/signin/oauth2/t/{tenant}/access_token`.
    pub ukgpro_identity: String,
    /// Ceipal's base URL of version 1, with `/v1` at its end; version 2 is beside it.
    pub ceipal: String,
    /// The files server, without a slash at its end.
    pub files: String,
    /// The control server, without a slash at its end.
    pub control: String,
}

/// What clients authenticate with. All fictional.
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

/// HrFlow.ai's part of [`Credentials`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HrFlowCredentials {
    /// `X-API-KEY` with all permissions.
    pub api_secret: String,
    /// `X-USER-EMAIL`.
    pub api_user: String,
    /// The source that the fictional profiles are in.
    pub source_key: String,
    /// A second source, empty.
    pub second_source_key: String,
    /// A source of another account: 401.
    pub foreign_source_key: String,
    /// `X-API-KEY` that only reads.
    pub read_secret: String,
    /// `X-API-KEY` that only writes.
    pub write_secret: String,
}

/// Teamtailor's part of [`Credentials`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamtailorCredentials {
    /// A key of Admin scope that reads and writes.
    pub key: String,
    /// The current API version, for `X-Api-Version`.
    pub api_version: String,
    /// Every key, the weaker ones and one of another stack included.
    pub keys: Vec<teamtailor::ApiKey>,
}

/// JobAdder's part of [`Credentials`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobAdderCredentials {
    /// The application's id.
    pub client_id: String,
    /// The application's secret.
    pub client_secret: String,
    /// Its registered redirect URI.
    pub redirect_uri: String,
    /// A code of a person's consent to all scopes: a new one whenever the last was exchanged or has expired.
    pub authorization_code: String,
    /// The account's region, as the token answer names it.
    pub instance: String,
    /// The account's number.
    pub account: u64,
}

/// UKG Pro's part of [`Credentials`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UkgProCredentials {
    /// The tenant's name, in the paths of both servers.
    pub tenant: String,
    /// `client_id` of a client that is registered for every scope.
    pub client_id: String,
    /// `client_secret` of that client.
    pub client_secret: String,
    /// Every scope there is.
    pub scopes: Vec<String>,
    /// Every client, those with fewer scopes included.
    pub clients: Vec<ukgpro::Client>,
}

/// Ceipal's part of [`Credentials`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CeipalCredentials {
    /// The user's e-mail.
    pub email: String,
    /// The user's password.
    pub password: String,
    /// The tenant's API key.
    pub api_key: String,
    /// The tenant's time zone, an IANA name: that of times without a zone.
    pub time_zone: String,
}

/// The logic of all stand-ins, without their servers.
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
    /// As it was at the start: records, switches, faults, journal and clock.
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

/// All stand-ins, running. They stop, and break off what is in flight, when this is dropped.
#[derive(Debug)]
pub struct Sandbox {
    world: Arc<World>,
    servers: JoinSet<()>,
}

impl Sandbox {
    /// Starts everything. Fails when a port that was asked for is taken.
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

    /// Where everything is.
    pub fn urls(&self) -> Urls {
        self.world.urls.clone()
    }

    /// What clients authenticate with.
    pub fn credentials(&self) -> Credentials {
        self.world.credentials()
    }

    /// The time everything goes by.
    pub fn clock(&self) -> &Clock {
        &self.world.clock
    }

    /// The HrFlow.ai stand-in.
    pub fn hrflow(&self) -> &HrFlow {
        &self.world.hrflow
    }

    /// The Teamtailor stand-in.
    pub fn teamtailor(&self) -> &Teamtailor {
        &self.world.teamtailor
    }

    /// The JobAdder stand-in.
    pub fn jobadder(&self) -> &JobAdder {
        &self.world.jobadder
    }

    /// The UKG Pro stand-in.
    pub fn ukgpro(&self) -> &UkgPro {
        &self.world.ukgpro
    }

    /// The Ceipal stand-in.
    pub fn ceipal(&self) -> &Ceipal {
        &self.world.ceipal
    }

    /// The files server.
    pub fn files(&self) -> &Files {
        &self.world.files
    }

    /// The schedule of faults.
    pub fn faults(&self) -> &Faults {
        &self.world.faults
    }

    /// The requests seen. Those to the control server are not in it.
    pub fn journal(&self) -> &Journal {
        &self.world.journal
    }

    /// Everything as it was at the start: records, switches, faults, journal and clock. URLs stay.
    pub fn reset(&self) {
        self.world.reset();
    }

    /// Puts `count` invented profiles into the seeded source; the same for the same seed.
    pub fn fill(&self, count: usize, seed: u64) {
        for profile in generate_profiles(count, seed) {
            self.world.hrflow.put_profile(profile);
        }
    }

    /// Waits for ever: the servers end only with the sandbox.
    pub async fn stopped(&mut self) {
        while self.servers.join_next().await.is_some() {}
    }

    /// Stops everything, and returns once nothing listens any more.
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

/// The README's example compiles.
#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct Readme;
