use telemetry_runtime::traced;

struct Catalog;

#[traced(kind = "client")]
#[traced]
impl Catalog {
    fn find(&self) {}
}

fn main() {
    Catalog.find();
}
