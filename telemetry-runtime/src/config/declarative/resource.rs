//! `resource`

use super::super::draft::Draft;
use super::super::list;
use super::super::read::{Object, Value, join};
use super::unused;

/// The types that the schema gives an attribute.
const TYPES: &[(&str, bool)] = &[
    ("string", false),
    ("bool", false),
    ("int", false),
    ("double", false),
    ("string_array", true),
    ("bool_array", true),
    ("int_array", true),
    ("double_array", true),
];

pub(super) fn read(section: &Object<'_>, draft: &mut Draft) {
    // `attributes` win over `attributes_list`.
    if let Some(value) = section.get("attributes_list")
        && let Some(text) = value.text()
    {
        match list::attributes(&text) {
            Ok(attributes) => {
                for (key, text) in attributes {
                    set(&key, text, &value, draft);
                }
            }
            Err(entry) => {
                value.problem(format_args!("entry {entry} is not `key=value` with percent-encoded UTF-8"));
            }
        }
    }
    for element in section.get("attributes").and_then(|value| value.list()).unwrap_or_default() {
        element.object(|object| attribute(&element, object, draft));
    }
    unused(section, "schema_url", "the attributes of a resource have no schema here");
    unused(section, "detection/development", "nothing is detected; write the attributes");
}

/// `name`, `value` and `type`. All values are texts here.
fn attribute(element: &Value<'_>, object: &Object<'_>, draft: &mut Draft) {
    let name = object.get("name").and_then(|name| name.text());
    let list = object.get("type").and_then(|kind| kind.choice(TYPES));
    let value = object.get("value");
    let (Some(name), Some(value)) = (name, value) else {
        for missing in ["name", "value"] {
            if object.get(missing).is_none() {
                element.problem(format_args!("`{missing}` is missing"));
            }
        }
        return;
    };
    if list == Some(true) || value.is_list() {
        let texts = value.list().unwrap_or_default();
        let texts: Vec<String> = texts.iter().filter_map(Value::plain_text).collect();
        value.key_notice("a list is exported as one text, with commas");
        set(&name, texts.join(","), &value, draft);
    } else if let Some(text) = value.plain_text() {
        set(&name, text, &value, draft);
    }
}

fn set(key: &str, text: String, value: &Value<'_>, draft: &mut Draft) {
    let resource = &mut draft.config.telemetry.resource;
    let path = match key {
        "service.name" => {
            resource.service_name = text;
            "telemetry.resource.serviceName".to_owned()
        }
        "service.version" => {
            resource.service_version = Some(text);
            "telemetry.resource.serviceVersion".to_owned()
        }
        _ => {
            resource.attributes.insert(key.to_owned(), text);
            join("telemetry.resource.attributes", key)
        }
    };
    value.setting(path).found();
}
