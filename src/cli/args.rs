//! What can be typed: the commands and their options, as plain data.
//!
//! In: argument strings. Out: [`Cli`]. What an option means is decided by the command that has it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const AFTER_HELP: &str = "\
First steps:
  citemap search \"masked image modeling\"      search the corpus in ./corpus
  citemap topics                              the survey's chapters, with numbers of papers
  citemap build 2309.10020                    a survey and all that it cites, fetched and indexed
  citemap build my-survey.pdf                 the same from your own copy
  citemap status                              what is indexed, what is missing, and why

Exit status: 0 something found or done, 1 nothing found, 2 an error (also when only some files failed), 130 interrupted.";

/// Searches a survey and everything that it cites, faceted by the survey's own chapters.
#[derive(Debug, Parser)]
#[command(name = "citemap", version, about, after_help = AFTER_HELP, max_term_width = 100)]
#[command(
    propagate_version = true,
    arg_required_else_help = true,
    infer_subcommands = false
)]
#[command(subcommand_required = true)]
pub struct Cli {
    /// Options that every command has.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every command has.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Work in this folder, as if started there
    #[arg(short = 'C', global = true, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// The corpus folder [default: corpus]
    #[arg(long, global = true, value_name = "DIR")]
    pub corpus: Option<PathBuf>,
    /// The index folder [default: index]
    #[arg(long, global = true, value_name = "DIR")]
    pub index: Option<PathBuf>,
    /// The settings file [default: citemap.toml, here or in a folder above]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// When to use colour and links
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
    /// Print results and errors only
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Print more about what is done
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Print the result as JSON
    #[arg(long, global = true)]
    pub json: bool,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build a searchable corpus from a survey: add it, fetch what it cites, index
    Build(BuildArgs),
    /// Add documents, folders, identifiers or bibliographies to the corpus
    Add(AddArgs),
    /// Get the papers that papers.bib names and the corpus lacks
    Fetch(FetchArgs),
    /// Bring the index up to date with the corpus
    Index(IndexArgs),
    /// Search: ranked passages, grouped by paper, beside facets
    #[command(visible_alias = "s")]
    Search(Box<SearchArgs>),
    /// Show the topic tree with numbers of papers and passages
    Topics(TopicsArgs),
    /// Show one paper, or one passage in context
    Show(ShowArgs),
    /// List every sentence in the corpus that cites a paper
    Cited(CitedArgs),
    /// List the nearest papers, and why they are near
    Similar(SimilarArgs),
    /// Open a document at the page of a hit
    Open(OpenArgs),
    /// Print what extraction makes of one document
    Text(TextArgs),
    /// Print the sections of one document and what each cites
    Outline(OutlineArgs),
    /// Write the papers of a result set as a bibliography
    Export(ExportArgs),
    /// Measure the ranking against judged queries
    Eval(EvalArgs),
    /// Say what is and is not in the index, and why
    Status,
    /// Check corpus and index, explain, and repair if asked
    Doctor(DoctorArgs),
    /// Print every setting and where it comes from
    Config,
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
    /// Read documents for the parent process
    #[command(hide = true, name = "worker")]
    Worker,
}

/// Arguments of `build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// The survey: arXiv id or URL, PDF, folder or archive of TeX, or a .bib file
    #[arg(value_name = "SOURCE")]
    pub source: String,
    /// How to get papers
    #[command(flatten)]
    pub fetch: FetchOptions,
    /// Reader processes at once [default: all cores]
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
}

/// Arguments of `add`.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// Files, folders, arXiv ids or URLs, DOIs, .bib, .ris or CSL-JSON files; `-` reads a list
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<String>,
    /// The documents are surveys: their outlines become topic trees
    #[arg(long)]
    pub survey: bool,
    /// Do not touch the net
    #[arg(long)]
    pub offline: bool,
}

