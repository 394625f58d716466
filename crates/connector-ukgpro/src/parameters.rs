//! What a user says to write to UKG Pro.

use std::{borrow::Cow, time::Duration};

use hrflow_core::{
    Result, Secret,
    http::{BaseUrl, segment},
    parameters::{self, Fault, Span},
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

/// The path below which the API gateway serves Recruiting (UKG developer hub, Create Opportunity). Hosts that
/// are no gateway serve it below nothing.
const GATEWAY: &str = "talent/recruiting/v2";
/// The scopes of the Candidate Import API.
const SCOPES: [&str; 4] = [
    "recruiting.domain.candidate-import.create",
    "recruiting.domain.candidate-import.read",
    "recruiting.domain.application-import.create",
    "recruiting.domain.application-import.read",
];

/// The parameters of `UKGPro Profiles`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// How to log in. All of it comes from UKG, on request at its support.
    pub auth_data: AuthData,
    /// Where the API is.
    pub domain: Domain,
    /// Level of the skills of which a profile tells none: 1 is novice, 2 some knowledge, 3 intermediate,
    /// 4 advanced, 5 expert.
    #[serde(default = "intermediate")]
    #[schemars(range(min = 1, max = 5))]
    pub default_proficiency_ordinal: u8,
    /// Send languages too, as skills.
    #[serde(default)]
    pub languages_as_skills: bool,
    /// Id of the internal candidate (an employee) who signs the profile's summary as a comment. Without one the
    /// summary is not sent.
    #[serde(default)]
    pub comment_author_id: Option<String>,
    /// Which ISO 3166-1 code of a country is sent: `alpha3`, as in `FRA`, or `alpha2`, as in `FR`.
    #[serde(default)]
    pub country_code_format: CountryCodeFormat,
    /// What members of a candidate are called that UKG's interfaces call by different names.
    #[serde(default)]
    pub field_names: FieldNames,
    /// By how much look-ups may lag behind writes. After an answer was lost, a candidate that is not
    /// found is sent again only when this time has passed.
    #[serde(default = "lookup_lag")]
    pub lookup_lag: Span,
}

/// How to log in.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthData {
    /// Host of the identity server, such as `signin.ukg.net` or `signin.ultipro.com`; or a URL, with a path
    /// where there is one.
    #[schemars(extend("x-address" = true))]
    pub identity_server: String,
    /// The tenant, as the address shows it after its first slash once one is signed in to Recruiting.
    pub tenant: String,
    /// Client id.
    pub client_id: String,
    /// Client secret.
    pub client_secret: Secret,
    /// How a token is asked for.
    #[serde(default)]
    pub grant_type: GrantType,
    /// Scopes to ask for: a list, or text with blanks between them. None, as an empty text, asks for whatever
    /// the client is registered for; so does a second try where UKG Pro refuses a scope.
    #[serde(default)]
    pub scope: Scopes,
}

/// Where the API is: `{environment}/{tenant}/api`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// Host of the web services, such as `service2.ultipro.com`; or a URL, with a path where there is one,
    /// such as `https://service2.ultipro.com/talent/recruiting/v2` for the API gateway.
    #[schemars(extend("x-address" = true))]
    pub environment: String,
    /// The tenant's alias in addresses of the API.
    pub tenant: String,
}

/// How a token is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// With the client's own credentials.
    #[default]
    ClientCredentials,
}

/// Which ISO 3166-1 code of a country is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CountryCodeFormat {
    /// `FRA`.
    #[default]
    Alpha3,
    /// `FR`.
    Alpha2,
}

/// What members of a candidate are called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FieldNames {
    /// Times at work: `workexperience` to import, `work_experience` to read.
    #[schemars(length(min = 1))]
    pub workexperience: String,
    /// Times at school: `education` to import, `educations` to read.
    #[schemars(length(min = 1))]
    pub education: String,
}

impl Default for FieldNames {
    fn default() -> Self {
        Self { workexperience: "workexperience".to_owned(), education: "education".to_owned() }
    }
}

/// Scopes to ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Scopes(pub Vec<String>);

impl Default for Scopes {
    fn default() -> Self {
        Self(SCOPES.map(str::to_owned).to_vec())
    }
}

impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Spelling {
            List(Vec<String>),
            Text(String),
        }
        let texts = match Spelling::deserialize(deserializer)? {
            Spelling::List(texts) => texts,
            Spelling::Text(text) => vec![text],
        };
        Ok(Self(texts.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect()))
    }
}

impl JsonSchema for Scopes {
    fn schema_name() -> Cow<'static, str> {
        "Scopes".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "array", "items": { "type": "string" } }, { "type": "string" }] })
    }
}

fn intermediate() -> u8 {
    3
}

fn lookup_lag() -> Span {
    Span::from(Duration::from_secs(2))
}

impl AuthData {
    /// Where the identity server is.
    pub(crate) fn base(&self) -> Result<BaseUrl> {
        address(&self.identity_server, "auth_data.identity_server")
    }

    /// Where tokens are given, below [`base`](Self::base).
    pub(crate) fn token_path(&self) -> String {
        format!("signin/oauth2/t/{}/access_token", segment(self.tenant.trim()))
    }
}

impl Domain {
    /// Where the API may be: as the parameters say, and behind the gateway where they name nothing but a host.
    pub(crate) fn bases(&self) -> Result<Vec<BaseUrl>> {
        let environment = address(&self.environment, "domain.environment")?;
        let below =
            |prefix: &str| environment.below(&format!("{prefix}/{}/api", segment(self.tenant.trim())));
        let mut bases = vec![below("")?];
        if environment.as_url().path() == "/" {
            bases.push(below(GATEWAY)?);
        }
        Ok(bases)
    }
}

/// The address that a bare host or a URL stands for.
fn address(value: &str, field: &'static str) -> Result<BaseUrl> {
    let value = value.trim();
    match value.contains("://") {
        true => BaseUrl::parse(value, field),
        false => BaseUrl::parse(&format!("https://{value}"), field),
    }
}

impl parameters::Parameters for Parameters {
    fn check(&self) -> Vec<Fault> {
        let AuthData { tenant, client_id, client_secret, .. } = &self.auth_data;
        let mut faults = Vec::new();
        let addresses = [
            ("auth_data.identity_server", self.auth_data.base().map(drop)),
            ("domain.environment", address(&self.domain.environment, "domain.environment").map(drop)),
        ];
        for (path, address) in addresses {
            if let Err(error) = address {
                let fault = Fault::wrong(path, "a host, an https URL, or an http URL to loopback");
                faults.push(fault.with_hint(error.message()));
            }
        }
        for (path, tenant) in [("auth_data.tenant", tenant), ("domain.tenant", &self.domain.tenant)] {
            if !is_name(tenant.trim()) {
                faults.push(Fault::wrong(path, "a tenant's name, and no path").with_came(tenant));
            }
        }
        for (path, text) in
            [("auth_data.client_id", client_id.as_str()), ("auth_data.client_secret", client_secret.expose())]
        {
            if text.trim().is_empty() {
                faults.push(Fault::wrong(path, "text that is not blank"));
            }
        }
        faults
    }
}

/// Whether it can be one part of a path as it stands.
fn is_name(text: &str) -> bool {
    let plain = |it: char| it.is_alphanumeric() || "-_.~".contains(it);
    !text.is_empty() && text.chars().all(plain) && !text.chars().all(|it| it == '.')
}
