//! What a user says to write to AD-MEN's database.

use std::{fmt, net::IpAddr};

use connector_hrflow::Filled;
use hrflow_core::{
    Secret,
    parameters::{self, Fault},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The parameters of `AD-MEN Profiles`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Host name or address of the database server. `localhost`, `127.0.0.1` and `::1` are this machine.
    #[schemars(extend("x-address" = true))]
    pub db_host: String,
    /// Port of the database server: 1433 is usual for SQL Server, 3306 for MySQL.
    pub db_port: u16,
    /// Name of the database.
    pub db_name: String,
    /// User of the database. It needs the rights to select, insert and update in the two tables, and no others.
    pub db_user: String,
    /// Password of the user.
    pub db_password: Secret,
    /// Kind of server.
    #[serde(default)]
    pub db_engine: EngineChoice,
    /// Encryption of the connection.
    #[serde(default)]
    pub db_tls: Tls,
    /// File with the certificates, as PEM, of the authorities that may have signed the server's certificate, in addition
    /// to those that the system trusts. If it is set, the certificate is verified on this machine too.
    #[serde(default)]
    pub db_ca_file: Option<String>,
    /// Schema of the tables. SQL Server only.
    #[serde(default = "db_schema")]
    pub db_schema: String,
    /// What is written to `PERSONNES.scsync_modified`, which AD-MEN wants to have filled.
    #[serde(default = "scsync_modified")]
    pub scsync_modified: String,
    /// Create a new person if all persons with the same email are archived (`SOFT_DELETED` is 1). Otherwise an archived person
    /// counts as existing.
    #[serde(default)]
    pub recreate_archived: bool,
}

fn db_schema() -> String {
    "dbo".to_owned()
}

fn scsync_modified() -> String {
    "0".to_owned()
}

/// The kind of database server, as a user sets it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EngineChoice {
    /// Detected at the first login.
    #[default]
    Auto,
    /// Microsoft SQL Server.
    Mssql,
    /// MySQL or MariaDB.
    Mysql,
}

/// A kind of database server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// Microsoft SQL Server.
    Mssql,
    /// MySQL or MariaDB.
    Mysql,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mssql => "SQL Server",
            Self::Mysql => "MySQL",
        })
    }
}

/// Encryption of a connection, as a user sets it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// `require` for every other machine. On this machine: encrypted if the server offers it, with any certificate.
    #[default]
    Auto,
    /// Encrypted, with a certificate that a known authority has signed for this host.
    Require,
    /// Encrypted, with any certificate: protects from listeners, and not from a forged server.
    Trust,
    /// Not encrypted: for a server on this machine or behind a tunnel.
    Off,
}

/// Encryption that is asked for on one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// With a certificate that a known authority has signed for the host.
    Verified,
    /// With any certificate.
    Unverified,
    /// None.
    Absent,
}

/// The port that SQL Server listens at unless it is set up otherwise.
const SQL_SERVER_PORT: u16 = 1433;

impl Parameters {
    /// Host and port.
    pub(crate) fn address(&self) -> String {
        match self.host() {
            host if host.contains(':') => format!("[{host}]:{}", self.db_port),
            host => format!("{host}:{}", self.db_port),
        }
    }

    /// The host that is connected to: without the brackets of an IPv6 address in a URL, and without the `tcp:` and the
    /// `,1433` of a connection string.
    pub(crate) fn host(&self) -> &str {
        let host = self.db_host.trim();
        let host = strip_prefix_of_any_case(host, "tcp:").unwrap_or(host).trim();
        let host = match named_port(host) {
            Some((host, port)) if port == self.db_port => host,
            _ => host,
        };
        host.trim_matches(['[', ']'])
    }

    /// The engine that is tried first: the one that is set, else the one that the port is usual for.
    pub(crate) fn likely_engine(&self) -> Engine {
        match self.db_engine {
            EngineChoice::Mssql => Engine::Mssql,
            EngineChoice::Mysql => Engine::Mysql,
            EngineChoice::Auto if self.db_port == SQL_SERVER_PORT => Engine::Mssql,
            EngineChoice::Auto => Engine::Mysql,
        }
    }

    /// The encryptions to try on a connection to a host, in their order. Only a host on this machine has more than one.
    pub(crate) fn encryptions(&self, host: &str) -> &'static [Encryption] {
        match self.db_tls {
            Tls::Auto if is_this_machine(host) && self.db_ca_file.filled().is_none() => {
                &[Encryption::Unverified, Encryption::Absent]
            }
            Tls::Auto | Tls::Require => &[Encryption::Verified],
            Tls::Trust => &[Encryption::Unverified],
            Tls::Off => &[Encryption::Absent],
        }
    }

    /// Whether what is sent can be read on its way.
    pub(crate) fn is_exposed(&self) -> bool {
        self.db_tls == Tls::Off && !is_this_machine(self.host())
    }
}

/// Whether a host is this machine by its name alone: what a name resolves to is for others to say.
fn is_this_machine(host: &str) -> bool {
    let address = host.parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|it| it.to_canonical().is_loopback())
}

fn strip_prefix_of_any_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// The host and the port of `host,1433` or `host:1433`. An IPv6 address has colons of its own.
fn named_port(host: &str) -> Option<(&str, u16)> {
    let (name, port) = host.rsplit_once([',', ':']).filter(|_| host.parse::<IpAddr>().is_err())?;
    let name = name.trim();
    (!name.contains(':') || name.ends_with(']')).then_some((name, port.trim().parse().ok()?))
}

