//! Conversion of a JSON schema, as schemars derives it, to the tree for validation and documentation.
//!
//! It supports the types of parameter structs: text, numbers, booleans, choices, lists, objects, maps, and unions of
//! these. Other schemas accept every value here, and the type's own `Deserialize` decides.
//!
//! A type can describe its accepted values with the keyword `x-expected`, or with a known format. The keyword
//! `x-address` marks a URL or a host that receives requests.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value};

use crate::manifest::without_code_links;

use super::{
    Field, Parameters,
    node::{Kind, Node},
    order, span,
};

/// Returns the tree of a parameter struct.
pub(super) fn object<P: Parameters>() -> Node {
    let root = root_schema::<P>();
    let order = |path: &[&str]| order::declared::<P>(path).to_vec();
    let tree = Tree { root: &root, order: &order };
    tree.node(&root, &Place { path: &[], references: &[], secret: false })
}

fn root_schema<T: JsonSchema>() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// Returns the schema for other programs: with the order of the fields, and with descriptions as paragraphs.
pub(super) fn published<P: Parameters>() -> Value {
    let mut schema = root_schema::<P>();
    put_order::<P>(&mut schema, &[]);
    unwrap_descriptions(&mut schema);
    schema
}

fn put_order<P: Parameters>(schema: &mut Value, path: &[&str]) {
    let Some(keywords) = schema.as_object_mut() else { return };
    if let Some(properties) = keywords.get_mut("properties").and_then(Value::as_object_mut) {
        let declared = order::declared::<P>(path);
        let known: Vec<&str> =
            declared.iter().copied().filter(|name| properties.contains_key(*name)).collect();
        for (name, property) in properties {
            put_order::<P>(property, &[path, &[name.as_str()]].concat());
        }
        if !known.is_empty() {
            keywords.insert("x-order".to_owned(), known.into());
        }
    }
    if let Some(elements) = keywords.get_mut("items") {
        put_order::<P>(elements, path);
    }
    for name in ["anyOf", "oneOf", "allOf"] {
        for one in keywords.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten() {
            put_order::<P>(one, path);
        }
    }
}

/// Converts the descriptions of a schema and of all schemas in it.
pub(crate) fn unwrap_descriptions(schema: &mut Value) {
    match schema {
        Value::Object(keywords) => keywords.iter_mut().for_each(|(name, value)| match value {
            Value::String(words) if name == "description" => {
                *words = without_code_links(&unwrapped(words));
            }
            _ if matches!(name.as_str(), "default" | "enum" | "const" | "examples") => {}
            other => unwrap_descriptions(other),
        }),
        Value::Array(elements) => elements.iter_mut().for_each(unwrap_descriptions),
        _ => {}
    }
}

struct Tree<'a> {
    root: &'a Value,
    order: &'a dyn Fn(&[&str]) -> Vec<&'static str>,
}

/// The position in the tree.
struct Place<'a> {
    path: &'a [&'a str],
    /// The references followed to this position. A recursive type is cut off.
    references: &'a [&'a str],
    /// Whether an enclosing value is a secret.
    secret: bool,
}

