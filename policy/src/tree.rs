//! A policy document as a tree that remembers where everything stood, whichever syntax it was in.

use crate::error::{PolicyError, Position};
use crate::keys::{Key, KeyTable, Kind};
use doorward_core::limits::MAX_NUMERIC_DATE;
use doorward_core::{Reason, primitive};
use jsonc_parser::ast;
use toml::de::{DeTable, DeValue};
use zeroize::Zeroizing;

/// The syntax of a policy document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// TOML.
    Toml,
    /// JSON, strictly: no comments, no trailing commas.
    Json,
}

/// A value and the byte offset at which it stands.
pub(crate) struct Node {
    value: Value,
    offset: usize,
}

enum Value {
    Table(Vec<Entry>),
    Array(Vec<Node>),
    // A string may be a secret.
    String(Zeroizing<String>),
    Integer(i64),
    Bool(bool),
    DateTime(String),
    Other(&'static str),
}

struct Entry {
    key: String,
    offset: usize,
    node: Node,
}

impl Node {
    pub(crate) fn parse(text: &str, syntax: Syntax) -> Result<Self, PolicyError> {
        match syntax {
            Syntax::Toml => parse_toml(text),
            Syntax::Json => parse_json(text),
        }
    }

    fn kind(&self) -> &'static str {
        match &self.value {
            Value::Table(_) => "a table",
            Value::Array(_) => "an array",
            Value::String(_) => "a string",
            Value::Integer(_) => "an integer",
            Value::Bool(_) => "a truth value",
            Value::DateTime(_) => "a date",
            Value::Other(kind) => kind,
        }
    }
}

fn syntax_error(text: &str, offset: usize, message: String) -> PolicyError {
    PolicyError::new(Reason::ConfigInvalid, "", message).at(Position::of(text, offset))
}

fn parse_toml(text: &str) -> Result<Node, PolicyError> {
    // The parser's own rendering quotes the line, and a line may hold a secret: its message alone
    // is shown.
    let table = DeTable::parse(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        syntax_error(text, offset, format!("not valid TOML: {}", error.message()))
    })?;
    Ok(Node { value: from_toml_table(table.get_ref()), offset: 0 })
}

fn from_toml_table(table: &DeTable<'_>) -> Value {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            offset: key.span().start,
            node: Node { value: from_toml(value.get_ref()), offset: value.span().start },
        })
        .collect();
    entries.sort_by_key(|entry| entry.offset);
    Value::Table(entries)
}

fn from_toml(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(Zeroizing::new(text.to_string())),
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
            .map_or(Value::Other("an integer beyond 64 bits"), Value::Integer),
        DeValue::Float(_) => Value::Other("a fraction"),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(date) => Value::DateTime(date.to_string()),
        DeValue::Array(array) => Value::Array(
            array
                .iter()
                .map(|item| Node { value: from_toml(item.get_ref()), offset: item.span().start })
                .collect(),
        ),
        DeValue::Table(table) => from_toml_table(table),
    }
}

fn parse_json(text: &str) -> Result<Node, PolicyError> {
    let strict = jsonc_parser::ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed =
        jsonc_parser::parse_to_ast(text, &jsonc_parser::CollectOptions::default(), &strict)
            .map_err(|error| {
                let message = format!("not valid JSON: {}", error.kind());
                syntax_error(text, error.range().start, message)
            })?;
    match parsed.value {
        // The parser lets a raw line end stand in a string; the core's own reader does not.
        Some(ast::Value::Object(_))
            if primitive::json_object(text.as_bytes(), &mut vec![0; text.len()])
                == Err(Reason::ClaimsJson) =>
        {
            Err(syntax_error(text, 0, "not valid JSON (RFC 8259)".to_owned()))
        }
        Some(value @ ast::Value::Object(_)) => from_json(text, value),
        _ => Err(syntax_error(text, 0, "not valid JSON: an object is expected".to_owned())),
    }
}

fn from_json(text: &str, value: ast::Value<'_>) -> Result<Node, PolicyError> {
    use jsonc_parser::common::Ranged as _;
    let offset = value.range().start;
    let value = match value {
        ast::Value::StringLit(text) => Value::String(Zeroizing::new(text.value.into_owned())),
        ast::Value::NumberLit(number) => {
            number.value.parse().map_or(Value::Other("a number that is no integer"), Value::Integer)
        }
        ast::Value::BooleanLit(value) => Value::Bool(value.value),
        ast::Value::NullKeyword(_) => Value::Other("null"),
        ast::Value::Array(array) => Value::Array(
            array
                .elements
                .into_iter()
                .map(|item| from_json(text, item))
                .collect::<Result<_, _>>()?,
        ),
        ast::Value::Object(object) => {
            let mut entries: Vec<Entry> = Vec::new();
            for property in object.properties {
                let offset = property.range.start;
                let key = property.name.into_string();
                if entries.iter().any(|entry| entry.key == key) {
                    return Err(syntax_error(
                        text,
                        offset,
                        format!("the key `{key}` stands twice"),
                    ));
                }
                entries.push(Entry { key, offset, node: from_json(text, property.value)? });
            }
            Value::Table(entries)
        }
    };
    Ok(Node { value, offset })
}