/// What a host of a connection string has to become here.
fn advice_for_host(host: &str, port: u16) -> Option<String> {
    let host = strip_prefix_of_any_case(host.trim(), "tcp:").unwrap_or(host).trim();
    if let Some((machine, instance)) = host.split_once('\\') {
        let machine = if matches!(machine, "." | "(local)") { "localhost" } else { machine };
        return Some(format!(
            "Set db_host to `{machine}` and db_port to the TCP port of the instance {instance}: SQL Server Configuration \
             Manager shows it below TCP/IP, IPAll."
        ));
    }
    match named_port(host) {
        Some((name, named)) if named != port => {
            Some(format!("Set db_host to `{name}`, and db_port to {named} or leave it at {port}."))
        }
        _ => None,
    }
}

impl parameters::Parameters for Parameters {
    fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let texts = [
            ("db_host", &self.db_host, "the host of a database server"),
            ("db_name", &self.db_name, "the name of a database"),
            ("db_user", &self.db_user, "a user of the database"),
            ("db_schema", &self.db_schema, "the schema of the tables"),
        ];
        for (name, text, expected) in texts {
            if text.filled().is_none() {
                faults.push(Fault::wrong(name, format!("{expected}, and not blank text")));
            }
        }
        if let Some(advice) = advice_for_host(&self.db_host, self.db_port) {
            let fault = Fault::wrong("db_host", "a host name or an address and nothing else");
            faults.push(fault.with_came(&self.db_host).with_hint(advice));
        } else if self.db_host.contains("://") || self.db_host.contains('/') {
            let fault = Fault::wrong("db_host", "a host name or an address, without scheme and path");
            faults.push(fault.with_came(&self.db_host));
        }
        if self.db_port == 0 {
            faults.push(Fault::wrong("db_port", "a number from 1 to 65535").with_came("0"));
        }
        if matches!(self.db_tls, Tls::Trust | Tls::Off) && self.db_ca_file.filled().is_some() {
            let fault = Fault::wrong("db_ca_file", "a file only if db_tls is `auto` or `require`");
            faults.push(fault.with_hint("With `trust` and `off` no certificate is verified."));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(host: &str, more: serde_json::Value) -> Parameters {
        let mut all =
            json!({ "db_host": host, "db_port": 1433, "db_name": "a", "db_user": "b", "db_password": "c" });
        for (name, value) in more.as_object().into_iter().flatten() {
            all[name] = value.clone();
        }
        serde_json::from_value(all).unwrap()
    }

    #[test]
    fn the_host_is_taken_out_of_a_connection_string() {
        for (written, host, address) in [
            (" db.example.com ", "db.example.com", "db.example.com:1433"),
            ("tcp:db.example.com,1433", "db.example.com", "db.example.com:1433"),
            ("db.example.com:1433", "db.example.com", "db.example.com:1433"),
            ("[::1]:1433", "::1", "[::1]:1433"),
            ("[::1]", "::1", "[::1]:1433"),
            ("::1", "::1", "[::1]:1433"),
            ("fe80::1433", "fe80::1433", "[fe80::1433]:1433"),
        ] {
            let parameters = of(written, json!({}));
            assert_eq!((parameters.host(), parameters.address().as_str()), (host, address), "{written}");
        }
    }

    #[test]
    fn the_engine_of_a_port_is_tried_first() {
        let first = |port: u16, engine: &str| {
            of("db.example.com", json!({ "db_port": port, "db_engine": engine })).likely_engine()
        };
        assert_eq!((first(1433, "auto"), first(3306, "auto")), (Engine::Mssql, Engine::Mysql));
        assert_eq!((first(1433, "mysql"), first(3306, "mssql")), (Engine::Mysql, Engine::Mssql));
    }

    #[test]
    fn only_this_machine_does_without_a_verified_certificate() {
        let local = [Encryption::Unverified, Encryption::Absent];
        for host in [
            "localhost",
            "LOCALHOST",
            "127.0.0.1",
            "127.1.2.3",
            "::1",
            "[::1]",
            "::ffff:127.0.0.1",
            "tcp:localhost",
        ] {
            let parameters = of(host, json!({}));
            assert_eq!(parameters.encryptions(parameters.host()), local, "{host}");
            // What is named to be verified with is verified with.
            let parameters = of(host, json!({ "db_ca_file": "ca.pem" }));
            assert_eq!(parameters.encryptions(parameters.host()), [Encryption::Verified], "{host}");
        }
        for host in [
            "db.example.com",
            "localhost.example.com",
            "10.0.0.1",
            "0.0.0.0",
            "127.0.0.1.example.com",
            "fe80::1",
        ] {
            let parameters = of(host, json!({}));
            assert_eq!(parameters.encryptions(parameters.host()), [Encryption::Verified], "{host}");
        }
        let required = of("localhost", json!({ "db_tls": "require" }));
        assert_eq!(required.encryptions("localhost"), [Encryption::Verified]);
        let off = of("db.example.com", json!({ "db_tls": "off" }));
        assert!(off.is_exposed() && !of("localhost", json!({ "db_tls": "off" })).is_exposed());
    }
}
