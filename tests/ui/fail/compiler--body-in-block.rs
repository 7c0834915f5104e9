use telemetry_runtime::traced;

struct Catalog;

#[traced]
impl Catalog {
    fn find(&self) -> u8 {
        "an entity"
    }
}

fn main() {
    Catalog.find();
}
