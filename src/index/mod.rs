//! An index on disk: create, open, lock, version, check.
