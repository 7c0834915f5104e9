//! Conflicts are tested on registries of their own: those of the process would be found by every bootstrap.

use super::*;
use crate::metrics::descriptor::{InstrumentKind, NumberKind};

macro_rules! declare {
    ($kind:ident, $number:ident, $scope:expr, $name:literal, $crate_name:literal $(, $builder:ident($($arg:expr),*))*) => {{
        static D: Descriptor =
            Descriptor::new(InstrumentKind::$kind, NumberKind::$number, $scope, $name, $crate_name)
                $(.$builder($($arg),*))*;
        &D
    }};
}

const CATALOG: Scope = Scope::plugin("catalog");

fn texts(declarations: &[&'static Descriptor]) -> Vec<String> {
    let mut registry = Registry::default();
    for descriptor in declarations {
        registry.family(descriptor, descriptor.scope);
    }
    registry.conflicts().iter().map(ToString::to_string).collect()
}

#[test]
fn a_conflict_names_both_places_and_what_differs() {
    let first = declare!(Counter, U64, CATALOG, "entities.processed", "catalog-backend");
    let second = declare!(UpDownCounter, I64, CATALOG, "entities.Processed", "catalog-extras");
    let (file, one, two) = (file!(), first.location().line(), second.location().line());
    assert_eq!(
        texts(&[first, second]),
        [format!(
            "metric `plugin.catalog.entities.Processed` is declared twice: as counter at {file}:{one} (crate \
             `catalog-backend`), as up-down counter at {file}:{two} (crate `catalog-extras`)"
        )]
    );
}

#[test]
fn units_numbers_and_buckets_conflict_too() {
    let plain = declare!(Histogram, F64, CATALOG, "a.time", "one", unit("s"));
    let unit = declare!(Histogram, F64, CATALOG, "a.time", "two", unit("ms"));
    let number = declare!(Histogram, U64, CATALOG, "a.time", "three", unit("s"));
    let buckets = declare!(Histogram, F64, CATALOG, "a.time", "four", unit("s"), bounds(&[1.0, 2.0]));
    let texts = texts(&[plain, unit, number, buckets, unit]);
    assert_eq!(texts.len(), 3, "{texts:?}");
    assert!(texts[0].contains("unit `s`") && texts[0].contains("unit `ms`"));
    assert!(texts[1].contains("of `f64`") && texts[1].contains("of `u64`"));
    assert!(texts[2].contains("[1.0, 2.0]"));
}

#[test]
fn equal_declarations_and_other_plugins_do_not_conflict() {
    let one = declare!(Counter, U64, CATALOG, "a.b", "one", description("here"));
    let again = declare!(Counter, U64, CATALOG, "a.b", "two", description("there"), attribute_keys(&["x"]));
    let other = declare!(Gauge, F64, Scope::plugin("other"), "a.b", "three");
    let mut registry = Registry::default();
    assert!(std::ptr::eq(registry.family(one, CATALOG), registry.family(again, CATALOG)));
    registry.family(other, other.scope);
    assert_eq!(registry.conflicts(), []);
}

#[test]
fn metrics_that_prometheus_spells_alike_conflict() {
    let histogram = declare!(Histogram, F64, CATALOG, "a.tasks", "one");
    let gauge = declare!(Gauge, F64, CATALOG, "a.tasks.count", "two");
    let texts = texts(&[histogram, gauge]);
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(texts[0].contains("`backstage_plugin_catalog_a_tasks_count`"), "{texts:?}");
    assert!(texts[0].contains("crate `one`") && texts[0].contains("crate `two`"));
}

#[test]
fn one_prometheus_family_of_two_owners_is_no_conflict_unless_its_type_differs() {
    let one = declare!(Counter, U64, Scope::plugin("a"), "b.c.d", "one");
    let two = declare!(Counter, U64, Scope::plugin("a-b"), "c.d", "two");
    let three = declare!(Gauge, F64, Scope::plugin("a-b-c"), "d.total", "three");
    assert_eq!(texts(&[one, two]), [] as [String; 0]);
    assert_eq!(texts(&[one, three]).len(), 1);
}

#[test]
fn a_metric_is_found_by_its_owner_and_name_in_whatever_order_they_came() {
    let other = Scope::plugin("other");
    let names = ["m.cache", "m.a", "m.Calls", "m.b.c", "::m.a", "m.calls.failed", "m.b"];
    let declaration = |scope, name| -> &'static Descriptor {
        Box::leak(Box::new(Descriptor::new(InstrumentKind::Counter, NumberKind::U64, scope, name, "one")))
    };
    let mut registry = Registry::default();
    let made: Vec<_> = [CATALOG, other]
        .iter()
        .flat_map(|scope| names.map(|name| (*scope, name)))
        .map(|(scope, name)| (scope, name, registry.family(declaration(scope, name), scope)))
        .collect();
    assert_eq!(registry.families.len(), 2 * names.len());
    for (scope, name, family) in made.into_iter().rev() {
        let shouted = declaration(scope, name.to_uppercase().leak());
        assert!(std::ptr::eq(registry.family(shouted, scope), family), "{name}");
    }
    assert_eq!(registry.families.len(), 2 * names.len());
}

#[test]
fn threads_that_use_a_metric_first_at_the_same_time_share_one_table() {
    const ALL: usize = 8;
    for round in 0..if cfg!(miri) { 2 } else { 100 } {
        let name = &*format!("a.round_{round}").leak();
        let (kind, number) = (InstrumentKind::Counter, NumberKind::U64);
        let descriptor = Descriptor::new(kind, number, Scope::plugin("r-first"), name, "one");
        let descriptor: &'static Descriptor = Box::leak(Box::new(descriptor));
        let together = std::sync::Barrier::new(ALL);
        std::thread::scope(|scope| {
            for _ in 0..ALL {
                scope.spawn(|| {
                    together.wait();
                    let busy = Busy::enter().expect("a thread of its own");
                    single_table(&busy, family(&busy, descriptor, descriptor.scope), Schema::of::<()>());
                });
            }
        });
        let busy = Busy::enter().expect("this thread is not in the store");
        let (_, tables) = contents(&busy);
        let own =
            |table: &&&Table| table.columns.iter().any(|column| column.family.descriptor().name == name);
        assert_eq!(tables.iter().filter(own).count(), 1, "{name}");
    }
}