/// Options of every command that fetches.
#[derive(Clone, Debug, Args)]
pub struct FetchOptions {
    /// Get at most this many papers
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Say what would be done and how long it would take
    #[arg(long)]
    pub dry_run: bool,
    /// Do not touch the net
    #[arg(long)]
    pub offline: bool,
    /// Which form to get
    #[arg(id = "form", long = "source", value_name = "FORM", default_value = "pdf")]
    pub source: FetchForm,
}

/// A form of a paper that can be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FetchForm {
    /// PDF.
    Pdf,
    /// HTML.
    Html,
    /// TeX source.
    Tex,
}

/// Arguments of `fetch`.
#[derive(Debug, Args)]
pub struct FetchArgs {
    /// Keys of papers; all that are missing if none is named
    #[arg(value_name = "KEY")]
    pub keys: Vec<String>,
    /// How to get papers
    #[command(flatten)]
    pub options: FetchOptions,
}

/// Arguments of `index`.
#[derive(Debug, Args)]
pub struct IndexArgs {
    /// Reader processes at once [default: all cores]
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
    /// Make the index anew beside the old one, then swap
    #[arg(long)]
    pub rebuild: bool,
    /// Stay, and index whenever the corpus changes
    #[arg(long)]
    pub watch: bool,
    /// A file whose lines are passwords to try on protected PDFs
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// Filters of a search.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Filters")]
pub struct FilterArgs {
    /// Only this topic and what is below: number, label in any language, or path (repeat for OR)
    #[arg(long, value_name = "TOPIC")]
    pub topic: Vec<String>,
    /// Only this chapter of the survey (repeat for OR)
    #[arg(long, value_name = "N")]
    pub chapter: Vec<String>,
    /// Only these years: 2023, 2020..2022, 2021.. or ..2019
    #[arg(long, value_name = "A..B")]
    pub year: Option<String>,
    /// Only papers with this author (repeat for OR)
    #[arg(long, value_name = "NAME")]
    pub author: Vec<String>,
    /// Only papers of this journal or conference (repeat for OR)
    #[arg(long, value_name = "NAME")]
    pub venue: Vec<String>,
    /// Only this kind of passage: abstract, body, caption, table, equation, reference, title, footnote, code (repeat for OR)
    #[arg(long, value_name = "KIND")]
    pub kind: Vec<String>,
    /// Only this paper (repeat for OR)
    #[arg(long, value_name = "KEY")]
    pub paper: Vec<String>,
    /// Only passages in this language: en, zh, ... (repeat for OR)
    #[arg(long, value_name = "CODE")]
    pub lang: Vec<String>,
}

/// Arguments of `search`.
#[derive(Debug, Args)]
pub struct SearchArgs {
    /// The query: words, "phrases", +must -not, field:word, (a OR b), word*, word~1
    #[arg(value_name = "QUERY", required_unless_present = "queries")]
    pub query: Vec<String>,
    /// Filters.
    #[command(flatten)]
    pub filters: FilterArgs,
    /// Facet to count, with an optional number of values (repeat) [default: topic, year, kind]
    #[arg(long, value_name = "NAME[:N]", help_heading = "Results")]
    pub facet: Vec<String>,
    /// Number of papers
    #[arg(short = 'n', long, value_name = "N", help_heading = "Results")]
    pub limit: Option<usize>,
    /// Skip this many papers
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Results")]
    pub offset: usize,
    /// Passages shown per paper
    #[arg(long, value_name = "N", help_heading = "Results")]
    pub per_paper: Option<usize>,
    /// Group passages by paper, or list them
    #[arg(long, value_name = "BY", default_value = "paper", help_heading = "Results")]
    pub group: GroupBy,
    /// Order of the results
    #[arg(long, value_name = "BY", default_value = "score", help_heading = "Results")]
    pub sort: SortBy,
    /// Print how the query was read and what each term gave
    #[arg(long, help_heading = "Results")]
    pub explain: bool,
    /// Do not add long forms of acronyms or translations
    #[arg(long, help_heading = "Results")]
    pub no_expand: bool,
    /// Print only the number of papers
    #[arg(short, long, help_heading = "Output")]
    pub count: bool,
    /// Print only the keys of papers
    #[arg(short = 'l', long, help_heading = "Output")]
    pub papers_only: bool,
    /// Form of the output
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    pub format: Option<SearchFormat>,
    /// Run a batch: a JSONL file with one {"_id", "text"} a line
    #[arg(long, value_name = "FILE", conflicts_with = "query", help_heading = "Output")]
    pub queries: Option<PathBuf>,
    /// Do not build or update the index first
    #[arg(long, help_heading = "Output")]
    pub no_update: bool,
}

/// How results are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GroupBy {
    /// By paper.
    Paper,
    /// Not at all.
    Passage,
}

