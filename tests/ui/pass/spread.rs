//! `#[traced]` and `#[metric]` on blocks.
#![deny(warnings)]

use telemetry_runtime::{backstage_plugin, metric, traced};

pub struct Catalog<const N: usize>;

#[traced(kind = "client")]
#[metric(counter = "catalog.calls", histogram = "catalog.duration")]
impl<const N: usize> Catalog<N> {
    const LIMIT: usize = Self::limit();

    const fn limit() -> usize {
        1
    }

    fn find(&self) -> usize {
        Self::LIMIT
    }

    #[traced(name = "catalog.refresh", attributes(catalog.count = count))]
    async fn refresh(&mut self, count: usize) -> Result<usize, std::fmt::Error> {
        Ok(count)
    }

    #[traced(skip)]
    #[metric(skip)]
    fn quiet(&self) {}

    #[metric(gauge("catalog.size", value = 3))]
    fn sized() -> impl Iterator<Item = u8> {
        std::iter::empty()
    }
}

#[traced]
pub trait Find {
    fn required(&self) -> u8;

    fn provided(&self) -> u8 {
        self.required()
    }
}

#[metric(counter = "find.calls")]
impl Find for Catalog<3> {
    fn required(&self) -> u8 {
        3
    }
}

#[traced(root)]
#[backstage_plugin(id = "outer")]
pub mod outer {
    pub fn free() {}

    // The attribute needs no import here.
    pub mod inner {
        pub struct Deep;

        impl Deep {
            #[allow(unused_braces)]
            pub fn method<F: Fn(u8) -> u8>(&self, f: F) -> [u8; { 1 + 1 }] {
                [f(1), f(2)]
            }
        }
    }

    #[cfg(test)]
    mod tests {
        fn helper() {}
    }
}

fn main() {
    let mut catalog = Catalog::<3>;
    catalog.find();
    catalog.quiet();
    drop(catalog.refresh(1));
    Catalog::<3>::sized().for_each(drop);
    catalog.provided();
    outer::free();
    outer::inner::Deep.method(|byte| byte);
}
