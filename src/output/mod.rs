//! Results for people and for programs. Writers are passed in; text of documents goes out cleaned.

pub mod export;
pub mod human;
pub mod sanitize;
pub mod style;
pub mod wire;
