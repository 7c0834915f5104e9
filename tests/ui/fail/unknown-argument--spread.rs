use telemetry_runtime::{metric, traced};

struct Catalog;

// Said once, not by every function.
#[traced(knd = "client")]
#[metric(countr = "catalog.calls")]
impl Catalog {
    fn find(&self) {}
    fn stitch(&self) {}
}

fn main() {
    Catalog.find();
    Catalog.stitch();
}
