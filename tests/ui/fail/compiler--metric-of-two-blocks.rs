use telemetry_runtime::{backstage_plugin, metric};

#[backstage_plugin(id = "catalog")]
struct Catalog;

mod one {
    use super::{Catalog, metric};

    #[metric(plugin = Catalog, counter = "entities.stitched")]
    pub fn stitch() {}
}

mod other {
    use super::{Catalog, backstage_plugin};

    #[backstage_plugin(plugin = Catalog)]
    pub mod block {
        use super::Catalog;
        use telemetry_runtime::{Counter, MetricSet};

        #[derive(MetricSet)]
        pub struct Metrics {
            /// Entities stitched.
            #[metric(counter = "entities.stitched")]
            pub stitched: Counter<u64>,
        }
    }
}

fn main() {
    let _ = Catalog;
    one::stitch();
    other::block::Metrics::get().stitched.add(1);
}
