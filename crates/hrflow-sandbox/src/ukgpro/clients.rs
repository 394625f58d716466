//! API clients, and the scopes that operations require.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::route::{List, Route};
use super::switches::Switches;

/// Every scope that a client can be registered for.
pub(crate) const SCOPES: [&str; 13] = [
    "recruiting.domain.application-import.create",
    "recruiting.domain.application-import.read",
    "recruiting.domain.applications.read",
    "recruiting.domain.applications.write",
    "recruiting.domain.candidate-import.create",
    "recruiting.domain.candidate-import.read",
    "recruiting.domain.candidates.name-email",
    "recruiting.domain.candidates.read",
    "recruiting.domain.candidates.write",
    "recruiting.domain.configuration.read",
    "recruiting.domain.opportunities.read",
    "recruiting.domain.opportunities.write",
    "recruiting.easy-apply",
];

/// An API client of the fictional tenant, as the vendor's support issues it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// `client_id` of the token request.
    pub client_id: String,
    /// `client_secret` of the token request.
    pub client_secret: String,
    /// The registered scopes. A token request without scopes gets all of them.
    pub scopes: Vec<String>,
}

/// Returns the clients of a new sandbox.
pub(crate) fn clients() -> Vec<Client> {
    let client = |name: &str, scopes: Vec<&str>| Client {
        client_id: format!("sandbox-{name}"),
        client_secret: format!("sandbox-{name}-secret"),
        scopes: scopes.into_iter().map(str::to_owned).collect(),
    };
    let imports = |scope: &&str| scope.contains("-import.");
    vec![
        client("all", SCOPES.to_vec()),
        client("imports", SCOPES.into_iter().filter(imports).collect()),
        client("domain", SCOPES.into_iter().filter(|scope| !imports(scope)).collect()),
        client("reader", SCOPES.into_iter().filter(|scope| scope.ends_with(".read")).collect()),
        client("easy-apply", vec!["recruiting.easy-apply"]),
    ]
}

/// The rights of an access token.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) client_id: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) expires: Timestamp,
}

impl Grant {
    /// Whether any of its scopes allows the call.
    pub(crate) fn allows(&self, route: &Route, switches: &Switches) -> bool {
        let (listed, imports) = scopes(route);
        let has = |scope: &&str| self.scopes.iter().any(|granted| granted == scope);
        listed.iter().any(has) || (!switches.strict_scopes && imports.iter().any(has))
    }
}

/// Returns the scopes on the operation's page, and the import scopes that clients also use. Operations without a page
/// have the scopes of related operations.
pub(crate) fn scopes(route: &Route) -> (&'static [&'static str], &'static [&'static str]) {
    match route {
        Route::CreateCandidate => (
            &["recruiting.domain.candidates.write", "recruiting.easy-apply"],
            &["recruiting.domain.candidate-import.create"],
        ),
        Route::Lookup => (
            &["recruiting.domain.candidates.read", "recruiting.easy-apply"],
            &["recruiting.domain.candidate-import.read"],
        ),
        Route::UploadDocument(_) => (
            &[
                "recruiting.domain.candidates.write",
                "recruiting.domain.candidate-import.create",
                "recruiting.easy-apply",
            ],
            &[],
        ),
        Route::CreateApplication | Route::UploadApplicationDocument(_) => (
            &[
                "recruiting.domain.applications.write",
                "recruiting.domain.application-import.create",
                "recruiting.easy-apply",
            ],
            &[],
        ),
        Route::Opportunities | Route::Opportunity(_) | Route::Questions(..) => {
            (&["recruiting.domain.opportunities.read", "recruiting.domain.application-import.read"], &[])
        }
        Route::CreatePart(..) => (&["recruiting.domain.candidates.write"], &[]),
        Route::NameEmail(_) => {
            (&["recruiting.domain.candidates.read", "recruiting.domain.candidates.name-email"], &[])
        }
        Route::Candidates | Route::Candidate(_) | Route::Parts(..) | Route::DownloadDocument(..) => {
            (&["recruiting.domain.candidates.read"], &[])
        }
        Route::Applications
        | Route::Application(_)
        | Route::ApplicationsOf(_)
        | Route::DownloadApplicationDocument(..) => (&["recruiting.domain.applications.read"], &[]),
        Route::List(List::ProficiencyLevels) => (
            &[
                "recruiting.domain.configuration.read",
                "recruiting.domain.application-import.read",
                "recruiting.domain.candidate-import.read",
            ],
            &[],
        ),
        Route::List(_) => {
            (&["recruiting.domain.configuration.read", "recruiting.domain.application-import.read"], &[])
        }
    }
}
