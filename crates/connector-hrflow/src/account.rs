//! Who reads HrFlow.ai, and where: what every origin's parameters have.

use hrflow_core::{Secret, http::BaseUrl, parameters::Fault};

/// The part of an origin's parameters that says who reads which source, and where.
#[derive(Clone, Copy)]
pub(crate) struct Account<'a> {
    pub(crate) api_secret: &'a Secret,
    pub(crate) api_user: &'a str,
    pub(crate) source_key: &'a str,
    pub(crate) api_url: &'a str,
}

/// The default of `api_url`.
pub(crate) fn api_url() -> String {
    "https://api.hrflow.ai/v1/".to_owned()
}

impl Account<'_> {
    /// What is wrong with it, in the order of the fields; `own` is what the origin found in its own, which stand between
    /// the source and the URL.
    pub(crate) fn faults(&self, own: impl IntoIterator<Item = Fault>) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.api_secret.expose().trim().is_empty() {
            faults.push(Fault::wrong("api_secret", "text that is not blank"));
        }
        faults.extend(blank("api_user", self.api_user));
        faults.extend(blank("source_key", self.source_key));
        faults.extend(own);
        if let Err(error) = BaseUrl::parse(self.api_url, "api_url") {
            faults.push(
                Fault::wrong("api_url", "an https URL, or http to loopback").with_hint(error.message()),
            );
        }
        faults
    }
}

/// The fault of a text that says nothing.
pub(crate) fn blank(name: &str, value: &str) -> Option<Fault> {
    value.trim().is_empty().then(|| Fault::wrong(name, "text that is not blank").with_came(value))
}
