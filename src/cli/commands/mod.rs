//! One file a command: what it is given, what it calls, what it prints.

pub mod config;
pub mod manual;
