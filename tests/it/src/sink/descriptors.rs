//! The published descriptors of OTLP's messages, by name.

use std::collections::HashMap;
use std::sync::LazyLock;

use prost::Message as _;

/// The messages of all files, by their full name with a dot before it.
pub(super) static MESSAGES: LazyLock<HashMap<String, Descriptor>> = LazyLock::new(|| {
    let set = Set::decode(opentelemetry_proto::DESCRIPTORS).expect("the published descriptors can be read");
    let mut messages = HashMap::new();
    for file in set.files {
        file.messages
            .into_iter()
            .for_each(|message| add(&mut messages, &format!(".{}", file.package), message));
    }
    messages
});

fn add(messages: &mut HashMap<String, Descriptor>, prefix: &str, mut message: Descriptor) {
    let name = format!("{prefix}.{}", message.name);
    for nested in std::mem::take(&mut message.nested) {
        add(messages, &name, nested);
    }
    messages.insert(name, message);
}

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
#[derive(prost::Message)]
pub(super) struct Descriptor {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, repeated, tag = "2")]
    pub(super) fields: Vec<Field>,
    #[prost(message, repeated, tag = "3")]
    nested: Vec<Descriptor>,
}

/// `google.protobuf.FieldDescriptorProto`
#[derive(prost::Message)]
pub(super) struct Field {
    #[prost(uint32, tag = "3")]
    pub(super) number: u32,
    /// 3 is `repeated`.
    #[prost(int32, tag = "4")]
    pub(super) label: i32,
    #[prost(enumeration = "Kind", tag = "5")]
    pub(super) kind: i32,
    /// Of a message.
    #[prost(string, tag = "6")]
    pub(super) type_name: String,
    #[prost(string, tag = "10")]
    pub(super) json_name: String,
}

/// `google.protobuf.FieldDescriptorProto.Type`
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, prost::Enumeration)]
#[repr(i32)]
pub(super) enum Kind {
    None = 0,
    Double = 1,
    Float = 2,
    Int64 = 3,
    Uint64 = 4,
    Int32 = 5,
    Fixed64 = 6,
    Fixed32 = 7,
    Bool = 8,
    Text = 9,
    Group = 10,
    Message = 11,
    Bytes = 12,
    Uint32 = 13,
    Enum = 14,
    Sfixed32 = 15,
    Sfixed64 = 16,
    Sint32 = 17,
    Sint64 = 18,
}
