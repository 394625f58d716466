//! What a user says to write to AD-MEN's database.

use std::fmt;

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
    /// Host of the database server.
    pub db_host: String,
    /// Port of the database server: 1433 is usual for SQL Server, 3306 for MySQL.
    pub db_port: u16,
    /// Name of the database.
    pub db_name: String,
    /// User of the database. It needs the rights to select, insert and update in the two tables, and no others.
    pub db_user: String,
    /// Password of the user.
    pub db_password: Secret,
    /// Which kind of server it is.
    #[serde(default)]
    pub db_engine: Engine,
    /// How the connection is protected.
    #[serde(default)]
    pub db_tls: Tls,
    /// File with certificates, as PEM, of the authorities that may have signed the server's certificate, on top of those
    /// that the system trusts.
    #[serde(default)]
    pub db_ca_file: Option<String>,
    /// Schema of the tables. SQL Server only.
    #[serde(default = "db_schema")]
    pub db_schema: String,
    /// What is written to `PERSONNES.scsync_modified`, which AD-MEN wants to have filled.
    #[serde(default = "scsync_modified")]
    pub scsync_modified: String,
    /// Create a person anew where all those with the same e-mail address are archived (`SOFT_DELETED` is 1). Otherwise they
    /// count as being there.
    #[serde(default)]
    pub recreate_archived: bool,
}

fn db_schema() -> String {
    "dbo".to_owned()
}

fn scsync_modified() -> String {
    "0".to_owned()
}

/// A kind of database server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Microsoft SQL Server.
    #[default]
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

/// How a connection is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Encrypted, with a certificate that a known authority has signed for this host.
    #[default]
    Require,
    /// Encrypted, with any certificate: safe from listeners, and not from somebody in between.
    Trust,
    /// Not encrypted: for a server on the same machine.
    Off,
}

impl Parameters {
    /// Host and port.
    pub(crate) fn address(&self) -> String {
        format!("{}:{}", self.db_host.trim(), self.db_port)
    }

    /// The host as it is connected to: a literal IPv6 address may come in the brackets of a URL.
    pub(crate) fn host(&self) -> &str {
        self.db_host.trim().trim_matches(['[', ']'])
    }

    /// Whether what is sent can be read on its way.
    pub(crate) fn is_exposed(&self) -> bool {
        let host = self.host();
        let address = host.parse::<std::net::IpAddr>();
        let is_local = host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|it| it.is_loopback());
        self.db_tls == Tls::Off && !is_local
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
        if self.db_host.contains("://") || self.db_host.contains('/') {
            let fault = Fault::wrong("db_host", "a host name or an address, without scheme and path");
            faults.push(fault.with_came(&self.db_host));
        }
        if self.db_port == 0 {
            faults.push(Fault::wrong("db_port", "a number from 1 to 65535").with_came("0"));
        }
        if self.db_tls != Tls::Require && self.db_ca_file.filled().is_some() {
            let fault = Fault::wrong("db_ca_file", "a file only where db_tls is `require`");
            faults.push(fault.with_hint("Any certificate, or none, is accepted as it is."));
        }
        faults
    }
}
