use telemetry_runtime::metric;

#[metric(counter = "entities.stitched")]
mod stitching {
    use telemetry_runtime::metric;

    pub struct Stitcher;

    #[metric(counter = "entities.stitched")]
    impl Stitcher {
        pub fn stitch(&self) {}
    }
}

fn main() {
    stitching::Stitcher.stitch();
}
