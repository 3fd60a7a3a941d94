//! Whole stories, over real HTTP.

mod binary;
mod closing;
mod group;
