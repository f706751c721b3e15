//! How a run tells where it is.

/// What a run is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading documents.
    Reading,
    /// Putting works into the engine.
    Indexing,
    /// Putting records of collections into the engine; counted in bytes.
    Records,
    /// Joining segments.
    Tidying,
}

/// Is told where a run is, from the thread that runs it.
pub trait Progress {
    /// `done` of `total` steps of a stage are done, `what` (a path, a key) last.
    fn step(&mut self, stage: Stage, done: u64, total: u64, what: &str);
}

/// Tells nobody.
impl Progress for () {
    fn step(&mut self, _: Stage, _: u64, _: u64, _: &str) {}
}
