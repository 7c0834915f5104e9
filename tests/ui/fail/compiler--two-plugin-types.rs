use telemetry_runtime::{Plugin, backstage_plugin};

#[backstage_plugin(id = "catalog")]
#[backstage_plugin(id = "catalog")]
struct Catalog;

fn main() {
    let _ = (Catalog, Catalog::SCOPE);
}
