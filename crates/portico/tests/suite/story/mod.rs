//! Whole stories, over real HTTP.

mod backup;
mod binary;
mod closing;
mod group;
mod postgres;
mod server;
