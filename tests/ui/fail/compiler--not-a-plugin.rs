use telemetry_runtime::metric;

struct Catalog;

#[metric(plugin = Catalog, counter = "entities.stitched")]
fn stitch() {}

fn main() {
    let _ = Catalog;
    stitch();
}
