//! From a program's text to what can be run.

use std::{collections::BTreeSet, ptr};

use hrflow_core::parameters::nearest;
use jaq_core::{
    Compiler, DataT, Lut, RunPtr,
    compile::Undefined,
    data::HasLut,
    load::{self, Arena, File, Loader, lex, parse},
    native::{self, bome, v},
};
use jaq_json::Val;
use serde::Deserialize;
use serde_json::Value;

use super::{json, wire::CompileFault};
use crate::programs::Role;

/// What a program can be run with: values are JSON, and the default format is at hand.
pub(super) struct Kind;

/// From an item to what the default format makes of it, or why it makes nothing.
pub(super) type DefaultFormat = dyn Fn(Value) -> Result<Value, String>;

#[derive(Clone, Copy)]
pub(super) struct AtHand<'a> {
    pub(super) lut: &'a Lut<Kind>,
    pub(super) default_format: &'a DefaultFormat,
}

impl DataT for Kind {
    type V<'a> = Val;
    type Data<'a> = AtHand<'a>;
}

impl<'a> HasLut<'a, Kind> for AtHand<'a> {
    fn lut(&self) -> &'a Lut<Kind> {
        self.lut
    }
}

/// A program that can be run.
pub(super) type Filter = jaq_core::Filter<Kind>;

/// The variables of every program, in the order in which their values are given.
pub(super) const VARIABLES: [&str; 2] = ["$workflow_id", "$now"];

/// Names of jq that are not there, and what to do instead: what comes of an item depends on the item alone.
const NOT_THERE: [(&str, &str); 12] = [
    ("env", "put values in with ${NAME}"),
    ("$ENV", "put values in with ${NAME}"),
    ("input", "a program sees one item"),
    ("inputs", "a program sees one item"),
    ("input_filename", "a program sees one item"),
    ("input_line_number", "a program sees one item"),
    ("halt", "fail with error(\"…\"), or discard the item with empty in a logic"),
    ("halt_error", "fail with error(\"…\"), or discard the item with empty in a logic"),
    ("debug", "look at what comes of an item with `hrflow map`"),
    ("stderr", "look at what comes of an item with `hrflow map`"),
    ("now", "$now is the time at which the run began, in seconds"),
    ("repl", "look at what comes of an item with `hrflow map`"),
];
/// What the definitions of such names are made of.
const NATIVE: [&str; 2] = ["debug_empty", "stderr_empty"];

fn is_there(name: &str) -> bool {
    !NATIVE.contains(&name) && NOT_THERE.iter().all(|(gone, _)| *gone != name)
}

fn definitions(role: Role) -> Vec<parse::Def<&'static str>> {
    let own = |text: &'static str| load::parse(text, |parser| parser.defs()).unwrap_or_default();
    let event = if role == Role::EventParser { own(include_str!("event.jq")) } else { Vec::new() };
    let all = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    all.filter(|definition| is_there(definition.name))
        .chain(own(include_str!("prelude.jq")))
        .chain(event)
        .collect()
}

fn functions(role: Role) -> Vec<native::Fun<Kind>> {
    let all = jaq_core::funs::<Kind>().chain(jaq_std::funs()).chain(jaq_json::funs());
    let own = (role == Role::Format).then(|| native::run::<Kind>(default_format::<Kind>()));
    all.filter(|(name, ..)| is_there(name)).chain(own).collect()
}

/// Generic over the one kind that there is: the compiler does not see through its types otherwise.
fn default_format<D>() -> native::Filter<RunPtr<D>>
where
    D: for<'a> DataT<V<'a> = Val, Data<'a> = AtHand<'a>>,
{
    ("default_format", v(0), |cv| {
        let made = json::value(&cv.1)
            .map_err(|_| "default_format: what it was given is no profile".to_owned())
            .and_then(|profile| (cv.0.data().default_format)(profile))
            .and_then(|item| Val::deserialize(item).map_err(|error| error.to_string()));
        bome(made.map_err(jaq_core::Error::str))
    })
}

