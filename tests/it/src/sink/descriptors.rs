//! The published descriptors of OTLP's messages, by name.

use std::collections::HashMap;
use std::sync::LazyLock;

use prost::Message as _;
use prost_types::{DescriptorProto, FileDescriptorSet};

/// The messages of all files, by their full name with a dot before it.
pub(super) static MESSAGES: LazyLock<HashMap<String, DescriptorProto>> = LazyLock::new(|| {
    let set = FileDescriptorSet::decode(opentelemetry_proto::DESCRIPTORS)
        .expect("the published descriptors can be read");
    let mut messages = HashMap::new();
    for mut file in set.file {
        for message in std::mem::take(&mut file.message_type) {
            add(&mut messages, &format!(".{}", file.package()), message);
        }
    }
    messages
});

fn add(messages: &mut HashMap<String, DescriptorProto>, prefix: &str, mut message: DescriptorProto) {
    let name = format!("{prefix}.{}", message.name());
    for nested in std::mem::take(&mut message.nested_type) {
        add(messages, &name, nested);
    }
    messages.insert(name, message);
}
