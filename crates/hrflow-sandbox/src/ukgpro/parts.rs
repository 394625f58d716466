//! The lists of a candidate: experiences, educations, licenses, skills and others.

use super::body::Context;
use super::dates;
use super::errors::Findings;
use super::node::Node;
use super::route::Part;

/// Checks a list of a new candidate.
pub(crate) fn check(part: Part, list: &Node<'_>, context: Context<'_>, findings: &mut Findings) {
    let mut ids = Vec::new();
    for entry in list.entries(findings) {
        if !entry.value.is_object() {
            findings.add(&entry.path, "Invalid", "The value must be an object.");
            continue;
        }
        check_entry(part, &entry, context, findings);
        if matches!(part, Part::Behaviors | Part::Motivations) {
            let id = entry.child("id");
            if !id.is_absent() && ids.contains(&id.value) {
                findings.add(&id.path, "Duplicate", "The id is there twice.");
            }
            ids.push(id.value);
        }
    }
}

/// Checks one entry of a list.
pub(crate) fn check_entry(part: Part, entry: &Node<'_>, context: Context<'_>, findings: &mut Findings) {
    match part {
        Part::WorkExperience => work_experience(entry, context, findings),
        Part::Educations => education(entry, context, findings),
        Part::Licenses => license(entry, context, findings),
        Part::Skills => skill(entry, context, findings),
        Part::Comments => comment(entry, context, findings),
        Part::Behaviors => trait_of(entry, &context.state.tenant.behaviors, findings),
        Part::Motivations => trait_of(entry, &context.state.tenant.motivations, findings),
        // The content of a reference is not published.
        Part::References => {}
    }
}

/// Checks a work experience. An absent `to`, a null one and one with null fields all mean a current job.
fn work_experience(node: &Node<'_>, context: Context<'_>, findings: &mut Findings) {
    let year = dates::year(context.now);
    node.object(&["job_title", "company", "location", "from", "to", "description"], findings);
    node.child("job_title").required_text(100, findings);
    node.child("company").required_text(100, findings);
    node.child("location").text(20, findings);
    dates::month_and_year(&node.child("from"), year - 100, i64::MAX, findings);
    dates::month_and_year(&node.child("to"), i64::MIN, year + 5, findings);
    node.child("description").text(2000, findings);
}

fn education(node: &Node<'_>, context: Context<'_>, findings: &mut Findings) {
    let year = dates::year(context.now);
    node.object(&["school", "degree", "major", "minor", "from", "to", "description"], findings);
    named(&node.child("school"), true, 100, findings);
    named(&node.child("degree"), false, usize::MAX, findings);
    for name in ["major", "minor"] {
        let field = node.child(name);
        if field.object(&["id"], findings).is_some() {
            field.child("id").id_of(&context.state.tenant.fields_of_study, false, findings);
        }
    }
    let to = dates::month_and_year(&node.child("to"), year - 100, year + 5, findings);
    let from = node.child("from");
    let from_year = dates::month_and_year(&from, year - 100, i64::MAX, findings);
    if let (Some(from_year), Some(to)) = (from_year, to)
        && from_year > to
    {
        findings.add(&from.child("year").path, "Range", "The value must not be after to.year.");
    }
    node.child("description").text(1500, findings);
}

fn license(node: &Node<'_>, context: Context<'_>, findings: &mut Findings) {
    node.object(&["license", "number", "achieved_date", "renewal_date"], findings);
    named(&node.child("license"), true, 250, findings);
    node.child("number").text(20, findings);
    let achieved = node.child("achieved_date");
    let renewal = dates::dated(&node.child("renewal_date"), findings);
    let Some(time) = dates::dated(&achieved, findings) else { return };
    let year = dates::year(context.now);
    if !(year - 100..=year + 5).contains(&i64::from(time.year())) {
        findings.add(&achieved.path, "Range", "The date is too far from today.");
    }
    if renewal.is_some_and(|renewal| renewal < time) {
        findings.add(&achieved.path, "Range", "The date must not be after renewal_date.");
    }
}

fn skill(node: &Node<'_>, context: Context<'_>, findings: &mut Findings) {
    node.object(&["skill", "proficiency_level"], findings);
    named(&node.child("skill"), true, 80, findings);
    let level = node.child("proficiency_level");
    level.object(&["id", "name", "ordinal"], findings);
    let required = context.state.switches.skill_level_required;
    level.child("id").id_of(&context.state.tenant.proficiency_levels, required, findings);
}

/// Checks a comment. The import names its author by `author_id`, the comments resource by an object (developer hub).
fn comment(node: &Node<'_>, context: Context<'_>, findings: &mut Findings) {
    node.object(&["author_id", "author", "comment", "is_important", "created_at"], findings);
    let author = match node.child("author") {
        object if object.is_absent() => node.child("author_id"),
        object => {
            object.object(&["id"], findings);
            object.child("id")
        }
    };
    context.somebody(&author, true, findings);
    node.child("comment").required_text(4000, findings);
    node.child("is_important").boolean(findings);
    dates::past(&node.child("created_at"), context.now, findings);
}

fn trait_of(node: &Node<'_>, known: &[serde_json::Value], findings: &mut Findings) {
    node.object(&["id"], findings);
    let id = node.child("id");
    id.id_of(known, true, findings);
    let archived = |record: &serde_json::Value| record["id"] == *id.value && record["is_archived"] == true;
    if known.iter().any(archived) {
        findings.add(&id.path, "NotAllowed", "The record is archived.");
    }
}

/// Checks `{name, id}`, of which only the name can be set.
fn named(node: &Node<'_>, required: bool, most: usize, findings: &mut Findings) {
    if node.object(&["id", "name"], findings).is_none() && !required {
        return;
    }
    node.child("id").null(findings);
    node.child("name").required_text(most, findings);
}
