use telemetry_runtime::backstage_plugin;

#[backstage_plugin(id = "")]
mod catalog {
    pub fn stitch() {}
}

fn main() {
    catalog::stitch();
}
