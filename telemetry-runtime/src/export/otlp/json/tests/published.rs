//! The list of messages against the descriptors that `opentelemetry-proto` publishes.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FileDescriptorSet};

use super::super::schema::{EXPORT_LOGS, EXPORT_METRICS, EXPORT_TRACES, Kind, Message};

type Published = BTreeMap<String, DescriptorProto>;

fn published() -> Published {
    fn add(published: &mut Published, prefix: &str, descriptor: &DescriptorProto) {
        let name = format!("{prefix}.{}", descriptor.name());
        descriptor.nested_type.iter().for_each(|nested| add(published, &name, nested));
        published.insert(name, descriptor.clone());
    }
    let mut all = Published::new();
    for file in FileDescriptorSet::decode(opentelemetry_proto::DESCRIPTORS).unwrap().file {
        file.message_type.iter().for_each(|message| add(&mut all, &format!(".{}", file.package()), message));
    }
    all
}

/// What the descriptors call a kind.
fn type_of(kind: Kind) -> Type {
    match kind {
        Kind::Double => Type::Double,
        Kind::Int64 => Type::Int64,
        Kind::UInt64 => Type::Uint64,
        Kind::Int32 => Type::Int32,
        Kind::Fixed64 => Type::Fixed64,
        Kind::Fixed32 => Type::Fixed32,
        Kind::Bool => Type::Bool,
        Kind::Text => Type::String,
        Kind::Message(_) => Type::Message,
        Kind::Id | Kind::Bytes => Type::Bytes,
        Kind::UInt32 => Type::Uint32,
        Kind::Enum => Type::Enum,
        Kind::SFixed64 => Type::Sfixed64,
        Kind::SInt32 => Type::Sint32,
    }
}

/// Compares a message and all that it holds; each once, since they hold one another.
fn compare(published: &Published, name: &str, ours: &'static Message, seen: &mut BTreeSet<String>) {
    if !seen.insert(name.to_owned()) {
        return;
    }
    let theirs = &published[name];
    assert_eq!(ours.fields.len(), theirs.field.len(), "{name}");
    for theirs in &theirs.field {
        let field = ours.fields.iter().find(|field| i32::try_from(field.number) == Ok(theirs.number()));
        let field = field.unwrap_or_else(|| panic!("{name} has no {}", theirs.json_name()));
        let is_id = matches!(theirs.json_name(), "traceId" | "spanId" | "parentSpanId");
        assert!(field.number < 32, "the fields seen are kept in 32 bits");
        assert_eq!(field.name, theirs.json_name(), "{name}");
        assert_eq!(field.is_repeated(), theirs.label() == Label::Repeated, "{name}.{}", field.name);
        assert_eq!(type_of(field.kind), theirs.r#type(), "{name}.{}", field.name);
        assert_eq!(matches!(field.kind, Kind::Id), is_id, "{name}.{}", field.name);
        if let Kind::Message(message) = field.kind {
            compare(published, theirs.type_name(), message, seen);
        }
    }
}

#[test]
fn the_list_of_messages_is_the_published_one() {
    let published = published();
    let mut seen = BTreeSet::new();
    for (signal, name, message) in [
        ("trace", "Trace", &EXPORT_TRACES),
        ("metrics", "Metrics", &EXPORT_METRICS),
        ("logs", "Logs", &EXPORT_LOGS),
    ] {
        let name = format!(".opentelemetry.proto.collector.{signal}.v1.Export{name}ServiceRequest");
        compare(&published, &name, message, &mut seen);
    }
    assert_eq!(seen.len(), 34, "{seen:?}");
}
