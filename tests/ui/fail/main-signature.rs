#[telemetry_runtime::main]
fn main(count: usize) {
    let _ = count;
}
