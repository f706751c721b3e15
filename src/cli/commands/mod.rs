//! One file a command: what it is given, what it calls, what it prints.

pub mod add;
pub mod build;
pub mod config;
pub mod doctor;
pub mod eval;
pub mod export;
pub mod fetch;
mod filters;
pub mod index;
mod licences;
pub mod manual;
mod net;
pub mod opening;
pub mod reading;
pub mod search;
pub mod show;
pub mod similar;
pub mod status;
mod survey;
pub mod text;
pub mod topics;
mod watch;
pub mod worker;
