use telemetry_runtime::backstage_plugin;

#[backstage_plugin]
mod catalog {
    pub fn stitch() {}
}

fn main() {
    catalog::stitch();
}
