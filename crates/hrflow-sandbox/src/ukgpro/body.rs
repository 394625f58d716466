//! The body of a new candidate. Limits are those of the Candidate Import API as integrators report them. They were
//! checked against the vendor's published models for the fields that these have.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::dates;
use super::errors::Findings;
use super::node::Node;
use super::parts;
use super::route::Part;
use super::state::State;
use super::switches::CountryCodes;
use crate::email::is_email;

const PLAIN: [&str; 12] = [
    "contact_info",
    "created_at",
    "creator",
    "hyperlinks",
    "integration_user_id",
    "is_active",
    "is_internal",
    "is_willing_to_relocate",
    "name",
    "password",
    "provider",
    "references",
];

/// The data against which a body is checked.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) state: &'a State,
    pub(crate) now: Timestamp,
}

impl Context<'_> {
    /// Whether the id is that of a user of the tenant or an internal candidate.
    pub(crate) fn is_somebody(&self, id: &str) -> bool {
        self.state.tenant.users.iter().any(|user| user["id"] == id)
            || self.state.candidate(id).is_some_and(|candidate| candidate.internal)
    }

    /// Checks the id of a user or internal candidate.
    pub(crate) fn somebody(&self, node: &Node<'_>, required: bool, findings: &mut Findings) {
        match node.value.as_str() {
            None if node.is_absent() && !required => {}
            None if node.is_absent() => findings.add(&node.path, "Required", "The value is required."),
            Some(id) if self.is_somebody(id) => {}
            _ => findings.add(&node.path, "NotFound", "There is no record with this id."),
        }
    }
}

/// Returns the candidate to store, with lists under the names of the read model, and all errors.
pub(crate) fn candidate(body: &Value, context: Context<'_>) -> (Map<String, Value>, Findings) {
    let mut findings = Findings::default();
    let root = Node::root(body);
    let names: Vec<&str> =
        PLAIN.into_iter().chain(Part::ALL.iter().flat_map(|part| [part.member(), part.imported()])).collect();
    let mut kept = root.object(&names, &mut findings).cloned().unwrap_or_default();
    kept.retain(|name, _| names.contains(&name.as_str()));

    let internal = root.child("is_internal").boolean(&mut findings) == Some(true);
    let active = root.child("is_active");
    if active.boolean(&mut findings).is_some() && !internal {
        findings.add(&active.path, "NotAllowed", "Only internal candidates may have this value.");
    }
    root.child("is_willing_to_relocate").boolean(&mut findings);
    dates::past(&root.child("created_at"), context.now, &mut findings);
    root.child("password").empty(&mut findings);
    let creator = root.child("creator");
    if creator.object(&["id"], &mut findings).is_some() {
        context.somebody(&creator.child("id"), true, &mut findings);
    }
    integration_user(&root.child("integration_user_id"), internal, &mut findings);
    name(&root.child("name"), context, &mut findings);
    contact(&root.child("contact_info"), context, &mut findings);
    provider(&root.child("provider"), &mut findings);
    for link in root.child("hyperlinks").entries(&mut findings) {
        hyperlink(&link, &mut findings);
    }
    for part in Part::ALL {
        let list = match root.child(part.imported()) {
            list if list.is_absent() => root.child(part.member()),
            list => list,
        };
        parts::check(part, &list, context, &mut findings);
        kept.remove(part.imported());
        kept.insert(part.member().to_owned(), list.value.clone());
    }
    (kept, findings)
}

fn integration_user(node: &Node<'_>, internal: bool, findings: &mut Findings) {
    if node.is_absent() {
        return;
    }
    if !internal {
        findings.add(&node.path, "NotAllowed", "Only internal candidates may have this value.");
    }
    let text = node.text(50, findings).unwrap_or_default();
    if !text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        findings.add(&node.path, "Invalid", "The value may hold letters, digits and hyphens.");
    }
}

fn name(node: &Node<'_>, context: Context<'_>, findings: &mut Findings) {
    node.object(&["first", "middle", "last", "former", "prefix", "suffix"], findings);
    node.child("first").required_text(100, findings);
    node.child("last").required_text(100, findings);
    node.child("middle").text(50, findings);
    node.child("former").text(100, findings);
    node.child("prefix").id_of(&context.state.tenant.prefixes, false, findings);
    node.child("suffix").id_of(&context.state.tenant.suffixes, false, findings);
}

fn contact(node: &Node<'_>, context: Context<'_>, findings: &mut Findings) {
    node.object(&["email", "phone", "address"], findings);
    let email = node.child("email");
    if let Some(text) = email.required_text(254, findings)
        && !is_email(text)
    {
        findings.add(&email.path, "Email", "The value must be an e-mail address.");
    }
    let phone = node.child("phone");
    phone.object(&["primary", "secondary"], findings);
    phone.child("primary").text(25, findings);
    phone.child("secondary").text(25, findings);
    address(&node.child("address"), context.state.switches.country_codes, findings);
}

fn address(node: &Node<'_>, codes: CountryCodes, findings: &mut Findings) {
    node.object(&["line1", "line2", "city", "state", "postal_code", "country"], findings);
    for name in ["line1", "line2", "city"] {
        node.child(name).text(255, findings);
    }
    let state = node.child("state");
    state.object(&["code"], findings);
    state.child("code").text(6, findings);
    let postal_code = node.child("postal_code");
    if postal_code.text(50, findings).is_some_and(|text| text.chars().count() < 3) {
        findings.add(&postal_code.path, "MinLength", "The length must be at least 3 characters.");
    }
    let country = node.child("country");
    country.object(&["code"], findings);
    let code = country.child("code");
    if code.is_absent() {
        return;
    }
    let capitals =
        |length: usize, text: &str| text.len() == length && text.bytes().all(|b| b.is_ascii_uppercase());
    let fits = code.value.as_str().is_some_and(|text| match codes {
        CountryCodes::Alpha3 => capitals(3, text),
        CountryCodes::Alpha2 => capitals(2, text),
        CountryCodes::Any => !text.trim().is_empty(),
    });
    if !fits {
        findings.add(&code.path, "Invalid", "The value must be an ISO country code.");
    }
}

fn hyperlink(node: &Node<'_>, findings: &mut Findings) {
    node.object(&["name", "url"], findings);
    node.child("name").required_text(250, findings);
    let url = node.child("url");
    if let Some(text) = url.required_text(usize::MAX, findings)
        && !url::Url::parse(text).is_ok_and(|url| url.has_host())
    {
        findings.add(&url.path, "Url", "The value must be an absolute URL.");
    }
}

fn provider(node: &Node<'_>, findings: &mut Findings) {
    node.object(&["id", "name", "type", "method"], findings);
    node.child("id").null(findings);
    node.child("name").text(100, findings);
    for (name, value) in [("type", "ThirdPartyIntegration"), ("method", "CandidateImport")] {
        let member = node.child(name);
        if !member.is_absent() && member.value != value {
            findings.add(&member.path, "Invalid", format!("The value must be {value}."));
        }
    }
}
