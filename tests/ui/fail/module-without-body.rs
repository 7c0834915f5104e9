use telemetry_runtime::backstage_plugin;

#[backstage_plugin(id = "catalog")]
#[path = "support/catalog.rs"]
mod catalog;

fn main() {
    catalog::stitch();
}
