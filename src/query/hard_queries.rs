//! Queries as people type them, and what is made of each.
