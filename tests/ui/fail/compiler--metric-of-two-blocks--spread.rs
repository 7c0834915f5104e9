use telemetry_runtime::{backstage_plugin, metric};

#[backstage_plugin(id = "catalog")]
struct Catalog;

struct Stitcher;

#[metric(counter = "entities.stitched", plugin = Catalog)]
impl Stitcher {
    fn stitch(&self) {}
    fn sew(&self) {}
}

#[metric(counter = "Entities.stitched", allow(style), plugin = super::Catalog)]
mod tailor {
    pub fn stitch() {}
}

fn main() {
    let _ = Catalog;
    Stitcher.stitch();
    Stitcher.sew();
    tailor::stitch();
}
