#![allow(clippy::unwrap_used)]
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage, Rgba, RgbaImage};

use super::*;

/// A picture whose left third is red, whose middle is green and whose right third is blue.
fn stripes(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| match x * 3 / width {
        0 => Rgb([255, 0, 0]),
        1 => Rgb([0, 255, 0]),
        _ => Rgb([0, 0, 255]),
    })
}

fn encoded(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = vec![];
    picture.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

fn code(bytes: &[u8], format: ImageFormat) -> Option<Code> {
    draw(bytes, format).err().map(|denied| denied.code)
}

/// The start of a PNG that claims this size, with a checksum that is right.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8], data: &[u8]| {
        bytes.extend_from_slice(&u32::try_from(data.len()).unwrap().to_be_bytes());
        let covered = [kind, data].concat();
        bytes.extend_from_slice(&covered);
        bytes.extend_from_slice(&crc(&covered).to_be_bytes());
    };
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    chunk(b"IHDR", &header);
    chunk(b"IDAT", &[0x78, 0x9c, 0x63, 0, 0, 0, 1, 0, 1]);
    chunk(b"IEND", &[]);
    bytes
}

fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

#[test]
fn the_middle_is_kept_as_a_square() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let drawn = draw(&encoded(&stripes(1800, 600), format), format).unwrap();
        assert_eq!(drawn.format, PictureFormat::Jpeg);
        let kept = image::load_from_memory_with_format(&drawn.bytes, ImageFormat::Jpeg).unwrap().to_rgb8();
        assert_eq!(kept.dimensions(), (512, 512));
        for corner in [kept.get_pixel(8, 8), kept.get_pixel(503, 503)] {
            assert!(corner[1] > 200 && corner[0] < 60 && corner[2] < 60, "{corner:?}");
        }
    }
}

#[test]
fn a_small_picture_is_not_enlarged_and_one_pixel_is_a_picture() {
    for (width, height, side) in [(40, 30, 30), (1, 1, 1), (1, 600, 1)] {
        let drawn = draw(&encoded(&stripes(width, height), ImageFormat::Png), ImageFormat::Png).unwrap();
        let kept = image::load_from_memory(&drawn.bytes).unwrap();
        assert_eq!(kept.dimensions(), (side, side));
    }
}

#[test]
fn what_is_transparent_stays_so() {
    let glass = RgbaImage::from_pixel(64, 64, Rgba([10, 20, 30, 40]));
    let mut bytes = vec![];
    glass.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
    let drawn = draw(&bytes, ImageFormat::Png).unwrap();
    assert_eq!(drawn.format, PictureFormat::Webp);
    let kept = image::load_from_memory_with_format(&drawn.bytes, ImageFormat::WebP).unwrap().to_rgba8();
    assert_eq!(kept.get_pixel(3, 3), &Rgba([10, 20, 30, 40]));
}

#[test]
fn a_picture_is_turned_upright_and_what_came_along_is_gone() {
    // Orientation 6: the picture is to be turned by a quarter, clockwise.
    let mut exif = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(b"planted-metadata");
    let upper = RgbImage::from_fn(90, 90, |_, y| if y < 45 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) });
    let mut bytes = vec![];
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
    encoder.set_exif_metadata(exif).unwrap();
    encoder.write_image(&upper, 90, 90, ExtendedColorType::Rgb8).unwrap();
    assert!(bytes.windows(16).any(|window| window == b"planted-metadata"));
    let drawn = draw(&bytes, ImageFormat::Jpeg).unwrap();
    assert!(!drawn.bytes.windows(16).any(|window| window == b"planted-metadata"));
    let kept = image::load_from_memory(&drawn.bytes).unwrap().to_rgb8();
    let (left, right) = (kept.get_pixel(10, 45), kept.get_pixel(80, 45));
    assert!(left[2] > 200 && right[0] > 200, "{left:?} {right:?}");
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    assert_eq!(code(&png_of(50_000, 50_000), ImageFormat::Png), Some(Code::TooLarge));
    assert_eq!(code(&png_of(8193, 1), ImageFormat::Png), Some(Code::TooLarge));
    assert_eq!(code(&png_of(8192, 8192), ImageFormat::Png), Some(Code::TooLarge));
    assert_eq!(code(&png_of(64, 64), ImageFormat::Png), Some(Code::InvalidRequest));
}

#[test]
fn what_is_no_picture_of_the_declared_type_is_refused() {
    let (png, jpeg) =
        (encoded(&stripes(64, 64), ImageFormat::Png), encoded(&stripes(64, 64), ImageFormat::Jpeg));
    assert_eq!(code(&png, ImageFormat::Jpeg), Some(Code::UnsupportedMediaType));
    assert_eq!(code(&jpeg, ImageFormat::WebP), Some(Code::UnsupportedMediaType));
    for other in [
        &b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"[..],
        b"<!doctype html><img src=x onerror=alert(1)>",
        b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
        b"",
        b"\0",
    ] {
        assert_eq!(code(other, ImageFormat::Png), Some(Code::UnsupportedMediaType), "{other:?}");
    }
    for bad in ["image/gif", "image/svg+xml", "text/html", "", "application/octet-stream", "image/*"] {
        assert!(of_type(bad).is_err(), "{bad}");
    }
    assert_eq!(of_type("Image/PNG; q=1").ok(), Some(ImageFormat::Png));
}

#[test]
fn a_picture_cut_off_anywhere_is_refused() {
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let whole = encoded(&stripes(200, 200), format);
        for length in [0, 1, 8, 20, whole.len() / 2, whole.len() - 30] {
            assert!(draw(&whole[..length], format).is_err(), "{format:?} {length}");
        }
    }
}
