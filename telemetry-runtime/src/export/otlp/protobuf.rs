//! Protobuf written straight into a buffer: the part of the format that OTLP needs.
//!
//! Fields with their default value are left out, as proto3 asks.

/// How a field's value is laid out.
const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const DELIMITED: u32 = 2;
const FIXED32: u32 = 5;

pub(super) fn varint(buffer: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        buffer.push(low_byte(value) | 0x80);
        value >>= 7;
    }
    buffer.push(low_byte(value));
}

fn key(buffer: &mut Vec<u8>, field: u32, layout: u32) {
    varint(buffer, u64::from(field << 3 | layout));
}

/// A number, whatever its value.
pub(super) fn number(buffer: &mut Vec<u8>, field: u32, value: u64) {
    key(buffer, field, VARINT);
    varint(buffer, value);
}

/// A number, unless it is 0.
pub(super) fn count(buffer: &mut Vec<u8>, field: u32, value: u32) {
    if value != 0 {
        number(buffer, field, value.into());
    }
}

pub(super) fn fixed64(buffer: &mut Vec<u8>, field: u32, value: u64) {
    key(buffer, field, FIXED64);
    buffer.extend_from_slice(&value.to_le_bytes());
}

pub(super) fn fixed32(buffer: &mut Vec<u8>, field: u32, value: u32) {
    key(buffer, field, FIXED32);
    buffer.extend_from_slice(&value.to_le_bytes());
}

/// Bytes, whether there are any or not.
pub(super) fn bytes(buffer: &mut Vec<u8>, field: u32, value: &[u8]) {
    key(buffer, field, DELIMITED);
    varint(buffer, value.len() as u64);
    buffer.extend_from_slice(value);
}

/// A text, unless it is empty.
pub(super) fn text(buffer: &mut Vec<u8>, field: u32, value: &str) {
    if !value.is_empty() {
        bytes(buffer, field, value.as_bytes());
    }
}

/// A message of what `write` writes.
pub(super) fn message(buffer: &mut Vec<u8>, field: u32, write: impl FnOnce(&mut Vec<u8>)) {
    key(buffer, field, DELIMITED);
    let length_at = buffer.len();
    // Most messages are short: their length needs one byte. Others are moved once, which is cheaper than to find out
    // their length before.
    buffer.push(0);
    write(buffer);
    let length = buffer.len() - length_at - 1;
    let more = varint_len(length as u64) - 1;
    if more > 0 {
        buffer.resize(buffer.len() + more, 0);
        let start = length_at + 1;
        buffer.copy_within(start..start + length, start + more);
    }
    let mut rest = length as u64;
    for byte in &mut buffer[length_at..length_at + more] {
        *byte = low_byte(rest) | 0x80;
        rest >>= 7;
    }
    buffer[length_at + more] = low_byte(rest);
}

/// The bytes of a varint.
pub(super) fn varint_len(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

fn low_byte(value: u64) -> u8 {
    // The mask leaves what fits.
    u8::try_from(value & 0x7f).unwrap_or_default()
}
