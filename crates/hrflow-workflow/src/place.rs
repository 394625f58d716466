//! Where a place inside of a value stands in the file.

use crate::error::Position;

/// The position in `text`, a YAML file, of a line and a column of `value`, a scalar that begins at `at`; both count from
/// 1. None where the file does not spell the value out: an escape, a folded line, something put in for `${…}`.
pub(crate) fn place(text: &str, at: Position, value: &str, line: usize, column: usize) -> Option<Position> {
    let lines: Vec<&str> = text.lines().collect();
    let values: Vec<&str> = value.lines().take(line).collect();
    if value.lines().count() <= 1 {
        // As it is, or after a quote.
        let begins: String = lines.get(at.line - 1)?.chars().skip(at.column - 1).collect();
        let offset = [begins.as_str(), begins.get(1..).unwrap_or_default()]
            .into_iter()
            .position(|begins| values.first().is_some_and(|value| begins.starts_with(value)));
        if let Some(offset) = offset {
            return Some(Position { line: at.line, column: at.column + offset + column - 1 });
        }
    }
    // A block: it is said to begin at its first line that is not blank.
    let blank = values.iter().take_while(|line| line.trim().is_empty()).count();
    let first = at.line.checked_sub(blank)?;
    let own: Vec<&str> = lines.iter().skip(first - 1).take(line).copied().collect();
    let is_spelt = own.len() == values.len().max(line)
        && values.iter().zip(&own).all(|(value, own)| own.trim_end().ends_with(value.trim_end()));
    is_spelt.then_some(Position { line: first + line - 1, column: at.column + column - 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{self, Kind, Node};

    /// Where `mark` stands in the file, found by way of its place in the value of the last member.
    fn found(text: &str, mark: &str) -> Option<(usize, usize)> {
        let Kind::Object(members) = yaml::parse(text).unwrap().kind else { panic!("no object") };
        let Some((_, Node { at: Some(at), kind: Kind::Text(value) })) = members.into_iter().next_back()
        else {
            panic!("no text")
        };
        let offset = value.find(mark).unwrap_or(value.len());
        let line = value[..offset].split('\n').count();
        let column = value[..offset].rsplit('\n').next().unwrap().chars().count() + 1;
        place(text, at, &value, line, column).map(|it| (it.line, it.column))
    }

    fn stands(text: &str, mark: &str) -> Option<(usize, usize)> {
        let offset = text.find(mark).unwrap();
        let line = text[..offset].split('\n').count();
        Some((line, text[..offset].rsplit('\n').next().unwrap().chars().count() + 1))
    }

    #[test]
    fn places_in_scalars_of_every_style() {
        for text in [
            "a: 1\nb: .x | HERE",
            "a: 1\nb:   '.é | HERE'\n",
            "b: \".é | HERE\"",
            "a: 1\nb: |\n  .é\n  | HERE\n",
            "b: |\n    def f:\n      HERE;\n    f\n",
            "b: |-\n\n  # none\n  HERE\n\n",
            "b: |\n  HERE\n",
            "# c\nb: |2\n   x\n  HERE\n",
        ] {
            assert_eq!(found(text, "HERE"), stands(text, "HERE"), "{text}");
        }
    }

    #[test]
    fn what_is_not_spelt_out_has_no_place() {
        for text in ["b: \"\\u0061 | HERE\"", "b: >\n  a\n  b HERE\n", "b: 'it''s HERE'"] {
            assert_eq!(found(text, "HERE"), None, "{text}");
        }
    }
}
