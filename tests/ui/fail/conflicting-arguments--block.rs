use telemetry_runtime::backstage_plugin;

#[backstage_plugin(id = "catalog")]
struct Catalog;

#[backstage_plugin(id = "catalog", plugin = Catalog)]
mod catalog {
    pub fn stitch() {}
}

fn main() {
    let _ = Catalog;
    catalog::stitch();
}
