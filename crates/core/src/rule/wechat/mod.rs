//! What the WeChat-compatible face decides: contract, section 9.

pub mod app_token;
pub mod code;
pub mod encrypted;
pub mod errcode;
pub mod event;
pub mod migrate;
pub mod phone;
pub mod scope;
pub mod session_key;
