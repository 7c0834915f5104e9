use telemetry_runtime::backstage_plugin;

#[backstage_plugin(name = "catalog")]
mod catalog {
    pub fn stitch() {}
}

fn main() {
    catalog::stitch();
}
