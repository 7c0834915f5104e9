use telemetry_runtime::{backstage_plugin, metric};

#[backstage_plugin(id = "catalog")]
struct Catalog;

#[metric(plugin = Catalog, counter = "entities.stitched")]
fn stitch() {}

#[metric(plugin = Catalog, gauge("entities_stitched.total", value = 1))]
fn sew() {}

fn main() {
    let _ = Catalog;
    stitch();
    sew();
}
