//! What all libraries record, so that they are compared over the same values.

/// Durations in seconds as services have them: most within a factor of four around 40 ms, a few very short or very long.
/// They fall into twelve of the fifteen buckets that seconds have by default, in no order.
const DURATIONS: [f64; 32] = [
    0.031, 0.058, 0.012, 0.087, 0.044, 0.0031, 0.039, 0.142, 0.026, 0.071, 0.0194, 0.262, 0.047, 0.0062,
    0.034, 0.098, 0.0235, 0.61, 0.052, 0.0152, 0.083, 0.038, 1.34, 0.0088, 0.064, 0.187, 0.0287, 0.041, 3.7,
    0.0215, 0.077, 0.43,
];

/// The duration of the `index`-th operation, as services have them.
#[inline(always)]
pub fn duration(index: u64) -> f64 {
    DURATIONS[(index % 32) as usize]
}

/// The duration of the `index`-th operation, each one longer than all before: the worst case for what keeps a maximum.
#[inline(always)]
#[expect(clippy::cast_precision_loss, reason = "far below what a double holds exactly")]
pub fn growing(index: u64) -> f64 {
    index as f64 * 0.001
}

/// The boundaries of seconds, for libraries that have none or others by default.
pub const SECONDS: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// Texts as three free attributes have them; sixteen combinations, all different from the others in their last characters.
pub const ROUTES: [&str; 4] = [
    "/api/catalog/entities",
    "/api/catalog/entities/by-name",
    "/api/search/query",
    "/api/scaffolder/v2/tasks",
];
/// See [`ROUTES`].
pub const METHODS: [&str; 2] = ["GET", "POST"];
/// See [`ROUTES`].
pub const STATUSES: [&str; 2] = ["200", "404"];

/// The texts of the `index`-th operation.
#[inline(always)]
pub fn texts(index: u64) -> [&'static str; 3] {
    let index = index as usize;
    [METHODS[index & 1], ROUTES[(index >> 1) & 3], STATUSES[(index >> 3) & 1]]
}

/// The texts of the `index`-th of many series.
pub fn many_texts(index: u64) -> [String; 3] {
    [format!("kind-{}", index % 10), format!("namespace-{}", index / 10 % 100), format!("name-{index:06}")]
}

/// Defines the attributes of [`crate::inputs`] with the derives of a library: two enums and a flag, sixteen combinations.
///
/// ```text
/// step! { #[derive(Clone, Copy, OfAnEnum)] #[derive(Clone, Copy, OfAStruct)] }
/// ```
#[macro_export]
macro_rules! step {
    ($(#[$value:meta])* value; $(#[$set:meta])* set;) => {
        $(#[$value])*
        pub enum Kind {
            Component,
            Api,
        }

        $(#[$value])*
        pub enum Stage {
            Read,
            Validate,
            Process,
            Stitch,
        }

        $(#[$set])*
        pub struct Step {
            pub kind: Kind,
            pub stage: Stage,
            pub changed: bool,
        }

        impl Step {
            /// The attributes of the `index`-th operation: all three change.
            #[inline(always)]
            pub fn at(index: u64) -> Self {
                Self {
                    kind: if index & 1 == 0 { Kind::Component } else { Kind::Api },
                    stage: match (index >> 1) & 3 {
                        0 => Stage::Read,
                        1 => Stage::Validate,
                        2 => Stage::Process,
                        _ => Stage::Stitch,
                    },
                    changed: index & 8 == 0,
                }
            }
        }
    };
}
