use telemetry_runtime::backstage_plugin;

#[backstage_plugin(id = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
mod catalog {
    pub fn stitch() {}
}

fn main() {
    catalog::stitch();
}
