//! Control of the Ceipal mock server.

use serde_json::json;

use super::{Control, asked, body, merged, ok, refuse, values};
use crate::server::{Answer, Received};

impl Control {
    /// `?id=…` names an applicant, because its id may contain characters that a path cannot hold.
    pub(super) fn ceipal(&self, request: &Received, rest: &[&str]) -> Result<Answer, Answer> {
        let ceipal = &self.0.ceipal;
        let id = asked(request, "id");
        match (request.method.as_str(), rest, id) {
            ("GET", ["switches"], _) => ok(ceipal.switches()),
            ("PUT", ["switches"], _) => {
                ceipal.set_switches(merged(&ceipal.switches(), request)?);
                ok(ceipal.switches())
            }
            ("DELETE", ["switches"], _) => {
                ceipal.set_switches(self.0.config.ceipal.clone());
                ok(ceipal.switches())
            }
            ("GET", ["accounts"], _) => ok(ceipal.accounts()),
            ("PUT", ["accounts"], _) => {
                ceipal.set_accounts(body(request)?);
                ok(ceipal.accounts())
            }
            ("DELETE", ["tokens"], _) => {
                ceipal.revoke_tokens();
                ok(json!({}))
            }
            ("GET", ["applicants"], None) => ok(ceipal.applicants()),
            ("GET", ["applicants"], Some(id)) => match ceipal.applicant(&id) {
                Some(applicant) => ok(applicant),
                None => Err(refuse(404, "no such applicant")),
            },
            ("POST", ["applicants"], _) => {
                let sent = values(request)?;
                let ids: Vec<String> = sent.into_iter().map(|record| ceipal.seed_applicant(record)).collect();
                ok(json!({"ids": ids}))
            }
            ("POST", ["samples"], _) => ok(json!({"ids": ceipal.seed_samples()})),
            ("DELETE", ["applicants"], None) => {
                ceipal.clear();
                ok(json!({}))
            }
            ("DELETE", ["applicants"], Some(id)) => match ceipal.remove_applicant(&id) {
                true => ok(json!({})),
                false => Err(refuse(404, "no such applicant")),
            },
            ("GET", ["submissions"], _) => ok(ceipal.submissions()),
            ("GET", ["jobs"], _) => ok(ceipal.jobs()),
            ("POST", ["jobs"], _) => {
                let sent = values(request)?;
                let ids: Vec<String> = sent.into_iter().map(|record| ceipal.seed_job(record)).collect();
                ok(json!({"ids": ids}))
            }
            _ => Err(refuse(404, format!("there is no {} {}", request.method, request.path))),
        }
    }
}