/// Order of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SortBy {
    /// Best first.
    Score,
    /// Newest first.
    Year,
    /// Most cited in the corpus first.
    Cited,
}

/// Form of search results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SearchFormat {
    /// For people.
    Human,
    /// One object.
    Json,
    /// One hit a line.
    Jsonl,
    /// Tab-separated: key, rank, passage, page, score, title.
    Tsv,
    /// A TREC run.
    Trec,
}

/// Arguments of `topics`.
#[derive(Debug, Args)]
pub struct TopicsArgs {
    /// Only this topic and what is below: number, label in any language, or path
    #[arg(value_name = "TOPIC")]
    pub topic: Option<String>,
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Key, arXiv id or DOI of a paper; with `#N`, one of its passages
    #[arg(value_name = "PAPER[#PASSAGE]")]
    pub paper: String,
}

/// Arguments of `cited`.
#[derive(Debug, Args)]
pub struct CitedArgs {
    /// Key, arXiv id or DOI of the cited paper
    #[arg(value_name = "PAPER")]
    pub paper: String,
}

/// Arguments of `similar`.
#[derive(Debug, Args)]
pub struct SimilarArgs {
    /// Key of a paper; with `#N`, one of its passages
    #[arg(value_name = "PAPER[#PASSAGE]")]
    pub paper: String,
    /// Number of papers
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    pub limit: usize,
}

/// Arguments of `open`.
#[derive(Debug, Args)]
pub struct OpenArgs {
    /// Key of a paper or passage, as printed with a hit
    #[arg(value_name = "HIT")]
    pub hit: String,
    /// Print the file and page instead of starting a viewer
    #[arg(long)]
    pub print: bool,
}

/// Arguments of `text`.
#[derive(Debug, Args)]
pub struct TextArgs {
    /// A document, or a folder of TeX
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// Which PDF engine to use
    #[arg(long, value_name = "ENGINE", default_value = "auto")]
    pub engine: EngineChoice,
    /// A file whose lines are passwords to try
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// A PDF engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EngineChoice {
    /// The main one; the second where it fails.
    Auto,
    /// The main one only.
    Main,
    /// pdf-extract only.
    Second,
}

/// Arguments of `outline`.
#[derive(Debug, Args)]
pub struct OutlineArgs {
    /// A document
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The query; the whole bibliography if none is given
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// Filters.
    #[command(flatten)]
    pub filters: FilterArgs,
    /// Form of the bibliography
    #[arg(long, value_name = "FORMAT", default_value = "bibtex")]
    pub format: ExportFormat,
    /// At most this many papers
    #[arg(short = 'n', long, value_name = "N")]
    pub limit: Option<usize>,
}

/// Form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// BibTeX.
    Bibtex,
    /// CSL-JSON.
    CslJson,
    /// RIS.
    Ris,
    /// One JSON object a line.
    Jsonl,
}

/// Arguments of `eval`.
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Queries: a JSONL file with one {"_id", "text"} a line
    #[arg(long, value_name = "FILE")]
    pub queries: PathBuf,
    /// Judgements: `query-id<TAB>doc-id<TAB>grade`, or TREC's four columns
    #[arg(long, value_name = "FILE")]
    pub qrels: PathBuf,
}

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Read failed files again
    #[arg(long)]
    pub retry: bool,
    /// Repair what can be repaired
    #[arg(long)]
    pub repair: bool,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}
