// What `#[telemetry_runtime::test]` is without the feature.
use telemetry_runtime::__private::test_without_feature as test;

#[test]
fn counts() {}

fn main() {
    counts();
}
