use telemetry_runtime::traced;

struct Catalog;

#[traced(name = "catalog.call")]
impl Catalog {
    fn find(&self) {}
    fn stitch(&self) {}
}

fn main() {
    Catalog.find();
    Catalog.stitch();
}
