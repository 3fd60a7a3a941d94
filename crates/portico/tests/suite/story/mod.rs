//! Whole stories, over real HTTP.

mod backup;
mod before;
mod binary;
mod closing;
mod gateway;
mod group;
mod import;
mod postgres;
mod server;
