//! Settings: defaults, then `citemap.toml`, then the environment, merged once.
//!
//! In: the working folder, an optional file, the environment. Out: [`Settings`] with the origin of
//! each value. Options of the command line are laid over it by the commands that have them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

const DEFAULTS: &str = include_str!("defaults.toml");
const FILE_NAME: &str = "citemap.toml";
const ENV_PREFIX: &str = "CITEMAP_";

/// All settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Download.
    pub fetch: FetchSettings,
    /// Indexing.
    pub index: IndexSettings,
    /// Reading documents.
    pub extract: ExtractSettings,
    /// Searching.
    pub search: SearchSettings,
    /// Opening documents.
    pub open: OpenSettings,
}

/// `[fetch]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FetchSettings {
    /// Mail address in the User-Agent.
    pub contact: String,
    /// Seconds between two requests to one host.
    pub interval_s: f64,
    /// Seconds for one request.
    pub timeout_s: u64,
    /// Largest file accepted, MB.
    pub max_mb: u64,
    /// Address of arXiv's API.
    pub arxiv_api: String,
    /// Address of a PDF.
    pub arxiv_pdf: String,
    /// Address of an HTML page.
    pub arxiv_html: String,
    /// Address of TeX source.
    pub arxiv_tex: String,
    /// Address of arXiv's OAI-PMH service, which states licences; empty: not asked.
    pub arxiv_oai: String,
    /// Hosts that may be asked.
    pub allow_hosts: Vec<String>,
    /// Address of the Semantic Scholar API; empty: not asked.
    pub semantic_scholar_api: String,
    /// Key for it.
    pub semantic_scholar_key: String,
    /// Address of the Crossref API; empty: not asked.
    pub crossref_api: String,
}

/// `[index]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexSettings {
    /// Reader processes; 0: all cores.
    pub jobs: usize,
    /// Memory of the index writer, MB.
    pub memory_mb: usize,
}

/// `[extract]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtractSettings {
    /// Seconds for one document.
    pub timeout_s: u64,
    /// Address space of a reader process, MB.
    pub memory_mb: u64,
    /// Text of one document, MB.
    pub max_output_mb: u64,
    /// PDF engine: auto, main, second.
    pub engine: String,
    /// OCR program and arguments; empty: none.
    pub ocr_command: Vec<String>,
    /// Seconds that it may take for one document.
    pub ocr_timeout_s: u64,
}

/// `[search]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchSettings {
    /// Papers shown.
    pub limit: usize,
    /// Passages shown of a paper.
    pub per_paper: usize,
    /// Facets counted.
    pub facets: Vec<String>,
    /// Add long forms of acronyms and translations.
    pub expand: bool,
}

/// `[open]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenSettings {
    /// Viewer and arguments; empty: the system's.
    pub command: Vec<String>,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Compiled in.
    Default,
    /// A settings file.
    File(PathBuf),
    /// An environment variable.
    Environment(String),
}

/// The merged settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// The values.
    pub settings: Settings,
    /// `section.key`, its value as TOML, its origin; sorted.
    pub origins: BTreeMap<String, (String, Origin)>,
    /// The settings file that was read.
    pub file: Option<PathBuf>,
}

/// Why the settings could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is missing or unreadable.
    #[error("{path}: cannot read the settings: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The file is no TOML.
    #[error("{path}: {message}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What the parser said, with the line.
        message: String,
    },
    /// A key that does not exist.
    #[error("{origin}: unknown setting `{key}`")]
    UnknownKey {
        /// The file or variable.
        origin: String,
        /// `section.key`.
        key: String,
        /// The nearest key that exists.
        suggestion: Option<String>,
    },
    /// A value of the wrong kind.
    #[error("{origin}: `{key}` must be {wanted}, not `{found}`")]
    WrongKind {
        /// The file or variable.
        origin: String,
        /// `section.key`.
        key: String,
        /// What it must be.
        wanted: &'static str,
        /// What stands there.
        found: String,
    },
}

impl ConfigError {
    /// The way out.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownKey { suggestion: Some(key), .. } => Some(format!(
                "did you mean `{key}`? `citemap config` lists every setting"
            )),
            Self::UnknownKey { .. } => {
                Some("`citemap config` lists every setting".into())
            }
            _ => None,
        }
    }
}

/// Finds `citemap.toml` in `dir` or the nearest folder above.
pub fn find(dir: &Path) -> Option<PathBuf> {
    let dir = dir.canonicalize().ok()?;
    dir.ancestors().map(|d| d.join(FILE_NAME)).find(|p| p.is_file())
}

