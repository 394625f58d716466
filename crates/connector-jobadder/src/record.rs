//! Records as JobAdder answers them: only their ids are certain (API documentation, candidates).

use connector_hrflow::Filled;
use hrflow_core::{Identity, VendorId};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::candidate::Candidate;

/// A record as it is answered.
#[derive(Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Record(pub(crate) Map<String, Value>);

impl Record {
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str).and_then(Filled::filled)
    }

    /// An id: a number as documented, text tolerated.
    pub(crate) fn id(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::Number(id) => Some(id.to_string()),
            Value::String(id) => id.filled().map(str::to_owned),
            _ => None,
        }
    }

    /// The id of a candidate.
    pub(crate) fn candidate_id(&self) -> Option<VendorId> {
        self.id("candidateId").map(VendorId)
    }

    /// When it came to be, where it tells.
    pub(crate) fn created_at(&self) -> Option<Timestamp> {
        self.text("createdAt").and_then(connector_hrflow::timestamp)
    }

    /// Whether this is its e-mail address, given in lower case.
    pub(crate) fn has_email(&self, email: &str) -> bool {
        self.text("email").is_some_and(|it| it.to_lowercase() == email)
    }

    /// What a candidate is compared by; see [`members`].
    pub(crate) fn members(&self) -> Option<Identity> {
        let phone = self.text("phone").or_else(|| self.text("mobile"));
        compared(self.text("firstName"), self.text("lastName"), phone)
    }
}

/// What a candidate is compared by: the name, and where there is none the digits of the phone number. Other members
/// may be stored in another spelling than they were sent.
pub(crate) fn members(item: &Candidate) -> Option<Identity> {
    let phone = item.phone.as_deref().or(item.mobile.as_deref());
    compared(item.first_name.as_deref(), item.last_name.as_deref(), phone)
}

fn compared(first: Option<&str>, last: Option<&str>, phone: Option<&str>) -> Option<Identity> {
    let name = |it: Option<&str>| it.unwrap_or_default().trim().to_lowercase();
    let (first, last) = (name(first), name(last));
    if !first.is_empty() || !last.is_empty() {
        return Some(Identity::members(&[&first, &last]));
    }
    let digits: String = phone.unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    (!digits.is_empty()).then(|| Identity::members(&[&digits]))
}