impl Tree<'_> {
    fn node(&self, schema: &Value, place: &Place<'_>) -> Node {
        let Some(keywords) = schema.as_object() else { return Node::of(Kind::Any) };
        let secret = place.secret || keywords.get("writeOnly") == Some(&Value::Bool(true));
        let place = Place { secret, ..*place };

        let mut node = match self.reference(keywords, &place) {
            Some(node) => node,
            None => Node::of(self.kind(keywords, &place)),
        };
        node.secret |= secret || node.kind.holds_secrets();
        node.address |= keywords.get("x-address") == Some(&Value::Bool(true));
        let own = text(keywords, "x-expected").or_else(|| format_words(text(keywords, "format")?));
        if let Some(words) = own {
            node.expected = Some(words.to_owned());
        }
        match text(keywords, "format") {
            Some("duration") => node.complete = Some(span::with_unit),
            Some("rate") => node.complete = Some(rate_with_unit),
            _ => {}
        }
        node
    }

    fn reference(&self, keywords: &Map<String, Value>, place: &Place<'_>) -> Option<Node> {
        let reference = text(keywords, "$ref")?;
        let schema = reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer))?;
        if place.references.contains(&reference) {
            return Some(Node::of(Kind::Any));
        }
        let references: Vec<&str> = place.references.iter().copied().chain([reference]).collect();
        Some(self.node(schema, &Place { references: &references, ..*place }))
    }

    fn kind(&self, keywords: &Map<String, Value>, place: &Place<'_>) -> Kind {
        if let Some(choice) = keywords.get("const") {
            return Kind::Choice(vec![choice.clone()]);
        }
        if let Some(choices) = list(keywords, "enum") {
            return Kind::Choice(choices.iter().filter(|choice| !choice.is_null()).cloned().collect());
        }
        let is_object = keywords.contains_key("properties");
        if let Some(alternatives) = list(keywords, "oneOf").or_else(|| list(keywords, "anyOf")) {
            // An object with alternatives beside its properties is the result of `flatten`, which serde must check.
            if is_object {
                return Kind::Any;
            }
            return union(alternatives.iter().filter(|one| !is_null(one)).map(|one| self.node(one, place)));
        }
        if let Some([only]) = list(keywords, "allOf").map(Vec::as_slice) {
            return self.node(only, place).kind;
        }
        match keywords.get("type") {
            Some(Value::String(word)) => self.kind_of_type(word, keywords, place),
            Some(Value::Array(words)) => union(
                words
                    .iter()
                    .filter_map(Value::as_str)
                    .filter(|word| *word != "null")
                    .map(|word| Node::of(self.kind_of_type(word, keywords, place))),
            ),
            _ if is_object => self.object(keywords, place),
            _ => Kind::Any,
        }
    }

    fn kind_of_type(&self, word: &str, keywords: &Map<String, Value>, place: &Place<'_>) -> Kind {
        match word {
            "string" => Kind::Text {
                shortest: keywords.get("minLength").and_then(Value::as_u64).unwrap_or(0),
                longest: keywords.get("maxLength").and_then(Value::as_u64).unwrap_or(u64::MAX),
            },
            "integer" => Kind::Integer {
                least: whole(keywords, "minimum").or_else(|| format_bounds(keywords).map(|(least, _)| least)),
                most: whole(keywords, "maximum").or_else(|| format_bounds(keywords).map(|(_, most)| most)),
            },
            "number" => Kind::Number {
                least: keywords.get("minimum").and_then(Value::as_f64),
                most: keywords.get("maximum").and_then(Value::as_f64),
            },
            "boolean" => Kind::Boolean,
            "array" => Kind::List(Box::new(
                keywords.get("items").map_or(Node::of(Kind::Any), |items| self.node(items, place)),
            )),
            "object" => self.object(keywords, place),
            _ => Kind::Any,
        }
    }

    fn object(&self, keywords: &Map<String, Value>, place: &Place<'_>) -> Kind {
        let others = keywords.get("additionalProperties").filter(|others| **others != Value::Bool(false));
        match (keywords.get("properties").and_then(Value::as_object), others) {
            (Some(properties), others) => {
                Kind::Object { fields: self.fields(properties, keywords, place), open: others.is_some() }
            }
            (None, Some(values)) => Kind::Map(Box::new(self.node(values, place))),
            (None, None) => Kind::Object { fields: Vec::new(), open: false },
        }
    }

    fn fields(
        &self,
        properties: &Map<String, Value>,
        keywords: &Map<String, Value>,
        place: &Place<'_>,
    ) -> Vec<Field> {
        let required: Vec<&str> =
            list(keywords, "required").into_iter().flatten().filter_map(Value::as_str).collect();
        let declared = (self.order)(place.path);
        let mut properties: Vec<(&String, &Value)> = properties.iter().collect();
        properties.sort_by_key(|(name, _)| {
            let position =
                |names: &[&str]| names.iter().position(|known| known == name).unwrap_or(names.len());
            (position(&declared), position(&required))
        });
        properties
            .into_iter()
            .map(|(name, schema)| self.field(name, schema, required.contains(&name.as_str()), place))
            .collect()
    }

    fn field(&self, name: &str, schema: &Value, required: bool, place: &Place<'_>) -> Field {
        let path: Vec<&str> = place.path.iter().copied().chain([name]).collect();
        let node = self.node(schema, &Place { path: &path, ..*place });
        let default = schema.get("default").filter(|_| !node.secret);
        Field {
            name: name.to_owned(),
            kind: node.kind.word(),
            required,
            default: default.cloned().unwrap_or_default(),
            description: self.description(schema),
            secret: node.secret,
            address: node.address,
            fields: node.kind.fields().map(<[Field]>::to_vec),
            choices: node.kind.choices().map(<[Value]>::to_vec),
            expected: node.expected(),
            node,
        }
    }

    /// Returns the field's own description, else that of the type it refers to.
    fn description(&self, schema: &Value) -> String {
        let of_type = || {
            let pointer = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
            self.root.pointer(pointer)?.get("description")
        };
        let words = schema.get("description").or_else(of_type).and_then(Value::as_str).unwrap_or_default();
        unwrapped(words)
    }
}

