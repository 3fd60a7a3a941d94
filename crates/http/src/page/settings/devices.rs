//! Where the person is signed in.

use maud::{Markup, html};

use super::super::layout::{Stamp, csrf_field, time};
use super::super::words::Words;
use super::super::{glyph, name};
use super::{Section, Sheet, section_page};

/// What the page of the devices shows. Every form posts `csrf`, `action` (`end_session`, `end_others`) and,
/// for one session, `session`.
#[derive(Clone, Default)]
pub struct Devices {
    /// What every section has.
    pub sheet: Sheet,
    /// The sessions, this one first.
    pub devices: Vec<Device>,
}

/// A session, as the device it lives on.
#[derive(Clone, Debug, Default)]
pub struct Device {
    /// The session's id, sent back as `session`.
    pub session: String,
    /// What tells it apart, such as `Firefox on Windows` or the host's name.
    pub label: String,
    /// When it began.
    pub signed_in: Stamp,
    /// When it was last used.
    pub last_used: Stamp,
    /// It is the session of this page.
    pub current: bool,
}

/// The page.
pub fn devices(view: &Devices) -> Markup {
    let words = view.sheet.frame.words();
    let others = view.devices.iter().any(|device| !device.current);
    let body = html! {
        section {
            @if !view.devices.is_empty() { div.card {
                ul.rows { @for device in &view.devices { (row(view, words, device)) } }
                @if others {
                    div.below {
                        details.sure {
                            summary { (words.say("devices-end-others")) }
                            form method="post" action=(Section::Devices.path()) {
                                (csrf_field(&view.sheet.csrf))
                                input type="hidden" name="action" value="end_others";
                                p.small { (words.say("devices-end-others-sure")) }
                                button.danger type="submit" { (words.say("devices-end-others-yes")) }
                            }
                        }
                    }
                }
            } }
        }
    };
    section_page(&view.sheet, Section::Devices, body)
}

fn row(view: &Devices, words: &Words, device: &Device) -> Markup {
    let label = name::tidy(&device.label);
    let spoken = if device.current { "devices-end-here-label" } else { "devices-end-label" };
    html! {
        li.row {
            (glyph::device())
            div.text {
                h2.name {
                    bdi { (label.as_str()) }
                    @if device.current { " " span.badge.here { (words.say("devices-here")) } }
                }
                p.quiet.small {
                    span { (words.say("devices-signed-in")) " " (time(&device.signed_in)) }
                    span { (words.say("settings-last-used")) " " (time(&device.last_used)) }
                }
            }
            form method="post" action=(Section::Devices.path()) {
                (csrf_field(&view.sheet.csrf))
                input type="hidden" name="action" value="end_session";
                input type="hidden" name="session" value=(device.session);
                button.quiet-button type="submit"
                    aria-label=(words.say_with(spoken, &[("device", label.into())])) {
                    (words.say("devices-end"))
                }
            }
        }
    }
}
