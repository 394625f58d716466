//! `--set path=value`: a value in place of what the file says.

use hrflow_core::parameters::nearest;

use crate::{
    error::WorkflowFault,
    workflow::FIELDS,
    yaml::{Kind, Node},
};

/// Sets the value of `assignment`, such as `origin_parameters.profile_key=5f2a`. The value is taken as text.
pub(crate) fn set(root: &mut Node, assignment: &str) -> Result<(), WorkflowFault> {
    let Some((path, value)) = assignment.split_once('=') else {
        return Err(WorkflowFault::new(
            "",
            "expected path=value, such as origin_parameters.profile_key=5f2a",
        ));
    };
    let path = path.trim();
    let names: Vec<&str> = path.split('.').collect();
    let known = names.first().is_some_and(|first| FIELDS.contains(first));
    if !known {
        return Err(unknown(path, names.first().copied().unwrap_or_default()));
    }
    if names.contains(&"") {
        return Err(WorkflowFault::new(path, "expected names with one dot in between"));
    }
    put(root, &names, value).map_err(|depth| {
        WorkflowFault::new(names[..depth].join("."), format!("is no object, so {path} cannot be set in it"))
    })
}

/// Puts the value where the names lead to; objects are made on the way. Fails with how far the names lead.
fn put(mut node: &mut Node, names: &[&str], value: &str) -> Result<(), usize> {
    for (depth, name) in names.iter().enumerate() {
        if node.kind == Kind::Null {
            node.kind = Kind::Object(Vec::new());
        }
        let Kind::Object(members) = &mut node.kind else { return Err(depth) };
        let index = members.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            members.push(((*name).to_owned(), Node { at: None, kind: Kind::Null }));
            members.len() - 1
        });
        node = &mut members[index].1;
    }
    *node = Node { at: None, kind: Kind::Text(value.to_owned()) };
    Ok(())
}

fn unknown(path: &str, first: &str) -> WorkflowFault {
    let message = match nearest(first, FIELDS) {
        Some(name) => format!("a workflow has no field of this name; did you mean {name}?"),
        None => format!("a workflow has no field of this name; it has {}", FIELDS.join(", ")),
    };
    WorkflowFault::new(path, message)
}
