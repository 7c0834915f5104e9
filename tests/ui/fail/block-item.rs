use telemetry_runtime::backstage_plugin;

#[backstage_plugin(id = "catalog")]
fn stitch() {}

fn main() {
    stitch();
}
