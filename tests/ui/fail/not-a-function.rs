use telemetry_runtime::traced;

#[traced]
struct Stitcher;

fn main() {
    let _ = Stitcher;
}
