//! Enums as attribute values: names in snake case, overrides, discriminants, raw identifiers.

use telemetry_runtime::AttributeValue;

#[derive(Clone, Copy, AttributeValue)]
enum Kind {
    Component,
    ClusterScoped,
    #[attribute("API")]
    Api,
    #[attribute(value = "loc")]
    Location,
    r#Type,
}

#[derive(Clone, Copy, AttributeValue)]
#[attribute(crate = telemetry_runtime)]
#[repr(u8)]
enum Level {
    Low = 10,
    High = 5,
}

/// What the values are exported as.
fn texts<V: AttributeValue>() -> Vec<String> {
    (0..V::VALUES).filter_map(V::value).map(|value| format!("{value:?}")).collect()
}

fn main() {
    let names = ["component", "cluster_scoped", "API", "loc", "type"];
    assert!(texts::<Kind>().iter().zip(names).all(|(text, name)| text.contains(&format!("{name:?}"))));
    let kinds = [Kind::Component, Kind::ClusterScoped, Kind::Api, Kind::Location, Kind::Type];
    assert!(kinds.iter().enumerate().all(|(ordinal, kind)| kind.ordinal() == ordinal));
    assert_eq!([Level::Low.ordinal(), Level::High.ordinal()], [0, 1]);
    assert_eq!(texts::<Option<Level>>().len(), 2);
}
