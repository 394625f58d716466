//! What the program is going to have and does not have yet.

/// Commands and options, and what to use until they are there.
const ABSENT: [(&str, &str); 1] = [("auth", "No connector of this version needs consent in a browser.")];

/// What to say when a command or an option of this name is asked for.
pub(crate) fn explain(name: &str) -> Option<String> {
    let name = name.split(['=', ' ']).next().unwrap_or_default();
    let (_, instead) = ABSENT.iter().find(|(absent, _)| *absent == name)?;
    Some(format!("error: {name} is not available in this version yet. {instead}"))
}
