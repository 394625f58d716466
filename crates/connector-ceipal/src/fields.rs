//! The names that Ceipal has for things: form fields and paths. All of them can be replaced.

use connector_hrflow::Filled;
use hrflow_core::{Result, http::BaseUrl, parameters::Fault};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::parameters::ApiVersion;

/// What is no name of a form field, and means that nothing is sent.
const OFF: &str = "off";

/// Names of form fields, by what they carry. `off` leaves one out. Those without a usual name are sent only where
/// they are given one.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FieldMap {
    /// The first name. Usually `standard_fields.firstname`.
    pub first_name: Option<String>,
    /// The last name. Usually `standard_fields.lastname`.
    pub last_name: Option<String>,
    /// The e-mail address. Usually `standard_fields.email`.
    pub email: Option<String>,
    /// The phone number. Usually `standard_fields.mobile_number`.
    pub phone: Option<String>,
    /// The address in one line. Usually `standard_fields.address`.
    pub address: Option<String>,
    /// The city. Usually `standard_fields.city`.
    pub city: Option<String>,
    /// The id of the state. Usually `standard_fields.state`.
    pub state: Option<String>,
    /// The id of the country. Usually `standard_fields.country`.
    pub country: Option<String>,
    /// The résumé's file. Usually `document_fields.1`.
    pub resume: Option<String>,
    /// The id of the source, for `source_id`. Usually `standard_fields.source`.
    pub source: Option<String>,
    /// The names of the skills, joined with commas. Perhaps `standard_fields.skills`; not sent unless named.
    pub skills: Option<String>,
    /// The title of the latest experience. Perhaps `standard_fields.job_title`; not sent unless named.
    pub job_title: Option<String>,
    /// The address of the LinkedIn page; not sent unless named.
    pub linkedin: Option<String>,
    /// The postal code; not sent unless named.
    pub postcode: Option<String>,
}

/// A name that was given, else the usual one; none where it is off.
fn name<'a>(given: &'a Option<String>, usual: Option<&'a str>) -> Option<&'a str> {
    match given.filled() {
        Some(OFF) => None,
        Some(given) => Some(given),
        None => usual,
    }
}

impl FieldMap {
    pub(crate) fn first_name(&self) -> Option<&str> {
        name(&self.first_name, Some("standard_fields.firstname"))
    }

    pub(crate) fn last_name(&self) -> Option<&str> {
        name(&self.last_name, Some("standard_fields.lastname"))
    }

    pub(crate) fn email(&self) -> Option<&str> {
        name(&self.email, Some("standard_fields.email"))
    }

    pub(crate) fn phone(&self) -> Option<&str> {
        name(&self.phone, Some("standard_fields.mobile_number"))
    }

    pub(crate) fn address(&self) -> Option<&str> {
        name(&self.address, Some("standard_fields.address"))
    }

    pub(crate) fn city(&self) -> Option<&str> {
        name(&self.city, Some("standard_fields.city"))
    }

    pub(crate) fn state(&self) -> Option<&str> {
        name(&self.state, Some("standard_fields.state"))
    }

    pub(crate) fn country(&self) -> Option<&str> {
        name(&self.country, Some("standard_fields.country"))
    }

    pub(crate) fn resume(&self) -> Option<&str> {
        name(&self.resume, Some("document_fields.1"))
    }

    pub(crate) fn source(&self) -> Option<&str> {
        name(&self.source, Some("standard_fields.source"))
    }

    pub(crate) fn skills(&self) -> Option<&str> {
        name(&self.skills, None)
    }

    pub(crate) fn job_title(&self) -> Option<&str> {
        name(&self.job_title, None)
    }

    pub(crate) fn linkedin(&self) -> Option<&str> {
        name(&self.linkedin, None)
    }

    pub(crate) fn postcode(&self) -> Option<&str> {
        name(&self.postcode, None)
    }
}

/// Paths of the API, by what they do.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Endpoints {
    /// Signs in. Usually `createAuthtoken`.
    pub sign_in: Option<String>,
    /// Exchanges an access token that has expired for another one. Usually `refreshToken/`.
    pub refresh: Option<String>,
    /// Creates an applicant. Usually `createApplicant` of version 1.
    pub create_applicant: Option<String>,
    /// Applies for a job. Usually `applyJobWithOutRegistration`.
    pub apply: Option<String>,
    /// Lists applicants. Usually `getApplicantsList/`.
    pub applicants: Option<String>,
    /// Lists who has applied for a job. Usually `getSubmissionsList/`.
    pub submissions: Option<String>,
    /// Lists countries. Usually `getCountriesList/`.
    pub countries: Option<String>,
    /// Lists the states of a country. Usually `getStatesList/`.
    pub states: Option<String>,
}

impl Endpoints {
    /// Paths that lead nowhere.
    pub(crate) fn faults(&self, base: &BaseUrl) -> Vec<Fault> {
        let given = [
            ("sign_in", &self.sign_in),
            ("refresh", &self.refresh),
            ("create_applicant", &self.create_applicant),
            ("apply", &self.apply),
            ("applicants", &self.applicants),
            ("submissions", &self.submissions),
            ("countries", &self.countries),
            ("states", &self.states),
        ];
        let is_path = |path: &str| !path.contains("://") && base.join(path).is_ok();
        let wrong = given.into_iter().filter(|(_, path)| path.filled().is_some_and(|path| !is_path(path)));
        wrong
            .map(|(field, _)| Fault::wrong(format!("endpoints.{field}"), "a path such as createApplicant"))
            .collect()
    }
}

