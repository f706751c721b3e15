//! One file a command: what it is given, what it calls, what it prints.

pub mod config;
mod filters;
pub mod index;
pub mod manual;
pub mod opening;
pub mod reading;
pub mod search;
pub mod show;
pub mod text;
pub mod topics;
mod watch;
pub mod worker;
