//! OTLP's JSON, read by the published descriptors and stricter than receivers are: a name that OTLP does not have is refused,
//! and so are enums as texts, 64-bit integers as numbers, and ids that are not hexadecimal digits of the right number.

use prost::encoding::{self, WireType, encode_key, encode_varint};
use prost_types::FieldDescriptorProto;
use prost_types::field_descriptor_proto::{Label, Type};
use serde_json::{Map, Value};

use super::descriptors::MESSAGES;

/// The protobuf bytes of the message `name`, such as `opentelemetry.proto.trace.v1.Span`.
pub(super) fn to_protobuf(name: &str, body: &[u8]) -> Result<Vec<u8>, String> {
    let value: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    message(&mut bytes, &format!(".{name}"), &value)?;
    Ok(bytes)
}

fn message(bytes: &mut Vec<u8>, name: &str, value: &Value) -> Result<(), String> {
    let descriptor = MESSAGES.get(name).ok_or_else(|| format!("no message is called {name}"))?;
    let object: &Map<String, Value> = value.as_object().ok_or_else(|| format!("{name} is {value}"))?;
    for (key, value) in object {
        let field = descriptor.field.iter().find(|field| field.json_name() == key);
        let field = field.ok_or_else(|| format!("{name} has no `{key}`"))?;
        let each = |value| single(bytes, field, value).ok_or_else(|| format!("{name}.{key} is {value}"))?;
        if field.label() == Label::Repeated {
            let list = value.as_array().ok_or_else(|| format!("{name}.{key} is {value}"))?;
            list.iter().try_for_each(each)?;
        } else {
            let mut each = each;
            each(value)?;
        }
    }
    Ok(())
}

/// One value of a field; `None` where its JSON has another type than the field. Lists are written unpacked, which readers of
/// protobuf have to take.
fn single(bytes: &mut Vec<u8>, field: &FieldDescriptorProto, value: &Value) -> Option<Result<(), String>> {
    let number = u32::try_from(field.number()).ok()?;
    let mut varint = |value: u64| {
        encode_key(number, WireType::Varint, bytes);
        encode_varint(value, bytes);
    };
    match field.r#type() {
        Type::Bool => varint(value.as_bool()?.into()),
        Type::Uint32 => varint(u32::try_from(value.as_u64()?).ok()?.into()),
        Type::Int32 | Type::Enum => encoding::int32::encode(number, &signed(value)?, bytes),
        Type::Sint32 => encoding::sint32::encode(number, &signed(value)?, bytes),
        Type::Fixed32 => encoding::fixed32::encode(number, &u32::try_from(value.as_u64()?).ok()?, bytes),
        Type::Int64 => encoding::int64::encode(number, &value.as_str()?.parse().ok()?, bytes),
        Type::Uint64 => encoding::uint64::encode(number, &value.as_str()?.parse().ok()?, bytes),
        Type::Fixed64 => encoding::fixed64::encode(number, &value.as_str()?.parse().ok()?, bytes),
        Type::Sfixed64 => encoding::sfixed64::encode(number, &value.as_str()?.parse().ok()?, bytes),
        Type::Double => encoding::double::encode(number, &double(value)?, bytes),
        Type::String => encoding::string::encode(number, &value.as_str()?.to_owned(), bytes),
        Type::Bytes => encoding::bytes::encode(number, &id(field.json_name(), value.as_str()?)?, bytes),
        Type::Message => {
            let mut inner = Vec::new();
            if let Err(reason) = message(&mut inner, field.type_name(), value) {
                return Some(Err(reason));
            }
            encoding::bytes::encode(number, &inner, bytes);
        }
        Type::Float | Type::Group | Type::Sfixed32 | Type::Sint64 => return None,
    }
    Some(Ok(()))
}

fn signed(value: &Value) -> Option<i32> {
    value.as_i64()?.try_into().ok()
}

fn double(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => match text.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    }
}

/// The bytes of an id. Other bytes, which would be base64, no test sends.
fn id(name: &str, text: &str) -> Option<Vec<u8>> {
    let length = match name {
        "traceId" => 32,
        "spanId" | "parentSpanId" => 16,
        _ => return None,
    };
    let byte = |index: usize| u8::from_str_radix(text.get(index..index + 2)?, 16).ok();
    (text.len() == length && text.bytes().all(|digit| digit.is_ascii_hexdigit()))
        .then(|| (0..length).step_by(2).map_while(byte).collect())
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::trace::v1::Span;
    use prost::Message as _;

    use super::*;

    fn span(body: &str) -> Result<Span, String> {
        let bytes = to_protobuf("opentelemetry.proto.trace.v1.Span", body.as_bytes())?;
        Span::decode(bytes.as_slice()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_specifications_example_is_read() {
        let span = span(
            r#"{ "traceId": "5B8EFFF798038103D269B633813FC60C", "spanId": "EEE19B7EC3C1B174", "name": "I'm a server span",
                 "startTimeUnixNano": "1544712660000000000", "kind": 2,
                 "attributes": [ { "key": "my.span.attr", "value": { "doubleValue": "-Infinity" } } ] }"#,
        )
        .unwrap();
        assert_eq!((span.trace_id[0], span.span_id.len(), span.kind), (0x5b, 8, 2));
        assert_eq!(span.start_time_unix_nano, 1_544_712_660_000_000_000);
        assert_eq!(span.attributes.len(), 1);
    }

    #[test]
    fn what_otlp_does_not_allow_is_refused() {
        for wrong in [
            r#"{"start_time_unix_nano":"1"}"#,
            r#"{"startTimeUnixNano":1}"#,
            r#"{"kind":"SPAN_KIND_SERVER"}"#,
            r#"{"traceId":"W47/95gDgQPSabYzgT/GDA=="}"#,
            r#"{"spanId":"EEE19B7EC3C1B1"}"#,
            r#"{"attributes":{}}"#,
            r#"{"attributes":[{"key":"a","value":{"doubleValue":null}}]}"#,
            r#"{"name":null}"#,
            "[]",
        ] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }
}
