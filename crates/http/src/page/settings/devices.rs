//! Where the person is signed in.

use maud::{Markup, html};

use super::super::layout::{csrf_field, time};
use super::super::words::{SettingsWords, phrase_text};
use super::super::{glyph, name};
use super::{Device, Settings};

pub(super) fn section(view: &Settings, words: &SettingsWords) -> Markup {
    let others = view.devices.iter().any(|device| !device.current);
    html! {
        section id="devices" aria-labelledby="devices-title" {
            h2 id="devices-title" { (words.devices) }
            p.quiet { (words.devices_lead) }
            @if !view.devices.is_empty() { div.card {
                ul.rows { @for device in &view.devices { (row(view, words, device)) } }
                @if others {
                    div.below {
                        details.sure {
                            summary { (words.end_others) }
                            form method="post" action="/settings" {
                                (csrf_field(&view.csrf))
                                input type="hidden" name="action" value="end_others";
                                p.small { (words.end_others_sure) }
                                button.danger type="submit" { (words.end_others_yes) }
                            }
                        }
                    }
                }
            } }
        }
    }
}

fn row(view: &Settings, words: &SettingsWords, device: &Device) -> Markup {
    let label = name::tidy(&device.label);
    let action = if device.current { words.end_this } else { words.end };
    let spoken = if device.current { words.end_this_label } else { words.end_label };
    html! {
        li.row {
            (glyph::device())
            div.text {
                h3.name {
                    bdi { (label) }
                    @if device.current { " " span.badge.here { (words.this_device) } }
                }
                p.quiet.small {
                    span { (words.signed_in) " " (time(&device.signed_in)) }
                    span { (words.last_used) " " (time(&device.last_used)) }
                }
            }
            form method="post" action="/settings" {
                (csrf_field(&view.csrf))
                input type="hidden" name="action" value="end_session";
                input type="hidden" name="session" value=(device.session);
                button.quiet-button type="submit" aria-label=(phrase_text(spoken, &[("device", &label)])) {
                    (action)
                }
            }
        }
    }
}
