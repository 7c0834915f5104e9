use telemetry_runtime::traced;

#[traced]
trait Stitch {
    fn stitch(&self) {}
}

impl Stitch for () {}

fn main() {
    ().stitch();
}
