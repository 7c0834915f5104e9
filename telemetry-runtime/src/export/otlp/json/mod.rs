//! Requests as JSON, written from the bytes of the same requests as protobuf.
//!
//! So there is one encoder, and what is sent over http/json cannot say anything else than over the other protocols. The
//! rules are those of "JSON Protobuf Encoding" in `docs/specification.md` of opentelemetry-proto, and below them
//! Protobuf's own JSON mapping: keys in lowerCamelCase, trace and span ids in hexadecimal digits, other bytes in base64,
//! 64-bit integers as texts, enums as numbers, and NaN and the infinities as texts. A field that is absent in protobuf
//! is absent here, but for one list that some readers want ([`Label::RepeatedOrEmpty`]).
//!
//! The `with-serde` feature of `opentelemetry-proto` is not what writes this: an attribute of NaN becomes `null` there,
//! which a receiver reads as no value at all.

mod schema;
mod wire;

use std::io::Write as _;

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;

#[cfg(feature = "otlp-logs")]
pub(super) use self::schema::EXPORT_LOGS;
pub(super) use self::schema::{EXPORT_METRICS, EXPORT_TRACES, Message};
use self::schema::{Field, Kind, Label};
pub(super) use self::wire::Malformed;
use self::wire::{Reader, Value};

/// The protobuf `bytes` of a message as JSON text.
///
/// Input:  `0a 05 12 03 1a 01 78`
/// Output: `{"resourceSpans":[{"scopeSpans":[{"schemaUrl":"x"}]}]}`
///
/// # Errors
///
/// Where the bytes are no such message, or the elements of a list do not stand together. Whoever writes the bytes keeps
/// them together.
pub(super) fn text(message: &Message, bytes: &[u8]) -> Result<Vec<u8>, Malformed> {
    // Keys and digits take about three times the room.
    let mut out = Vec::with_capacity(bytes.len().saturating_mul(3));
    object(&mut out, message, bytes)?;
    Ok(out)
}

fn object(out: &mut Vec<u8>, message: &Message, bytes: &[u8]) -> Result<(), Malformed> {
    out.push(b'{');
    let mut seen = 0_u32;
    // The list whose elements are being written.
    let mut open: Option<&Field> = None;
    let mut reader = Reader::new(bytes);
    while let Some((number, value)) = reader.next()? {
        // What this version does not know says nothing that our encoder wrote.
        let Some(field) = message.fields.iter().find(|field| field.number == number) else { continue };
        if open.is_some_and(|open| open.number == number) {
            out.push(b',');
        } else {
            if open.take().is_some() {
                out.push(b']');
            }
            let bit = 1 << number;
            if seen & bit != 0 {
                return Err(Malformed);
            }
            if seen != 0 {
                out.push(b',');
            }
            seen |= bit;
            // Names are letters and digits.
            out.push(b'"');
            out.extend_from_slice(field.name.as_bytes());
            out.extend_from_slice(b"\":");
            if field.is_repeated() {
                out.push(b'[');
                open = Some(field);
            }
        }
        match value {
            Value::Delimited(packed) if field.is_repeated() && field.kind.is_packed() => {
                elements(out, field.kind, packed)?;
            }
            value => single(out, field.kind, value)?,
        }
    }
    if open.is_some() {
        out.push(b']');
    }
    for field in message.fields {
        if field.label == Label::RepeatedOrEmpty && seen & (1 << field.number) == 0 {
            let comma = if seen == 0 { "" } else { "," };
            write!(out, "{comma}\"{}\":[]", field.name).map_err(|_| Malformed)?;
            seen |= 1 << field.number;
        }
    }
    out.push(b'}');
    Ok(())
}

/// The numbers of a packed list.
fn elements(out: &mut Vec<u8>, kind: Kind, packed: &[u8]) -> Result<(), Malformed> {
    let mut reader = Reader::new(packed);
    let mut first = true;
    while !reader.is_empty() {
        if !first {
            out.push(b',');
        }
        first = false;
        let value = match kind {
            Kind::Fixed32 => Value::Fixed32(reader.fixed32()?),
            Kind::Double | Kind::Fixed64 | Kind::SFixed64 => Value::Fixed64(reader.fixed64()?),
            _ => Value::Varint(reader.varint()?),
        };
        single(out, kind, value)?;
    }
    Ok(())
}

fn single(out: &mut Vec<u8>, kind: Kind, value: Value<'_>) -> Result<(), Malformed> {
    let written = match (kind, value) {
        (Kind::Message(message), Value::Delimited(bytes)) => return object(out, message, bytes),
        (Kind::Text, Value::Delimited(bytes)) => {
            let text = std::str::from_utf8(bytes).map_err(|_| Malformed)?;
            return serde_json::to_writer(out, text).map_err(|_| Malformed);
        }
        (Kind::Id, Value::Delimited(bytes)) => {
            out.push(b'"');
            for byte in bytes {
                out.extend([byte >> 4, byte & 0xf].map(hex_digit));
            }
            out.push(b'"');
            return Ok(());
        }
        (Kind::Bytes, Value::Delimited(bytes)) => write!(out, "\"{}\"", Base64Display::new(bytes, &STANDARD)),
        (Kind::Double, Value::Fixed64(bits)) => number(out, f64::from_bits(bits)),
        (Kind::Bool, Value::Varint(value)) => write!(out, "{}", value != 0),
        // Texts, because most JSON readers know no integers above 2^53.
        (Kind::Fixed64, Value::Fixed64(value)) | (Kind::UInt64, Value::Varint(value)) => {
            write!(out, "\"{value}\"")
        }
        (Kind::SFixed64, Value::Fixed64(value)) | (Kind::Int64, Value::Varint(value)) => {
            write!(out, "\"{}\"", value.cast_signed())
        }
        (Kind::Fixed32, Value::Fixed32(value)) => write!(out, "{value}"),
        // A negative one fills all bits of the 64, so that the lower half is the number.
        #[expect(clippy::cast_possible_truncation, reason = "the lower half is the number")]
        (Kind::Int32 | Kind::Enum, Value::Varint(value)) => write!(out, "{}", value as i32),
        (Kind::UInt32, Value::Varint(value)) => write!(out, "{value}"),
        (Kind::SInt32, Value::Varint(value)) => {
            // Protobuf's zigzag: 0, -1, 1, -2 and so on.
            write!(out, "{}", (value >> 1).cast_signed() ^ -(value & 1).cast_signed())
        }
        _ => return Err(Malformed),
    };
    written.map_err(|_| Malformed)
}

/// A number in the fewest digits that mean it; JSON has none for those that are not finite.
fn number(out: &mut Vec<u8>, value: f64) -> std::io::Result<()> {
    match value {
        value if value.is_nan() => write!(out, "\"NaN\""),
        f64::INFINITY => write!(out, "\"Infinity\""),
        f64::NEG_INFINITY => write!(out, "\"-Infinity\""),
        value => write!(out, "{value:?}"),
    }
}

fn hex_digit(value: u8) -> u8 {
    b"0123456789abcdef"[usize::from(value)]
}

#[cfg(test)]
mod tests;
