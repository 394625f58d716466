//! Control of the JobAdder mock server.

use serde::Deserialize;
use serde_json::json;

use super::{Control, body, merged, ok, refuse, values};
use crate::jobadder::ALL_SCOPES;
use crate::server::{Answer, Received};

/// The scopes to consent to. All scopes by default.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Consent {
    #[serde(default = "everything")]
    scope: String,
}

fn everything() -> String {
    ALL_SCOPES.to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wait {
    seconds: u64,
}

impl Control {
    pub(super) fn jobadder(&self, request: &Received, rest: &[&str]) -> Result<Answer, Answer> {
        let jobadder = &self.0.jobadder;
        match (request.method.as_str(), rest) {
            ("GET", ["switches"]) => ok(jobadder.switches()),
            ("PUT", ["switches"]) => {
                jobadder.set_switches(merged(&jobadder.switches(), request)?);
                ok(jobadder.switches())
            }
            ("DELETE", ["switches"]) => {
                jobadder.set_switches(self.0.config.jobadder.clone());
                ok(jobadder.switches())
            }
            ("GET", ["applications"]) => ok(jobadder.applications()),
            ("PUT", ["applications"]) => {
                jobadder.set_applications(body(request)?);
                ok(jobadder.applications())
            }
            ("POST", ["consents"]) => {
                let code = jobadder.consent(&body::<Consent>(request)?.scope);
                ok(json!({"code": code, "redirect_uri": jobadder.redirect_uri()}))
            }
            ("POST", ["tokens"]) => ok(jobadder.sign_in(&body::<Consent>(request)?.scope)),
            ("DELETE", ["access_tokens"]) => {
                jobadder.expire_access_tokens();
                ok(json!({}))
            }
            ("DELETE", ["grants"]) => {
                jobadder.revoke_grants();
                ok(json!({}))
            }
            ("POST", ["throttle"]) => {
                jobadder.throttle(body::<Wait>(request)?.seconds);
                ok(json!({}))
            }
            ("GET", ["candidates"]) => ok(jobadder.candidates()),
            ("POST", ["candidates"]) => {
                let members = values(request)?.into_iter();
                let ids: Vec<i64> = members.map(|members| jobadder.seed_candidate(members)).collect();
                ok(json!({"ids": ids}))
            }
            ("DELETE", ["candidates"]) => {
                jobadder.clear();
                ok(json!({}))
            }
            ("GET", ["candidates", id]) => match id.parse().ok().and_then(|id| jobadder.candidate(id)) {
                Some(candidate) => ok(candidate),
                None => Err(refuse(404, "no such candidate")),
            },
            ("DELETE", ["candidates", id]) => {
                match id.parse().is_ok_and(|id| jobadder.remove_candidate(id)) {
                    true => ok(json!({})),
                    false => Err(refuse(404, "no such candidate")),
                }
            }
            ("GET", ["job_applications"]) => ok(jobadder.job_applications()),
            ("GET", [kind]) if jobadder.knows(kind) => ok(jobadder.records(kind)),
            ("POST", [kind]) if jobadder.knows(kind) => {
                let records = values(request)?.into_iter();
                let ids: Vec<Option<i64>> =
                    records.map(|record| jobadder.seed_record(kind, record)).collect();
                ok(json!({"ids": ids}))
            }
            _ => Err(refuse(404, format!("there is no {} {}", request.method, request.path))),
        }
    }
}