/// A table whose keys are all known: a misspelled key must not turn a check off.
pub(crate) struct Table<'d> {
    text: &'d str,
    path: String,
    offset: usize,
    entries: &'d [Entry],
    keys: &'static [Key],
}

impl<'d> Table<'d> {
    pub(crate) fn root(
        text: &'d str,
        node: &'d Node,
        known: &'static KeyTable,
    ) -> Result<Self, PolicyError> {
        Self::of(text, String::new(), node, known)
    }

    fn of(
        text: &'d str,
        path: String,
        node: &'d Node,
        known: &'static KeyTable,
    ) -> Result<Self, PolicyError> {
        let Value::Table(entries) = &node.value else {
            return Err(wrong_type(text, path, node, "a table"));
        };
        let table = Self { text, path, offset: node.offset, entries, keys: known.keys };
        match entries.iter().find(|entry| known.keys.iter().all(|key| key.name != entry.key)) {
            None => Ok(table),
            Some(entry) => {
                let names: Vec<&str> = known.keys.iter().map(|key| key.name).collect();
                let message = format!("unknown key; known here: {}", names.join(", "));
                Err(PolicyError::new(Reason::ConfigInvalid, table.path(&entry.key), message)
                    .at(Position::of(text, entry.offset)))
            }
        }
    }

    pub(crate) fn path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn find(&self, key: &str) -> Option<&'d Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    fn kind(&self, key: &str) -> Option<Kind> {
        self.keys.iter().find(|entry| entry.name == key).map(|entry| entry.kind)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// An error about the value of a key, or about the table where the key is absent.
    pub(crate) fn error(
        &self,
        key: &str,
        reason: Reason,
        message: impl Into<String>,
    ) -> PolicyError {
        let offset = self
            .entries
            .iter()
            .find(|entry| entry.key == key)
            .map_or(self.offset, |entry| entry.node.offset);
        PolicyError::new(reason, self.path(key), message).at(Position::of(self.text, offset))
    }

    /// An error about one element of an array.
    pub(crate) fn element_error(
        &self,
        key: &str,
        index: usize,
        reason: Reason,
        message: impl Into<String>,
    ) -> PolicyError {
        let offset =
            self.entries.iter().find(|entry| entry.key == key).map_or(self.offset, |entry| {
                match &entry.node.value {
                    Value::Array(items) => {
                        items.get(index).map_or(entry.node.offset, |item| item.offset)
                    }
                    _ => entry.node.offset,
                }
            });
        PolicyError::new(reason, format!("{}[{index}]", self.path(key)), message)
            .at(Position::of(self.text, offset))
    }

