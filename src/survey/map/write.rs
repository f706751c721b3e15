//! Writes a survey map into its file, changing only what differs.
//!
//! In: a map and the text that is there. Out: that text with the fields that say something else
//! set; comments, order and layout are the person's.

use std::io::Write;
use std::path::Path;

use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};

use super::{MapError, MapSection, SurveyMap, line_of};

impl SurveyMap {
    /// Writes the map, whole or not at all; comments and layout of a file that is there survive.
    ///
    /// # Errors
    /// If the file there is no TOML, or the folder cannot be written to.
    pub fn save(&self, path: &Path) -> Result<(), MapError> {
        let failed = |source| MapError::Write { path: path.to_owned(), source };
        let before = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(MapError::Read { path: path.to_owned(), source }),
        };
        let text = self.render(path, &before)?;
        if text == before {
            return Ok(());
        }
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(failed)?;
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(path).map_err(|e| failed(e.error))?;
        Ok(())
    }

    /// Returns the text of the file, changing `before` only where it says something else.
    ///
    /// # Errors
    /// If `before` is no TOML.
    pub fn render(&self, path: &Path, before: &str) -> Result<String, MapError> {
        let mut doc: DocumentMut =
            before.parse().map_err(|e: toml_edit::TomlError| MapError::Form {
                path: path.to_owned(),
                line: line_of(before, e.span().map_or(0, |s| s.start)),
                message: e.message().to_owned(),
            })?;
        let root = doc.as_table_mut();
        put(root, "version", Value::from(self.version));
        put(root, "key", Value::from(self.key.as_str()));
        put(root, "title", Value::from(self.title.as_str()));
        put_some(root, "arxiv", self.arxiv.as_deref().map(Value::from));
        put(root, "source", Value::from(self.source.as_str()));
        put_some(root, "language", self.language.as_deref().map(Value::from));
        put_some(root, "evidence", self.evidence.as_deref().map(Value::from));
        put_list(root, "derived_numbers", &self.derived_numbers, false);

        let mut old: Vec<Option<Table>> = match root.remove("section") {
            Some(Item::ArrayOfTables(tables)) => tables.into_iter().map(Some).collect(),
            _ => Vec::new(),
        };
        let mut tables = ArrayOfTables::new();
        for (at, section) in self.sections.iter().enumerate() {
            let same = |t: &Table| {
                t.get("number").and_then(Item::as_str) == Some(section.number.as_str())
            };
            let kept = old.iter_mut().find(|t| t.as_ref().is_some_and(same));
            let mut table = kept.and_then(Option::take).unwrap_or_default();
            section.write(&mut table);
            // Tables are written by position; the order of the map is the order of the file.
            table.set_position(Some(isize::try_from(at + 1).unwrap_or(isize::MAX)));
            tables.push(table);
        }
        if !tables.is_empty() {
            root.insert("section", Item::ArrayOfTables(tables));
        }
        Ok(doc.to_string())
    }
}

impl MapSection {
    fn write(&self, table: &mut Table) {
        put(table, "number", Value::from(self.number.as_str()));
        put(table, "level", Value::from(i64::from(self.level)));
        put(table, "title", Value::from(self.title.as_str()));
        let labels: InlineTable =
            self.labels.iter().map(|(k, v)| (k, v.as_str())).collect();
        put_some(table, "labels", (!labels.is_empty()).then_some(Value::from(labels)));
        put_some(table, "page", self.page.map(|p| Value::from(i64::from(p))));
        put_some(table, "evidence", self.evidence.as_deref().map(Value::from));
        put_list(table, "cites", &self.cites, true);
        let derived = self.derived.as_ref().map(|d| {
            let fields = [("place", &d.place), ("title", &d.title), ("cites", &d.cites)];
            let fields: InlineTable =
                fields.into_iter().map(|(k, v)| (k, v.as_str())).collect();
            Value::from(fields)
        });
        put_some(table, "derived", derived);
    }
}

/// Sets a value unless the table already says it; the marks around an old value stay.
fn put(table: &mut Table, name: &str, new: Value) {
    match table.get_mut(name).and_then(Item::as_value_mut) {
        Some(old) if plain(old) == plain(&new) => {}
        Some(old) => {
            let decor = old.decor().clone();
            *old = new;
            *old.decor_mut() = decor;
        }
        None => {
            table.insert(name, value(new));
        }
    }
}

fn put_some(table: &mut Table, name: &str, new: Option<Value>) {
    match new {
        Some(new) => put(table, name, new),
        None => {
            table.remove(name);
        }
    }
}

/// Sets a list of strings, wrapped; an empty one is written only where `always`.
fn put_list(table: &mut Table, name: &str, list: &[String], always: bool) {
    let old: Option<Vec<&str>> = table
        .get(name)
        .and_then(Item::as_array)
        .map(|a| a.iter().filter_map(Value::as_str).collect());
    if old.as_ref().is_some_and(|o| o.iter().eq(list.iter())) {
        return;
    }
    if list.is_empty() && !always {
        table.remove(name);
        return;
    }
    let mut array = toml_edit::Array::new();
    let mut column = 0;
    for item in list {
        let mut item = Value::from(item.as_str());
        let width = item.to_string().chars().count() + 2;
        let new_line = column == 0 || column + width > 100;
        let before = if new_line { "\n    " } else { " " };
        column = if new_line { 4 + width } else { column + width };
        item.decor_mut().set_prefix(before);
        array.push_formatted(item);
    }
    if !list.is_empty() {
        array.set_trailing("\n");
        array.set_trailing_comma(true);
    }
    put(table, name, Value::Array(array));
}

/// A value without the marks around it, to compare.
fn plain(value: &Value) -> String {
    match value {
        Value::String(s) => s.value().clone(),
        Value::InlineTable(t) => {
            let mut fields: Vec<String> =
                t.iter().map(|(k, v)| format!("{k}={}", plain(v))).collect();
            fields.sort();
            fields.join("\u{1}")
        }
        Value::Array(a) => a.iter().map(plain).collect::<Vec<_>>().join("\u{1}"),
        other => other.to_string().trim().to_owned(),
    }
}