/// Returns the union of alternatives. If all are constants, it is one choice, in which a boolean counts as two
/// constants.
fn union(nodes: impl Iterator<Item = Node>) -> Kind {
    let mut nodes: Vec<Node> = nodes.collect();
    if nodes.len() == 1
        && let Some(only) = nodes.pop()
    {
        return only.kind;
    }
    let constant = |node: &Node| matches!(node.kind, Kind::Choice(_));
    let choosable = |node: &Node| constant(node) || matches!(node.kind, Kind::Boolean);
    if !(nodes.iter().any(constant) && nodes.iter().all(choosable)) {
        return Kind::Union(nodes);
    }
    Kind::Choice(
        nodes
            .into_iter()
            .flat_map(|node| match node.kind {
                Kind::Choice(choices) => choices,
                _ => vec![Value::Bool(false), Value::Bool(true)],
            })
            .collect(),
    )
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|word| word == "null") || schema.get("const").is_some_and(Value::is_null)
}

fn text<'a>(keywords: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    keywords.get(name)?.as_str()
}

fn list<'a>(keywords: &'a Map<String, Value>, name: &str) -> Option<&'a Vec<Value>> {
    keywords.get(name)?.as_array()
}

fn whole(keywords: &Map<String, Value>, name: &str) -> Option<i128> {
    let number = keywords.get(name)?;
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

/// Returns the bounds of Rust's integers that schemars expresses only as a format.
fn format_bounds(keywords: &Map<String, Value>) -> Option<(i128, i128)> {
    match text(keywords, "format")? {
        "int32" => Some((i32::MIN.into(), i32::MAX.into())),
        "int64" | "int" => Some((i64::MIN.into(), i64::MAX.into())),
        "uint32" => Some((0, u32::MAX.into())),
        "uint64" | "uint" => Some((0, u64::MAX.into())),
        _ => None,
    }
}

/// Returns `50/10s` for `50/10`.
fn rate_with_unit(rate: &str) -> Option<String> {
    let (requests, window) = rate.split_once('/')?;
    Some(format!("{}/{}", requests.trim(), span::with_unit(window)?))
}

fn format_words(format: &str) -> Option<&'static str> {
    match format {
        "duration" => Some("a duration such as 30s"),
        "rate" => Some("a rate such as 50/10s"),
        "uri" => Some("a URL"),
        "email" => Some("an e-mail address"),
        "date" => Some("a date such as 2025-01-31"),
        "date-time" => Some("a time such as 2025-01-31T08:00:00Z"),
        "uuid" => Some("a UUID"),
        _ => None,
    }
}

/// Joins the lines of a doc comment, which is wrapped for source code.
fn unwrapped(description: &str) -> String {
    let paragraphs = description.split("\n\n");
    let joined = paragraphs.map(|lines| lines.lines().map(str::trim).collect::<Vec<_>>().join(" "));
    joined.collect::<Vec<_>>().join("\n\n").trim().to_owned()
}
