//! Paths such as `info.urls[type=linkedin].url`.

use serde_json::Value;

/// A path, in steps.
#[derive(Debug, PartialEq)]
pub(super) struct Path<'a>(Vec<Step<'a>>);

#[derive(Debug, PartialEq, Clone, Copy)]
enum Step<'a> {
    /// A member of an object.
    Member(&'a str),
    /// The elements of a list; with a name and a value, those that have it.
    Elements(Option<(&'a str, &'a str)>),
}

impl<'a> Path<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut steps = Vec::new();
        for part in text.split('.') {
            let mut parts = part.split('[');
            steps.extend(parts.next().filter(|name| !name.is_empty()).map(Step::Member));
            steps.extend(parts.map(|inside| Step::Elements(inside.trim_end_matches(']').split_once('='))));
        }
        Self(steps)
    }

    /// Whether `other` is this, or below it. Elements of any kind are among all elements.
    pub(super) fn covers(&self, other: &Path<'_>) -> bool {
        let same = |(own, other): (&Step<'_>, &Step<'_>)| match (own, other) {
            (Step::Elements(None), Step::Elements(_)) => true,
            (own, other) => own == other,
        };
        self.0.len() <= other.0.len() && self.0.iter().zip(&other.0).all(same)
    }

    /// Takes it out of a value, with all that is below.
    pub(super) fn remove_from(&self, value: &mut Value) {
        remove(&self.0, value);
    }

    /// Hands every place in a value that it stands for to `edit`.
    pub(super) fn edit(&self, value: &mut Value, edit: &mut dyn FnMut(&mut Value)) {
        visit(&self.0, value, edit);
    }

    /// Up to its first list, if it has one.
    pub(super) fn list(&self) -> Option<Path<'a>> {
        let first = self.0.iter().position(|step| matches!(step, Step::Elements(_)))?;
        Some(Path(self.0[..first].to_vec()))
    }

    /// Behind its first list, if it has one.
    pub(super) fn in_element(&self) -> Option<Path<'a>> {
        let first = self.0.iter().position(|step| matches!(step, Step::Elements(_)))?;
        Some(Path(self.0[first + 1..].to_vec()))
    }

    /// The last name in it.
    pub(super) fn name(&self) -> &'a str {
        let names = self.0.iter().rev().find_map(|step| match step {
            Step::Member(name) => Some(*name),
            Step::Elements(_) => None,
        });
        names.unwrap_or_default()
    }
}

impl Step<'_> {
    fn is(&self, element: &Value) -> bool {
        match self {
            Step::Elements(Some((name, value))) => element[*name] == *value,
            _ => true,
        }
    }
}

fn remove(steps: &[Step<'_>], value: &mut Value) {
    match (steps, value) {
        ([Step::Member(name)], Value::Object(members)) => drop(members.remove(*name)),
        ([step], Value::Array(elements)) => elements.retain(|element| !step.is(element)),
        ([step, rest @ ..], value) => within(step, value, &mut |inner| remove(rest, inner)),
        ([], _) => {}
    }
}

fn visit(steps: &[Step<'_>], value: &mut Value, edit: &mut dyn FnMut(&mut Value)) {
    match steps {
        [] => edit(value),
        [step, rest @ ..] => within(step, value, &mut |inner| visit(rest, inner, edit)),
    }
}

fn within(step: &Step<'_>, value: &mut Value, then: &mut dyn FnMut(&mut Value)) {
    match (step, value) {
        (Step::Member(name), Value::Object(members)) => {
            if let Some(member) = members.get_mut(*name) {
                then(member);
            }
        }
        (step @ Step::Elements(_), Value::Array(elements)) => {
            elements.iter_mut().filter(|element| step.is(element)).for_each(then);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_covers_what_is_below_it() {
        let covers = |path: &str, other: &str| Path::new(path).covers(&Path::new(other));
        assert!(covers("info", "info.email"));
        assert!(covers("info.urls[].url", "info.urls[type=github].url"));
        assert!(covers("info.urls", "info.urls[type=github].url"));
        assert!(!covers("info.urls[type=linkedin]", "info.urls[type=github].url"));
        assert!(!covers("info.email", "info"));
        assert!(!covers("info.text", "info.text_language"));
    }

    #[test]
    fn elements_and_members_can_be_taken_out() {
        let mut value = json!({ "a": [{ "type": "x", "b": 1 }, { "type": "y", "b": 2 }] });
        Path::new("a[type=x]").remove_from(&mut value);
        assert_eq!(value, json!({ "a": [{ "type": "y", "b": 2 }] }));
        Path::new("a[].b").remove_from(&mut value);
        assert_eq!(value, json!({ "a": [{ "type": "y" }] }));
    }
}