/// Compiles the program with a number.
pub(super) fn compile(program: usize, role: Role, text: &str) -> Result<Filter, Vec<CompileFault>> {
    let fault = |place: &str, message: String| {
        let (line, column) = position(text, place);
        CompileFault { program, line, column, message }
    };
    let definitions = definitions(role);
    let functions = functions(role);
    let known: BTreeSet<String> = definitions
        .iter()
        .map(|it| it.name)
        .chain(functions.iter().map(|it| it.0))
        .map(str::to_owned)
        .collect();
    let arena = Arena::default();
    let loaded = Loader::new(definitions).load(&arena, File { code: text, path: true });
    let modules = loaded.and_then(|modules| {
        // The loader rejects modules; `import "…" as $name` reads data, which its caller may reject.
        load::import(&modules, |_| Err(String::new()))?;
        Ok(modules)
    });
    let modules = modules.map_err(|errors| {
        let errors = errors.into_iter().filter(|(file, _)| file.path).map(|(_, error)| error);
        errors
            .flat_map(|error| loading(error, text))
            .map(|(at, message)| fault(at, message))
            .collect::<Vec<_>>()
    })?;
    let compiler = Compiler::<_, Kind>::default().with_funs(functions).with_global_vars(VARIABLES);
    compiler.compile(modules).map_err(|errors| {
        let errors = errors.into_iter().filter(|(file, _)| file.path).flat_map(|(_, errors)| errors);
        errors.map(|(at, undefined)| fault(at, missing(at, &undefined, role, &known))).collect()
    })
}

/// Line and column of a part of a text, from 1 on; its end, where it is no part.
fn position(text: &str, part: &str) -> (usize, usize) {
    let offset = ptr::from_ref(part).cast::<u8>().addr().checked_sub(ptr::from_ref(text).cast::<u8>().addr());
    let before = offset.and_then(|offset| text.get(..offset)).unwrap_or(text.trim_end());
    let line = before.split('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

fn loading<'t>(error: load::Error<&'t str>, text: &'t str) -> Vec<(&'t str, String)> {
    match error {
        load::Error::Io(paths) => paths
            .into_iter()
            .map(|(at, _)| (at, "`import` and `include` are not there: a program is one text".to_owned()))
            .collect(),
        load::Error::Lex(errors) => errors.into_iter().map(|(expected, at)| unread(&expected, at)).collect(),
        load::Error::Parse(errors) => errors.into_iter().map(|error| misplaced(&error, text)).collect(),
    }
}

fn unread<'t>(expected: &lex::Expect<&'t str>, at: &'t str) -> (&'t str, String) {
    match expected {
        // It is of more use where it begins than where it should end.
        lex::Expect::Delim(open) => (open, format!("the `{open}` has no {}", expected.as_str())),
        lex::Expect::Token => (at, format!("{} means nothing in jq", shown(at, 1))),
        expected => (at, format!("expected a {}, {}", expected.as_str(), came(at))),
    }
}

fn misplaced<'t>((expected, at): &parse::Error<&'t str>, text: &'t str) -> (&'t str, String) {
    // Nothing is left: that is at the end.
    let at = if at.is_empty() { &text[text.trim_end().len()..] } else { at };
    let message = match expected {
        parse::Expect::Nothing => format!("{} does not belong here", shown(at, 20)),
        expected => format!("expected {}, {}", expected.as_str(), came(at)),
    };
    (at, message)
}

fn came(at: &str) -> String {
    if at.trim().is_empty() { "but the program ends".to_owned() } else { format!("came {}", shown(at, 20)) }
}

/// The first characters of a part of the program, on one line.
fn shown(part: &str, most: usize) -> String {
    let line = part.lines().next().unwrap_or_default();
    let cut: String = line.chars().take(most).collect();
    let more = if most > 1 && cut.len() < part.trim_end().len() { "…" } else { "" };
    format!("`{cut}{more}`")
}

fn missing(name: &str, undefined: &Undefined, role: Role, known: &BTreeSet<String>) -> String {
    if let Some((gone, instead)) = NOT_THERE.iter().find(|(gone, _)| *gone == name) {
        return format!("`{gone}` is not there: {instead}");
    }
    if name == "default_format" {
        return "`default_format` is there in a format only: a logic is given what the format has made"
            .to_owned();
    }
    match undefined {
        Undefined::Var => format!("there is no variable {name}; there are {}", VARIABLES.join(" and ")),
        Undefined::Filter(arguments) => {
            let has_name = known.contains(name) || (role == Role::Format && name == "default_format");
            let near = nearest(name, known.iter().map(String::as_str));
            let what = format!("there is no function {name}");
            match (has_name, arguments, near) {
                (true, 0, _) => format!("{what} without arguments"),
                (true, arguments, _) => format!("{what} that takes {arguments} arguments"),
                (false, _, Some(near)) => format!("{what}; did you mean {near}?"),
                (false, _, None) => what,
            }
        }
        undefined => format!("there is no {} {name}", undefined.as_str()),
    }
}