/// Merges defaults, `file` and `environment`.
pub fn load(
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, ConfigError> {
    let mut table: Table = DEFAULTS.parse().expect("the compiled-in defaults are TOML");
    let mut origins = BTreeMap::new();
    for (section, values) in &table {
        for key in values.as_table().into_iter().flat_map(Table::keys) {
            origins.insert(format!("{section}.{key}"), Origin::Default);
        }
    }
    if let Some(path) = file {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.into(), source })?;
        let read: Table = text.parse().map_err(|e: toml::de::Error| {
            ConfigError::Syntax { path: path.into(), message: e.to_string() }
        })?;
        for (section, values) in read {
            let Value::Table(values) = values else {
                return Err(unknown(&origins, &path.display().to_string(), &section));
            };
            for (key, value) in values {
                let from = Origin::File(path.to_path_buf());
                set(&mut table, &mut origins, &section, &key, value, from)?;
            }
        }
    }
    let mut environment: Vec<_> = environment.into_iter().collect();
    environment.sort();
    for (name, text) in environment {
        let Some(rest) = name.strip_prefix(ENV_PREFIX) else { continue };
        let rest = rest.to_lowercase();
        let Some((section, key)) = rest.split_once('_') else {
            return Err(unknown(&origins, &name, &rest));
        };
        let old = table.get(section).and_then(|t| t.get(key));
        let value = from_environment(old, &text);
        set(&mut table, &mut origins, section, key, value, Origin::Environment(name))?;
    }
    let shown = origins
        .into_iter()
        .map(|(name, origin)| {
            let (section, key) = name.split_once('.').expect("made with a dot");
            let value = table[section][key].to_string();
            (name, (value, origin))
        })
        .collect();
    let settings = table.try_into().expect("every value was checked against its default");
    Ok(Config { settings, origins: shown, file: file.map(Path::to_path_buf) })
}

/// Reads a variable's text as a value of the default's kind.
fn from_environment(old: Option<&Value>, text: &str) -> Value {
    let parsed = match old {
        Some(Value::Integer(_)) => text.parse().ok().map(Value::Integer),
        Some(Value::Float(_)) => text.parse().ok().map(Value::Float),
        Some(Value::Boolean(_)) => text.parse().ok().map(Value::Boolean),
        Some(Value::Array(_)) => {
            let items = text.split(',').map(str::trim).filter(|s| !s.is_empty());
            Some(Value::Array(items.map(|s| Value::String(s.into())).collect()))
        }
        _ => None,
    };
    parsed.unwrap_or_else(|| Value::String(text.into()))
}

fn set(
    table: &mut Table,
    origins: &mut BTreeMap<String, Origin>,
    section: &str,
    key: &str,
    value: Value,
    from: Origin,
) -> Result<(), ConfigError> {
    let name = format!("{section}.{key}");
    let origin = match &from {
        Origin::Default => "defaults".to_string(),
        Origin::File(path) => path.display().to_string(),
        Origin::Environment(variable) => variable.clone(),
    };
    if !origins.contains_key(&name) {
        return Err(unknown(origins, &origin, &name));
    }
    let old = &mut table[section][key];
    let value = match (&*old, value) {
        (Value::Float(_), Value::Integer(n)) => Value::Float(n as f64),
        // One string is a list of one.
        (Value::Array(_), Value::String(s)) => Value::Array(vec![Value::String(s)]),
        (_, value) => value,
    };
    let strings = |v: &Value| v.as_array().is_none_or(|a| a.iter().all(Value::is_str));
    let negative = value.as_integer().is_some_and(|n| n < 0)
        || value.as_float().is_some_and(|n| n < 0.0 || !n.is_finite());
    if !old.same_type(&value) || !strings(&value) || negative {
        let wanted = match old {
            Value::Integer(_) => "a whole number from 0",
            Value::Float(_) => "a number from 0",
            Value::Boolean(_) => "true or false",
            Value::Array(_) => "a list of strings",
            _ => "a string",
        };
        let found = value.to_string();
        return Err(ConfigError::WrongKind { origin, key: name, wanted, found });
    }
    *old = value;
    origins.insert(name, from);
    Ok(())
}

fn unknown(origins: &BTreeMap<String, Origin>, origin: &str, key: &str) -> ConfigError {
    let near = |known: &&String| strsim::jaro_winkler(known, key);
    let suggestion = origins
        .keys()
        .max_by(|a, b| near(a).total_cmp(&near(b)))
        .filter(|known| near(known) > 0.75)
        .cloned();
    ConfigError::UnknownKey { origin: origin.into(), key: key.into(), suggestion }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect()
    }

    #[test]
    fn the_defaults_load() {
        let config = load(None, []).unwrap();
        assert_eq!(config.settings.search.limit, 10);
        assert!(config.origins.values().all(|(_, o)| *o == Origin::Default));
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(FILE_NAME);
        std::fs::write(&file, "[fetch]\ninterval_s = 5\ncontact = \"a@b\"\n").unwrap();
        let config =
            load(Some(&file), env(&[("CITEMAP_FETCH_INTERVAL_S", "0.5")])).unwrap();
        assert_eq!(config.settings.fetch.interval_s, 0.5);
        assert_eq!(config.settings.fetch.contact, "a@b");
        assert_eq!(config.origins["fetch.contact"].1, Origin::File(file));
    }

    #[test]
    fn an_unknown_key_is_an_error_with_a_suggestion() {
        let err = load(None, env(&[("CITEMAP_FETCH_CONTCAT", "x")])).unwrap_err();
        expect_test::expect!["CITEMAP_FETCH_CONTCAT: unknown setting `fetch.contcat`"]
            .assert_eq(&err.to_string());
        assert!(err.hint().unwrap().contains("`fetch.contact`"));
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_an_error() {
        let err = load(None, env(&[("CITEMAP_SEARCH_LIMIT", "many")])).unwrap_err();
        expect_test::expect![[r#"CITEMAP_SEARCH_LIMIT: `search.limit` must be a whole number from 0, not `"many"`"#]]
            .assert_eq(&err.to_string());
    }
}
