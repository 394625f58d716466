//! From text to a tree that keeps every scalar as it is written.
//!
//! YAML would read an unquoted `1.10` as the number 1.1 and `off` as a boolean. The tree keeps the text; only
//! an unquoted `null`, `~` or nothing at all is no text, but absent. Anchors, aliases and tags are refused: a
//! workflow has no use for them, and a few lines of aliases unfold into gigabytes.

use std::{borrow::Cow, collections::HashSet};

use hrflow_core::text::shown;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use crate::error::{Position, WorkflowFault};

/// How deep values may be nested.
const MAX_DEPTH: usize = 64;

/// A value, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// `None` for what was given on the command line.
    pub(crate) at: Option<Position>,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Null,
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Kind {
    /// What it is, to go on from "came".
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

/// Reads a document. What YAML itself refuses ends the reading; everything else is collected.
pub(crate) fn parse(text: &str) -> Result<Node, Vec<WorkflowFault>> {
    let mut reader = Reader { events: Parser::new_from_str(text), faults: Vec::new(), text };
    match reader.document() {
        Ok(node) if reader.faults.is_empty() => Ok(node),
        Ok(_) => Err(reader.faults),
        Err(fault) => {
            reader.faults.push(fault);
            Err(reader.faults)
        }
    }
}

struct Reader<'t> {
    events: Parser<'t, StrInput<'t>>,
    faults: Vec<WorkflowFault>,
    text: &'t str,
}

impl<'t> Reader<'t> {
    fn document(&mut self) -> Result<Node, WorkflowFault> {
        let node = loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
                (Event::StreamEnd, _) => return Err(WorkflowFault::new("", "the file is empty")),
                (event, span) => break self.node(event, span, 0)?,
            }
        };
        loop {
            match self.next()? {
                (Event::DocumentStart(_), span) => {
                    let fault =
                        WorkflowFault::new("", "a second document begins here; a file holds one workflow");
                    return Err(fault.at(Some(position(span.start))));
                }
                (Event::StreamEnd, _) => return Ok(node),
                _ => {}
            }
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node, WorkflowFault> {
        let at = Some(position(span.start));
        if depth > MAX_DEPTH {
            let message = format!("values are nested more than {MAX_DEPTH} levels deep");
            return Err(WorkflowFault::new("", message).at(at));
        }
        let kind = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = self.refuse_properties(anchor, tag, at);
                scalar(text, style, is_text)
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_properties(anchor, tag, at);
                Kind::List(self.list(depth)?)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_properties(anchor, tag, at);
                Kind::Object(self.object(depth)?)
            }
            Event::Alias(_) => {
                self.fault(at, "aliases are not taken here; a value that begins with * must be in quotes");
                Kind::Null
            }
            _ => return Err(WorkflowFault::new("", "expected a value").at(at)),
        };
        Ok(Node { at, kind })
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, WorkflowFault> {
        let mut nodes = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(nodes),
                (event, span) => nodes.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Vec<(String, Node)>, WorkflowFault> {
        let mut members = Vec::new();
        let mut names = HashSet::new();
        loop {
            let name = match self.next()? {
                (Event::MappingEnd, _) => return Ok(members),
                (event, span) => self.node(event, span, depth + 1)?,
            };
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            match name.kind {
                Kind::Text(text) if names.insert(text.clone()) => members.push((text, value)),
                Kind::Text(text) => self.fault(name.at, &format!("{} is given twice", shown(&text, 60))),
                Kind::Null => self.fault(name.at, "expected a name before the colon"),
                kind => {
                    self.fault(name.at, &format!("expected a name before the colon, came {}", kind.word()))
                }
            }
        }
    }

    /// Refuses anchors and foreign tags. Answers whether a tag says that a scalar is text.
    fn refuse_properties(&mut self, anchor: usize, tag: Option<Cow<'_, Tag>>, at: Option<Position>) -> bool {
        if anchor != 0 {
            self.fault(at, "anchors are not taken here; a value that begins with & must be in quotes");
        }
        match tag {
            None => false,
            Some(tag) if tag.is_yaml_core_schema() => tag.suffix == "str",
            Some(_) => {
                self.fault(at, "tags are not taken here; a value that begins with ! must be in quotes");
                false
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), WorkflowFault> {
        match self.events.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => Err(syntax(&error, self.text)),
            None => Ok((Event::StreamEnd, Span::empty(Marker::default()))),
        }
    }

    fn fault(&mut self, at: Option<Position>, message: &str) {
        self.faults.push(WorkflowFault::new("", message).at(at));
    }
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle, is_text: bool) -> Kind {
    let absent = style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
    if absent && !is_text { Kind::Null } else { Kind::Text(text.into_owned()) }
}

fn position(marker: Marker) -> Position {
    Position { line: marker.line().max(1), column: marker.col() + 1 }
}

/// The first tab in the indentation of the line where the parser stopped, or of its neighbours.
fn tab_near(text: &str, stopped: Position) -> Option<Position> {
    text.lines().enumerate().skip(stopped.line.saturating_sub(2)).take(3).find_map(|(index, line)| {
        let indentation = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        Some(Position { line: index + 1, column: indentation.find('\t')? + 1 })
    })
}

/// The parser's words, which name at most one character of the text, and what usually is the cause. The line
/// itself is not shown: it may hold a secret.
fn syntax(error: &ScanError, text: &str) -> WorkflowFault {
    let (words, marker) = (error.info(), error.marker());
    if let Some(at) = tab_near(text, position(*marker)) {
        return WorkflowFault::new("", "not valid YAML: a tab in the indentation; use spaces").at(Some(at));
    }
    let hint = if words.contains("unknown anchor") {
        "; a value that begins with * must be in quotes"
    } else if words.contains("flow") && text.contains("${") {
        "; inside {…} and […] write \"${NAME}\" in quotes"
    } else if words.contains("mapping values are not allowed") {
        "; a value that holds a colon and a space must be in quotes"
    } else if words.contains("unexpected character") {
        "; a value that begins with it must be in quotes"
    } else {
        ""
    };
    WorkflowFault::new("", format!("not valid YAML: {words}{hint}")).at(Some(position(*marker)))
}
