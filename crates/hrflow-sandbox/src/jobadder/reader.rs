//! The reader of commands: checks the type of every field and collects all errors.

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::command::{Member, Shape};
use super::errors::{ErrorItem, Refusal};
use super::switches::Switches;
use crate::form::media_type;
use crate::server::Received;

/// Reads the JSON object of a body and checks the type of its fields. Ignored fields are removed, as are nulls that
/// count as absent.
pub(crate) fn read<'a>(
    request: &Received,
    members: impl IntoIterator<Item = &'a Member>,
    switches: &Switches,
) -> Result<(Map<String, Value>, Vec<ErrorItem>), Refusal> {
    if media_type(request) != "application/json" {
        return Err(Refusal::unsupported_media_type("application/json"));
    }
    let unreadable = |message: String| Refusal::invalid(vec![ErrorItem::unreadable("", message)]);
    let mut sent: Value = serde_json::from_slice(&request.body)
        .map_err(|error| unreadable(format!("Not valid JSON: {error}")))?;
    let mut reader = Reader { switches, errors: Vec::new() };
    let Value::Object(object) = &mut sent else {
        return Err(unreadable("An object is expected.".to_owned()));
    };
    reader.object(object, &members.into_iter().collect::<Vec<_>>(), "");
    Ok((std::mem::take(object), reader.errors))
}

struct Reader<'a> {
    switches: &'a Switches,
    errors: Vec<ErrorItem>,
}

impl Reader<'_> {
    fn object(&mut self, object: &mut Map<String, Value>, members: &[&Member], path: &str) {
        object.retain(|name, value| match members.iter().find(|member| member.name == name) {
            None => {
                if self.switches.refuse_unknown_members {
                    let message = format!("Could not find member '{name}' on the object.");
                    self.errors.push(ErrorItem::unreadable(&joined(path, name), message));
                }
                false
            }
            Some(member) if value.is_null() && !member.nullable => {
                if self.switches.refuse_nulls {
                    let message = "Null is not a value of this member.";
                    self.errors.push(ErrorItem::unreadable(&joined(path, name), message));
                }
                false
            }
            Some(member) => {
                if !value.is_null() {
                    self.value(value, &member.shape, &joined(path, name));
                }
                true
            }
        });
        for member in members.iter().filter(|member| member.required && !object.contains_key(member.name)) {
            let field = joined(path, member.name);
            let missing = ErrorItem::missing(&field);
            // A null is already reported.
            if !self.errors.iter().any(|known| known.is_same_field(&missing)) {
                self.errors.push(missing);
            }
        }
    }

    fn value(&mut self, value: &mut Value, shape: &Shape, path: &str) {
        match (shape, value) {
            (Shape::CustomValue, _) | (Shape::Flag, Value::Bool(_)) => {}
            (Shape::Object(members), Value::Object(object)) => {
                self.object(object, &members.iter().collect::<Vec<_>>(), path);
            }
            (Shape::List(each), Value::Array(values)) => {
                for (index, value) in values.iter_mut().enumerate() {
                    self.value(value, each, &format!("{path}[{index}]"));
                }
            }
            (Shape::Links, Value::Object(links)) => self.links(links, path),
            (Shape::Integer, Value::Number(number)) if is_integer(number) => {}
            (Shape::Rate, Value::Number(number)) => {
                if !number.as_f64().is_some_and(|rate| (0.0..=99_999_999.0).contains(&rate)) {
                    self.invalid(path, format!("The field {path} must be between 0 and 99999999."));
                }
            }
            (shape, Value::String(text)) if is_written(shape) => self.text(text, shape, path),
            (shape, _) => self.unexpected(path, word(shape)),
        }
    }

    fn text(&mut self, text: &mut String, shape: &Shape, path: &str) {
        match shape {
            Shape::Text(most) if text.chars().count() > *most => {
                let message = format!("The field {path} must be a string with a maximum length of {most}.");
                self.invalid(path, message);
            }
            Shape::OneOf(words) if !words.contains(&text.as_str()) => {
                self.unexpected(path, &format!("one of {}", words.join(", ")));
            }
            Shape::Currency if text.len() != 3 || !text.bytes().all(|byte| byte.is_ascii_uppercase()) => {
                self.invalid(path, format!("The field {path} must be a three-letter currency code."));
            }
            Shape::Date if !is_date(text) => self.no_date(text, path, "a date"),
            Shape::PartialDate => self.partial_date(text, path, "a year, a month or a date"),
            Shape::EndDate if text != "Present" => {
                self.partial_date(text, path, "a year, a month, a date or Present");
            }
            _ => {}
        }
    }

    fn links(&mut self, links: &Map<String, Value>, path: &str) {
        for (name, link) in links {
            let field = joined(path, name);
            match link {
                Value::String(text) if url::Url::parse(text).is_ok() => {}
                Value::String(_) => self.invalid(&field, "An absolute URI is expected."),
                _ => self.errors.push(ErrorItem::unreadable(&field, "A text is expected.")),
            }
        }
    }

    /// Cuts a date-time to its date if the switches accept it.
    fn partial_date(&mut self, text: &mut String, path: &str, expected: &str) {
        if !self.switches.refuse_date_times
            && let Some((date, _)) = text.split_once('T')
            && is_date(date)
        {
            *text = date.to_owned();
        }
        if !(is_year(text) || is_month(text) || is_date(text)) {
            self.no_date(text, path, expected);
        }
    }

    fn no_date(&mut self, text: &str, path: &str, expected: &str) {
        let message = format!("'{text}' is not a valid DateTime: {expected} is expected.");
        self.errors.push(ErrorItem::unreadable(path, message));
    }

    fn unexpected(&mut self, path: &str, expected: &str) {
        let message = format!("Unexpected value at '{path}': {expected} is expected.");
        self.errors.push(ErrorItem::unreadable(path, message));
    }

    fn invalid(&mut self, path: &str, message: impl Into<String>) {
        self.errors.push(ErrorItem::invalid(path, message));
    }
}

/// Joins a path with dots, as the vendor writes it.
fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Whether its JSON type is a string.
fn is_written(shape: &Shape) -> bool {
    word(shape) == "a text"
}

fn word(shape: &Shape) -> &'static str {
    match shape {
        Shape::Integer => "an integer of 32 bits",
        Shape::Rate => "a number",
        Shape::Flag => "true or false",
        Shape::List(Shape::Integer) => "an array of integers",
        Shape::List(Shape::LongText) => "an array of texts",
        Shape::List(_) => "an array",
        Shape::Object(_) | Shape::Links => "an object",
        _ => "a text",
    }
}

fn is_integer(number: &serde_json::Number) -> bool {
    number.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_month(text: &str) -> bool {
    text.len() == 7 && is_date(&format!("{text}-01"))
}

/// Whether the text is a valid date, `YYYY-MM-DD`.
pub(crate) fn is_date(text: &str) -> bool {
    text.len() == 10 && text.bytes().filter(|byte| *byte == b'-').count() == 2 && text.parse::<Date>().is_ok()
}