    pub(crate) fn table(
        &self,
        key: &str,
        known: &'static KeyTable,
    ) -> Result<Option<Table<'d>>, PolicyError> {
        self.find(key)
            .map(|entry| Table::of(self.text, self.path(key), &entry.node, known))
            .transpose()
    }

    /// An array of tables; one table alone is not taken for one.
    pub(crate) fn tables(
        &self,
        key: &str,
        known: &'static KeyTable,
    ) -> Result<Vec<Table<'d>>, PolicyError> {
        let Some(entry) = self.find(key) else {
            return Ok(Vec::new());
        };
        match &entry.node.value {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(i, item)| {
                    Table::of(self.text, format!("{}[{i}]", self.path(key)), item, known)
                })
                .collect(),
            _ => Err(wrong_type(self.text, self.path(key), &entry.node, "an array of tables")),
        }
    }

    pub(crate) fn string(&self, key: &str) -> Result<Option<&'d str>, PolicyError> {
        self.find(key)
            .map(|entry| match &entry.node.value {
                Value::String(text) => Ok(text.as_str()),
                _ => Err(wrong_type(self.text, self.path(key), &entry.node, "a string")),
            })
            .transpose()
    }

    /// A string that is not empty: an empty name is a slip, not a name.
    pub(crate) fn name(&self, key: &str) -> Result<Option<&'d str>, PolicyError> {
        match self.string(key)? {
            Some("") => Err(self.error(key, Reason::ConfigInvalid, "must not be empty")),
            text => Ok(text),
        }
    }

    /// An array of strings that is not empty: an empty list is a slip, not a list.
    pub(crate) fn lines(
        &self,
        key: &str,
        or_one: bool,
    ) -> Result<Option<Vec<String>>, PolicyError> {
        match self.strings(key, or_one)? {
            Some(lines) if lines.is_empty() => {
                let message = "must not be empty; leave the key out where nothing is listed";
                Err(self.error(key, Reason::ConfigInvalid, message))
            }
            lines => Ok(lines),
        }
    }

    /// The same for names, none of which is empty.
    pub(crate) fn names(
        &self,
        key: &str,
        or_one: bool,
    ) -> Result<Option<Vec<String>>, PolicyError> {
        let Some(names) = self.lines(key, or_one)? else { return Ok(None) };
        match names.iter().position(String::is_empty) {
            None => Ok(Some(names)),
            Some(i) => Err(self.element_error(key, i, Reason::ConfigInvalid, "must not be empty")),
        }
    }

    pub(crate) fn required(&self, key: &str) -> Result<&'d str, PolicyError> {
        self.string(key)?
            .ok_or_else(|| self.error(key, Reason::ConfigInvalid, "this key is required"))
    }

    pub(crate) fn bool(&self, key: &str) -> Result<bool, PolicyError> {
        match self.find(key) {
            None => Ok(false),
            Some(Entry { node: Node { value: Value::Bool(value), .. }, .. }) => Ok(*value),
            Some(entry) => Err(wrong_type(self.text, self.path(key), &entry.node, "true or false")),
        }
    }

    /// An integer within the bounds that the key's entry has.
    pub(crate) fn integer(&self, key: &str) -> Result<Option<i64>, PolicyError> {
        let Some(entry) = self.find(key) else {
            return Ok(None);
        };
        let (least, most) = match self.kind(key) {
            Some(Kind::Integer { least, most, .. }) => (least, most),
            // No value fits: a test gives each key its own.
            _ => (i64::MAX, i64::MIN),
        };
        match &entry.node.value {
            Value::Integer(value) if (least..=most).contains(value) => Ok(Some(*value)),
            Value::Integer(_) => {
                let message = format!("must be from {least} to {most}");
                Err(self.error(key, Reason::ConfigInvalid, message))
            }
            _ => Err(wrong_type(self.text, self.path(key), &entry.node, "an integer")),
        }
    }

    /// A moment: seconds, an RFC 3339 string, or a TOML date with its offset.
    pub(crate) fn moment(&self, key: &str) -> Result<Option<u64>, PolicyError> {
        let Some(entry) = self.find(key) else {
            return Ok(None);
        };
        let seconds = match &entry.node.value {
            Value::Integer(seconds) => Some(*seconds),
            Value::String(text) => {
                text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second)
            }
            Value::DateTime(text) => {
                text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second)
            }
            _ => None,
        };
        let seconds = seconds.filter(|seconds| (1..=MAX_NUMERIC_DATE).contains(seconds));
        seconds.and_then(|seconds| u64::try_from(seconds).ok()).map(Some).ok_or_else(|| {
            let message = "must be a time from 1970 to 9999: Unix seconds (not milliseconds) or \
                           RFC 3339 with its offset, such as \"2027-01-31T00:00:00Z\"";
            self.error(key, Reason::ConfigInvalid, message)
        })
    }

    /// An array of strings. With `or_one`, a string alone is an array of one.
    pub(crate) fn strings(
        &self,
        key: &str,
        or_one: bool,
    ) -> Result<Option<Vec<String>>, PolicyError> {
        let Some(entry) = self.find(key) else {
            return Ok(None);
        };
        match &entry.node.value {
            Value::String(text) if or_one => Ok(Some(vec![text.to_string()])),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(i, item)| match &item.value {
                    Value::String(text) => Ok(text.to_string()),
                    _ => {
                        let path = format!("{}[{i}]", self.path(key));
                        Err(wrong_type(self.text, path, item, "a string"))
                    }
                })
                .collect::<Result<_, _>>()
                .map(Some),
            _ => Err(wrong_type(self.text, self.path(key), &entry.node, "an array of strings")),
        }
    }

    /// One of several words.
    pub(crate) fn word<T: Copy>(
        &self,
        key: &str,
        words: &[(&str, T)],
    ) -> Result<Option<T>, PolicyError> {
        let Some(text) = self.string(key)? else {
            return Ok(None);
        };
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Ok(Some(*value));
        }
        let list: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        let message = format!("must be one of {}", list.join(", "));
        Err(self.error(key, Reason::ConfigInvalid, message))
    }
}

fn wrong_type(text: &str, path: String, node: &Node, expected: &str) -> PolicyError {
    let message = format!("must be {expected}, not {}", node.kind());
    PolicyError::new(Reason::ConfigInvalid, path, message).at(Position::of(text, node.offset))
}
