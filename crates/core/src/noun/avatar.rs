//! A person's own picture.

use serde::{Deserialize, Serialize};

use crate::id::AvatarId;

/// That there is a picture, and which; its bytes lie beside the profile, sealed for this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Avatar {
    /// The version; a new picture has a new one.
    pub version: AvatarId,
    /// The format in which it is kept.
    pub format: PictureFormat,
}

/// The formats in which pictures are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureFormat {
    /// JPEG.
    Jpeg,
    /// WebP, for pictures that are transparent in places.
    Webp,
}

impl PictureFormat {
    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }
}
