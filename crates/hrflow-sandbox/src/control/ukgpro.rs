//! Control of the UKG Pro mock server.

use serde_json::{Value, json};

use super::{Control, body, merged, ok, refuse, values};
use crate::server::{Answer, Received};

impl Control {
    pub(super) fn ukgpro(&self, request: &Received, rest: &[&str]) -> Result<Answer, Answer> {
        let ukgpro = &self.0.ukgpro;
        match (request.method.as_str(), rest) {
            ("GET", ["switches"]) => ok(ukgpro.switches()),
            ("PUT", ["switches"]) => {
                ukgpro.set_switches(merged(&ukgpro.switches(), request)?);
                ok(ukgpro.switches())
            }
            ("DELETE", ["switches"]) => {
                ukgpro.set_switches(self.0.config.ukgpro.clone());
                ok(ukgpro.switches())
            }
            ("GET", ["clients"]) => ok(ukgpro.clients()),
            ("PUT", ["clients"]) => {
                ukgpro.set_clients(body(request)?);
                ok(ukgpro.clients())
            }
            ("DELETE", ["tokens"]) => {
                ukgpro.revoke_tokens();
                ok(json!({}))
            }
            ("GET", ["candidates"]) => ok(ukgpro.candidates()),
            ("POST", ["candidates"]) => {
                let sent = values(request)?;
                let ids: Vec<String> = sent.into_iter().map(|body| ukgpro.seed_candidate(body)).collect();
                ok(json!({"ids": ids}))
            }
            ("POST", ["samples"]) => ok(json!({"ids": ukgpro.seed_samples()})),
            ("DELETE", ["candidates"]) => {
                ukgpro.clear();
                ok(json!({}))
            }
            ("GET", ["candidates", id]) => match ukgpro.candidate(id) {
                Some(candidate) => ok(candidate),
                None => Err(refuse(404, "no such candidate")),
            },
            ("DELETE", ["candidates", id]) => match ukgpro.remove_candidate(id) {
                true => ok(json!({})),
                false => Err(refuse(404, "no such candidate")),
            },
            // `true` or `false`.
            ("PUT", ["candidates", id, "account"]) => match ukgpro.set_account(id, body(request)?) {
                true => ok(json!({})),
                false => Err(refuse(404, "no such candidate")),
            },
            ("GET", ["applications"]) => ok(ukgpro.applications()),
            ("GET", ["opportunities"]) => ok(ukgpro.opportunities()),
            ("POST", ["opportunities"]) => {
                let sent: Vec<Value> = values(request)?;
                let ids: Vec<String> = sent.into_iter().map(|sent| ukgpro.seed_opportunity(sent)).collect();
                ok(json!({"ids": ids}))
            }
            ("GET", ["users"]) => ok(ukgpro.users()),
            _ => Err(refuse(404, format!("there is no {} {}", request.method, request.path))),
        }
    }
}
