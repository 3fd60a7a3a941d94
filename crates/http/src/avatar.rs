//! Pictures that people send: looked at, drawn anew, and nothing of the original kept.

use std::io::Cursor;

use axum::http::{HeaderMap, header};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, GenericImageView, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use portico_core::denied::{Code, Denied};
use portico_core::noun::avatar::PictureFormat;

/// The largest picture that is read, in bytes.
pub const LARGEST: usize = 5 * 1024 * 1024;
/// The longest side that is decoded, in pixels.
const LONGEST_SIDE: u32 = 8192;
/// The most pixels that are decoded.
const MOST_PIXELS: u64 = 40_000_000;
/// The most memory that decoding may take, in bytes: that many pixels with four channels, and a little.
const MOST_MEMORY: u64 = 192 * 1024 * 1024;
/// The side of what is kept, in pixels; smaller pictures are not enlarged.
const SIDE: u32 = 512;
const JPEG_QUALITY: u8 = 85;

/// A picture as it is kept.
pub struct Drawn {
    /// Its format.
    pub format: PictureFormat,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The format that a request says its body has.
pub fn declared(headers: &HeaderMap) -> Result<ImageFormat, Denied> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    of_type(given)
}

/// The format of a media type, if pictures of it are taken.
pub fn of_type(media_type: &str) -> Result<ImageFormat, Denied> {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "image/png" => Ok(ImageFormat::Png),
        "image/jpeg" => Ok(ImageFormat::Jpeg),
        "image/webp" => Ok(ImageFormat::WebP),
        _ => Err(Denied::new(Code::UnsupportedMediaType, "a picture is image/png, image/jpeg or image/webp")),
    }
}

/// Draws a picture anew: its middle as a square, upright, without anything that came along with it.
///
/// Sizes are looked at before anything is decoded. Refusals: `unsupported_media_type` where it is not
/// of the format that was declared, `content_too_large`, `invalid_request` where it is damaged.
pub fn draw(bytes: &[u8], declared: ImageFormat) -> Result<Drawn, Denied> {
    if image::guess_format(bytes).ok() != Some(declared) {
        let text = "the body is not a picture of the type that was declared";
        return Err(Denied::new(Code::UnsupportedMediaType, text));
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), declared);
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refused(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(too_large());
    }
    let orientation = decoder.orientation().map_err(|error| refused(&error))?;
    let whole = DynamicImage::from_decoder(decoder).map_err(|error| refused(&error))?;
    let mut square = middle(&whole);
    drop(whole);
    square.apply_orientation(orientation);
    encode(&square)
}

/// The middle of the picture as a square of [`SIDE`] pixels at most.
fn middle(whole: &DynamicImage) -> DynamicImage {
    let (width, height) = whole.dimensions();
    let side = width.min(height);
    let square = whole.crop_imm((width - side) / 2, (height - side) / 2, side, side);
    if side > SIDE { square.resize_exact(SIDE, SIDE, FilterType::CatmullRom) } else { square }
}

fn encode(square: &DynamicImage) -> Result<Drawn, Denied> {
    let failed = |_| Denied::unavailable("a picture was not encoded");
    let mut bytes = vec![];
    let pixels = square.to_rgba8();
    let is_opaque = pixels.pixels().all(|pixel| pixel.0[3] == u8::MAX);
    if is_opaque {
        let encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
        square.to_rgb8().write_with_encoder(encoder).map_err(failed)?;
        return Ok(Drawn { format: PictureFormat::Jpeg, bytes });
    }
    pixels.write_with_encoder(WebPEncoder::new_lossless(&mut bytes)).map_err(failed)?;
    Ok(Drawn { format: PictureFormat::Webp, bytes })
}

fn refused(error: &ImageError) -> Denied {
    match error {
        ImageError::Limits(_) => too_large(),
        ImageError::Unsupported(_) => {
            Denied::new(Code::UnsupportedMediaType, "the picture is of a kind that is not taken")
        }
        _ => Denied::request("the picture is damaged or incomplete"),
    }
}

fn too_large() -> Denied {
    let text = format!("a picture has at most {LONGEST_SIDE} pixels a side and {MOST_PIXELS} in all");
    Denied::new(Code::TooLarge, text)
}

#[cfg(test)]
#[path = "avatar_tests.rs"]
mod tests;
