//! The binary as a library, so that tests can call in: command line, configuration, data folder,
//! wiring, demo.

pub mod cli;
pub mod config;
pub mod data;
pub mod demo;
pub mod serve;
