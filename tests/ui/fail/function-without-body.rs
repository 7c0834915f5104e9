use telemetry_runtime::traced;

trait Stitch {
    #[traced]
    fn stitch(&self);
}

impl Stitch for () {
    fn stitch(&self) {}
}

fn main() {
    ().stitch();
}
