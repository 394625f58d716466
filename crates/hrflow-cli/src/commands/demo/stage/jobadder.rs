//! JobAdder.

use hrflow_sandbox::{Sandbox, jobadder::StoredCandidate};
use serde_json::{Value, json};

use super::{Arrived, Demonstration, StandIn, WRONG_HOST, refused_for_its_email};
use crate::commands::demo::cast::Person;

pub(super) const SHOWN: Demonstration = Demonstration {
    connector: "jobadder",
    stand_in: StandIn::Sandbox { target_parameters, find },
    refused: refused_for_its_email,
    why_refused: WRONG_HOST,
    takes_addressless: true,
};

fn target_parameters(sandbox: &Sandbox) -> Value {
    let credentials = sandbox.credentials().jobadder;
    json!({
        "authorization_url": format!("{}/connect/authorize", sandbox.urls().jobadder_identity),
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "authorization_code": credentials.authorization_code,
        "redirect_uri": credentials.redirect_uri,
    })
}

/// The candidate of an e-mail address, or of a name where there is none.
fn find(sandbox: &Sandbox, person: &Person) -> Option<Arrived> {
    let mut candidates = sandbox.jobadder().candidates().into_iter();
    let found = candidates.find(|candidate| match &person.email {
        Some(email) => candidate.text("email").is_some_and(|known| known.eq_ignore_ascii_case(email)),
        None => name(candidate) == person.name,
    });
    found.map(|candidate| {
        let resume = candidate.attachments.iter().find(|it| it.kind == "Resume").map(|it| it.file.size);
        Arrived { id: candidate.candidate_id.to_string(), resume }
    })
}

fn name(candidate: &StoredCandidate) -> String {
    let part = |member: &str| candidate.text(member).unwrap_or_default().to_owned();
    format!("{} {}", part("firstName"), part("lastName"))
}
