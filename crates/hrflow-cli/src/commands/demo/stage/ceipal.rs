//! Ceipal.

use hrflow_sandbox::Sandbox;
use serde_json::{Value, json};

use super::{Arrived, Demonstration, StandIn, WRONG_HOST, refused_for_its_email};
use crate::commands::demo::cast::Person;

pub(super) const SHOWN: Demonstration = Demonstration {
    connector: "ceipal",
    stand_in: StandIn::Sandbox { target_parameters, find },
    refused: refused_for_its_email,
    why_refused: WRONG_HOST,
    takes_addressless: false,
};

/// Its stand-in counts no calls here: at a call a second the demo would take a minute.
fn target_parameters(sandbox: &Sandbox) -> Value {
    sandbox.ceipal().switch(|switches| switches.rate_limit = None);
    let credentials = sandbox.credentials().ceipal;
    json!({
        "email": credentials.email,
        "password": credentials.password,
        "api_key": credentials.api_key,
        "api_url": sandbox.urls().ceipal,
    })
}

fn find(sandbox: &Sandbox, person: &Person) -> Option<Arrived> {
    let found = sandbox.ceipal().applicants_by_email(person.email.as_deref()?).into_iter().next();
    found.map(|applicant| Arrived {
        id: applicant.applicant_id,
        resume: applicant.files.first().map(|file| file.size),
    })
}