/// The paths of a run, all of them from the root of the host.
#[derive(Debug)]
pub(crate) struct Paths {
    pub(crate) sign_in: String,
    pub(crate) refresh: String,
    pub(crate) create_applicant: String,
    pub(crate) apply: String,
    pub(crate) applicants: String,
    pub(crate) submissions: String,
    pub(crate) countries: String,
    pub(crate) states: String,
}

impl Paths {
    pub(crate) fn new(endpoints: &Endpoints, base: &BaseUrl, version: ApiVersion) -> Self {
        let prefix = base.as_url().path().trim_end_matches('/');
        let at = |given: &Option<String>, usual: &str| match given.filled() {
            Some(path) if path.starts_with('/') => path.to_owned(),
            Some(path) => format!("{prefix}/{path}"),
            None => format!("{prefix}/{usual}"),
        };
        // Version 2 requires a slash at the end (migration guide). In version 1 the lists redirect without one, and
        // what is posted is posted without.
        let (sign_in, apply, create) = match version {
            ApiVersion::V1 => ("createAuthtoken", "applyJobWithOutRegistration", "createApplicant"),
            ApiVersion::V2 => ("createAuthtoken/", "applyJobWithOutRegistration/", "createApplicant/"),
        };
        // Nobody has seen version 2 create an applicant; its tokens are used with version 1 for that.
        let create_applicant = match (endpoints.create_applicant.filled(), prefix.strip_suffix("/v2")) {
            (None, Some(root)) => format!("{root}/v1/createApplicant"),
            _ => at(&endpoints.create_applicant, create),
        };
        Self {
            sign_in: at(&endpoints.sign_in, sign_in),
            refresh: at(&endpoints.refresh, "refreshToken/"),
            create_applicant,
            apply: at(&endpoints.apply, apply),
            applicants: at(&endpoints.applicants, "getApplicantsList/"),
            submissions: at(&endpoints.submissions, "getSubmissionsList/"),
            countries: at(&endpoints.countries, "getCountriesList/"),
            states: at(&endpoints.states, "getStatesList/"),
        }
    }
}

/// The root of the host, which [`Paths`] start from.
pub(crate) fn root(base: &BaseUrl) -> Result<BaseUrl> {
    BaseUrl::parse(&base.as_url().origin().ascii_serialization(), "api_url")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(api_url: &str, version: ApiVersion, endpoints: Endpoints) -> Paths {
        Paths::new(&endpoints, &BaseUrl::parse(api_url, "api_url").unwrap(), version)
    }

    #[test]
    fn paths_start_at_the_base_or_at_the_root() {
        let usual = paths("https://api.ceipal.com/v1", ApiVersion::V1, Endpoints::default());
        assert_eq!(usual.sign_in, "/v1/createAuthtoken");
        assert_eq!(usual.create_applicant, "/v1/createApplicant");
        assert_eq!(usual.applicants, "/v1/getApplicantsList/");
        let own = Endpoints {
            create_applicant: Some("custom/create".to_owned()),
            apply: Some("/v2/custom/apply/".to_owned()),
            ..Endpoints::default()
        };
        let own = paths("https://gw.example.com/ceipal/v1/", ApiVersion::V1, own);
        assert_eq!(own.create_applicant, "/ceipal/v1/custom/create");
        assert_eq!(own.apply, "/v2/custom/apply/");
        assert_eq!(own.countries, "/ceipal/v1/getCountriesList/");
    }

    #[test]
    fn version_two_creates_with_version_one() {
        let usual = paths("https://api.ceipal.com/v2", ApiVersion::V2, Endpoints::default());
        assert_eq!(usual.sign_in, "/v2/createAuthtoken/");
        assert_eq!(usual.create_applicant, "/v1/createApplicant");
        assert_eq!(usual.apply, "/v2/applyJobWithOutRegistration/");
        let elsewhere = paths("https://gw.example.com/ats", ApiVersion::V2, Endpoints::default());
        assert_eq!(elsewhere.create_applicant, "/ats/createApplicant/");
        let own = Endpoints { create_applicant: Some("createApplicant/".to_owned()), ..Endpoints::default() };
        let own = paths("https://api.ceipal.com/v2", ApiVersion::V2, own);
        assert_eq!(own.create_applicant, "/v2/createApplicant/");
    }

    #[test]
    fn a_field_can_be_renamed_and_left_out() {
        let named = |name: &str| FieldMap { address: Some(name.to_owned()), ..FieldMap::default() };
        assert_eq!(FieldMap::default().address(), Some("standard_fields.address"));
        assert_eq!(named("standard_fields.street").address(), Some("standard_fields.street"));
        assert_eq!(named("off").address(), None);
        assert_eq!(named(" ").address(), Some("standard_fields.address"));
        assert_eq!(FieldMap::default().skills(), None);
    }
}
