//! Applications: create and read.

use serde_json::{Map, Value};

use super::UkgPro;
use super::candidates::{host, json};
use super::errors::{self, Findings};
use super::lists::{self, Query};
use super::node::Node;
use super::route::Questions;
use super::state::{State, StoredApplication};
use super::view::View;
use crate::server::{Answer, Received};

const MEMBERS: [&str; 9] = [
    "application_source",
    "available_start_date",
    "candidate",
    "country_question_responses",
    "creation_method",
    "job_posting",
    "opportunity",
    "origin",
    "screening_question_responses",
];

impl UkgPro {
    /// `POST /applications`.
    pub(crate) fn create_application(&self, request: &Received) -> Result<Answer, Answer> {
        let body = json(request)?;
        let now = self.clock.now();
        let mut state = self.lock();
        let (fields, findings) = check(&body, &state);
        findings.verdict()?;
        let id = |member: &str| body[member]["id"].as_str().unwrap_or_default().to_ascii_lowercase();
        let (candidate_id, opportunity_id) = (id("candidate"), id("opportunity"));
        let same = |application: &StoredApplication| {
            application.candidate_id == candidate_id && application.opportunity_id == opportunity_id
        };
        if state.applications().any(same) {
            let message = "The candidate has already applied to this opportunity.";
            let status = state.switches.second_application_status;
            return Err(errors::refused(status, "opportunity.id", "Duplicate", message));
        }
        let application = StoredApplication {
            id: state.guid(),
            candidate_id,
            opportunity_id,
            fields,
            unknown: findings.unknown,
            created_at: now,
            updated_at: now,
            documents: Vec::new(),
        };
        let view = View { state: &state, host: host(request) };
        let answer = Answer::json(201, &view.application(&application));
        state.add_application(application);
        Ok(answer)
    }

    /// `GET /applications`, or the applications of one candidate.
    pub(crate) fn list_applications(&self, request: &Received, of: Option<&str>) -> Result<Answer, Answer> {
        let now = self.clock.now();
        let state = self.lock();
        let query = Query::parse(request, &state.switches)?;
        if let Some(id) = of {
            state.candidate(id).ok_or_else(|| errors::not_found("The candidate"))?;
        }
        let rows: Vec<&StoredApplication> = state
            .applications()
            .filter(|application| of.is_none_or(|id| application.candidate_id == id))
            .filter(|application| {
                state.shows(application.created_at, now) && query.lets(application.updated_at)
            })
            .collect();
        let view = View { state: &state, host: host(request) };
        lists::page(request, &state.switches, &query, &rows, |row| &row.id, |row| view.application(row))
    }

    /// `GET /applications/{id}`.
    pub(crate) fn read_application(&self, request: &Received, id: &str) -> Result<Answer, Answer> {
        let state = self.lock();
        let application = state.application(id).ok_or_else(|| errors::not_found("The application"))?;
        let view = View { state: &state, host: host(request) };
        Ok(Answer::json(200, &view.application(application)))
    }
}

fn check(body: &Value, state: &State) -> (Map<String, Value>, Findings) {
    let mut findings = Findings::default();
    let root = Node::root(body);
    let mut kept = root.object(&MEMBERS, &mut findings).cloned().unwrap_or_default();
    kept.retain(|name, _| MEMBERS.contains(&name.as_str()));
    let method = root.child("creation_method");
    if method.value != "CandidateImport" {
        findings.add(&method.path, "Invalid", "The value must be CandidateImport.");
    }
    root.child("job_posting").empty(&mut findings);
    root.child("origin").text(50, &mut findings);

    let candidate = root.child("candidate").child("id");
    let id = candidate.required_text(usize::MAX, &mut findings).unwrap_or_default();
    if state.candidate(&id.to_ascii_lowercase()).is_none() {
        findings.add(&candidate.path, "NotFound", "There is no record with this id.");
    }
    let opportunity = root.child("opportunity").child("id");
    let id = opportunity.required_text(usize::MAX, &mut findings).unwrap_or_default().to_ascii_lowercase();
    match state.tenant.opportunity(&id) {
        None => findings.add(&opportunity.path, "NotFound", "There is no record with this id."),
        Some(found) if found["status"] == "Closed" && !state.switches.apply_to_closed => {
            findings.add(&opportunity.path, "NotAllowed", "The opportunity is closed.");
        }
        Some(_) => answers(&root, state, &id, &mut findings),
    }
    let source = match root.child("application_source") {
        source if source.value.is_object() => source.child("id"),
        source => source,
    };
    source.id_of(&state.tenant.applicant_sources, false, &mut findings);
    start_date(&root.child("available_start_date"), state.switches.start_date_required, &mut findings);
    (kept, findings)
}

fn start_date(node: &Node<'_>, required: bool, findings: &mut Findings) {
    if node.is_absent() {
        if required {
            findings.add(&node.path, "Required", "The value is required.");
        }
        return;
    }
    let text = node.value.as_str().unwrap_or_default();
    let date = text.get(..10).and_then(|text| text.parse::<jiff::civil::Date>().ok());
    if date.is_none() {
        findings.add(&node.path, "Invalid", "The value must be an ISO date.");
    }
}

/// Checks that each required question has an answer that names it.
fn answers(root: &Node<'_>, state: &State, opportunity: &str, findings: &mut Findings) {
    for (member, questions) in [
        ("screening_question_responses", Questions::Screening),
        ("country_question_responses", Questions::Country),
    ] {
        let node = root.child(member);
        let given = node.entries(findings);
        for question in state.tenant.questions(opportunity, questions) {
            let answered = given.iter().any(|entry| answers_it(entry.value, &question["id"]));
            if question["is_required"] == true && !answered {
                let message = format!("The question {} must be answered.", question["id"]);
                findings.add(&node.path, "Required", message);
            }
        }
    }
}

fn answers_it(entry: &Value, question: &Value) -> bool {
    let names = [&entry["question"]["id"], &entry["question_id"]];
    let answer = ["answer", "response"].into_iter().map(|name| &entry[name]).find(|answer| !answer.is_null());
    names.contains(&question)
        && answer.is_some_and(|answer| !answer.as_str().is_some_and(|text| text.trim().is_empty()))
}
