//! The list of messages against the descriptors that `opentelemetry-proto` publishes.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message as _;

use super::super::schema::{EXPORT_LOGS, EXPORT_METRICS, EXPORT_TRACES, Kind, Message};

/// `google.protobuf.FileDescriptorSet`
#[derive(prost::Message)]
struct Set {
    #[prost(message, repeated, tag = "1")]
    files: Vec<File>,
}

/// `google.protobuf.FileDescriptorProto`
#[derive(prost::Message)]
struct File {
    #[prost(string, tag = "2")]
    package: String,
    #[prost(message, repeated, tag = "4")]
    messages: Vec<Descriptor>,
}

/// `google.protobuf.DescriptorProto`
#[derive(Clone, PartialEq, prost::Message)]
struct Descriptor {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, repeated, tag = "2")]
    fields: Vec<FieldDescriptor>,
    #[prost(message, repeated, tag = "3")]
    nested: Vec<Descriptor>,
}

/// `google.protobuf.FieldDescriptorProto`
#[derive(Clone, PartialEq, prost::Message)]
struct FieldDescriptor {
    #[prost(int32, tag = "3")]
    number: i32,
    /// 3 is `repeated`.
    #[prost(int32, tag = "4")]
    label: i32,
    #[prost(int32, tag = "5")]
    kind: i32,
    #[prost(string, tag = "6")]
    type_name: String,
    #[prost(string, tag = "10")]
    json_name: String,
}

type Published = BTreeMap<String, Descriptor>;

fn published() -> Published {
    fn add(published: &mut Published, prefix: &str, descriptor: &Descriptor) {
        let name = format!("{prefix}.{}", descriptor.name);
        descriptor.nested.iter().for_each(|nested| add(published, &name, nested));
        published.insert(name, descriptor.clone());
    }
    let mut all = Published::new();
    for file in Set::decode(opentelemetry_proto::DESCRIPTORS).unwrap().files {
        file.messages.iter().for_each(|message| add(&mut all, &format!(".{}", file.package), message));
    }
    all
}

/// `FieldDescriptorProto.Type` of a kind.
fn type_number(kind: Kind) -> i32 {
    match kind {
        Kind::Double => 1,
        Kind::Int64 => 3,
        Kind::UInt64 => 4,
        Kind::Int32 => 5,
        Kind::Fixed64 => 6,
        Kind::Fixed32 => 7,
        Kind::Bool => 8,
        Kind::Text => 9,
        Kind::Message(_) => 11,
        Kind::Id | Kind::Bytes => 12,
        Kind::UInt32 => 13,
        Kind::Enum => 14,
        Kind::SFixed64 => 16,
        Kind::SInt32 => 17,
    }
}

/// Compares a message and all that it holds; each once, since they hold one another.
fn compare(published: &Published, name: &str, ours: &'static Message, seen: &mut BTreeSet<String>) {
    if !seen.insert(name.to_owned()) {
        return;
    }
    let theirs = &published[name];
    assert_eq!(ours.fields.len(), theirs.fields.len(), "{name}");
    for theirs in &theirs.fields {
        let field = ours.fields.iter().find(|field| i32::try_from(field.number) == Ok(theirs.number));
        let field = field.unwrap_or_else(|| panic!("{name} has no {}", theirs.json_name));
        let is_id = matches!(&*theirs.json_name, "traceId" | "spanId" | "parentSpanId");
        assert!(field.number < 32, "the fields seen are kept in 32 bits");
        assert_eq!(field.name, theirs.json_name, "{name}");
        assert_eq!(field.repeated, theirs.label == 3, "{name}.{}", field.name);
        assert_eq!(type_number(field.kind), theirs.kind, "{name}.{}", field.name);
        assert_eq!(matches!(field.kind, Kind::Id), is_id, "{name}.{}", field.name);
        if let Kind::Message(message) = field.kind {
            compare(published, &theirs.type_name, message, seen);
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
