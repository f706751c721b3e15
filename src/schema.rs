//! The only file that knows field names.

/// Format of an index on disk; raised with every change of schema or analysis.
pub const FORMAT_VERSION: u32 = 1;
