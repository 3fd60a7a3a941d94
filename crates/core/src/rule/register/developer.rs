//! A developer.

use serde_json::Value;

use super::json::{LONGEST_NAME, Object};
use crate::denied::Denied;
use crate::moment::Moment;
use crate::noun::developer::Developer;

/// The developer that this JSON registers, now. Registering an id again changes its name only.
pub fn developer(json: &Value, now: Moment) -> Result<Developer, Denied> {
    let top = Object::whole(json)?;
    top.only(&["developer_id", "name"])?;
    let id = top.need_text("developer_id", 100)?;
    let shape = "must be 2 to 100 lower-case letters, digits, '.', '_' and '-'";
    let id = id.parse().map_err(|_| top.wrong("developer_id", shape))?;
    Ok(Developer { id, name: top.need_text("name", LONGEST_NAME)?, registered_at: now })
}
