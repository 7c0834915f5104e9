#[telemetry_runtime::main]
async fn main() {}
